#include "app/gl/png.h"

#include <png.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>

#include "core/registry/error.h"

namespace gramscope::app {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

RuntimeError write_error(const std::filesystem::path& path, const std::string& cause) {
  return RuntimeError(path.string() + ": cannot write the picture: " + cause);
}

void write_to(std::FILE* file, const std::filesystem::path& path, const Image& image) {
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(image.width) * image.height * 3);
  for (std::size_t i = 0; i < rgb.size() / 3; ++i) std::memcpy(&rgb[i * 3], &image.rgba[i * 4], 3);
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  const bool is_written = png_image_write_to_stdio(&header, file, 0, rgb.data(), 0, nullptr) != 0;
  if (!is_written) throw write_error(path, header.message);
}

}  // namespace

void write_png(const std::filesystem::path& path, const Image& image) {
  if (image.width <= 0 || image.height <= 0 ||
      image.rgba.size() != static_cast<std::size_t>(image.width) * image.height * 4)
    throw write_error(path, std::to_string(image.width) + "x" + std::to_string(image.height) +
                                " pixels do not go with " + std::to_string(image.rgba.size()) + " bytes");
  std::filesystem::path temporary = path;
  temporary += ".part";
  try {
    File file(std::fopen(temporary.c_str(), "wb"));
    if (!file) throw write_error(path, std::strerror(errno));
    write_to(file.get(), path, image);
    if (std::fflush(file.get()) != 0) throw write_error(path, std::strerror(errno));
    // Closing can fail too, on a full disk.
    if (std::fclose(file.release()) != 0) throw write_error(path, std::strerror(errno));
    std::error_code error;
    std::filesystem::rename(temporary, path, error);
    if (error) throw write_error(path, error.message());
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw;
  }
}

Image read_png(const std::filesystem::path& path) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  const auto fail = [&](const char* cause) {
    png_image_free(&header);
    throw InputError(path.string() + ": cannot read the picture: " + cause);
  };
  if (png_image_begin_read_from_file(&header, path.c_str()) == 0) fail(header.message);
  header.format = PNG_FORMAT_RGBA;
  Image image{static_cast<int>(header.width), static_cast<int>(header.height), {}};
  image.rgba.resize(PNG_IMAGE_SIZE(header));
  if (png_image_finish_read(&header, nullptr, image.rgba.data(), 0, nullptr) == 0) fail(header.message);
  return image;
}

}  // namespace gramscope::app
