#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace gramscope::app {

/// Eight bits a channel, RGBA, rows from top to bottom.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;
};

/// Writes an opaque PNG (alpha is dropped). The file appears whole or not at all: it is written beside its
/// place and renamed. Throws RuntimeError naming the path and the cause.
void write_png(const std::filesystem::path& path, const Image& image);

/// Reads back what write_png wrote, or any other PNG, as RGBA. Throws InputError naming the path and the
/// cause.
Image read_png(const std::filesystem::path& path);

}  // namespace gramscope::app
