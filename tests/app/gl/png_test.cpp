#include "app/gl/png.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/registry/error.h"

using namespace gramscope;
using namespace gramscope::app;
namespace fs = std::filesystem;

namespace {

struct TemporaryDirectory {
  TemporaryDirectory() {
    std::string pattern = (fs::temp_directory_path() / "gramscope-png-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

Image gradient(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (const int v : {x * 7, y * 5, x + y, 255}) image.rgba.push_back(static_cast<std::uint8_t>(v));
  return image;
}

}  // namespace

TEST_CASE("write_png: what is read back is what was written, and nothing else is left behind") {
  const TemporaryDirectory directory;
  const Image image = gradient(37, 11);
  write_png(directory.path / "a.png", image);
  const Image back = read_png(directory.path / "a.png");
  CHECK(back.width == 37);
  CHECK(back.height == 11);
  CHECK(back.rgba == image.rgba);
  CHECK(std::distance(fs::directory_iterator(directory.path), fs::directory_iterator()) == 1);
}

TEST_CASE("write_png: a failure names the path and the cause, and leaves an older picture alone") {
  const TemporaryDirectory directory;
  const fs::path missing = directory.path / "no" / "such" / "place.png";
  try {
    write_png(missing, gradient(4, 4));
    FAIL("nothing was thrown");
  } catch (const RuntimeError& error) {
    const std::string text = error.what();
    CHECK(text.find(missing.string()) != std::string::npos);
    CHECK(text.find("No such file") != std::string::npos);
  }
  // A directory of that name cannot be replaced by a file.
  const fs::path taken = directory.path / "taken.png";
  fs::create_directories(taken / "inside");
  CHECK_THROWS_AS(write_png(taken, gradient(4, 4)), RuntimeError);
  CHECK(fs::is_directory(taken));
  CHECK_FALSE(fs::exists(taken.string() + ".part"));
}

TEST_CASE("write_png: a size that does not go with the bytes is refused") {
  const TemporaryDirectory directory;
  Image image = gradient(4, 4);
  image.width = 5;
  CHECK_THROWS_AS(write_png(directory.path / "a.png", image), RuntimeError);
  CHECK_THROWS_AS(write_png(directory.path / "a.png", Image{}), RuntimeError);
  CHECK_FALSE(fs::exists(directory.path / "a.png"));
}

TEST_CASE("read_png: a file that is no picture is an error that names it") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path / "b.png";
  std::ofstream(path) << "not a picture";
  CHECK_THROWS_AS(read_png(path), InputError);
  CHECK_THROWS_AS(read_png(directory.path / "none.png"), InputError);
}
