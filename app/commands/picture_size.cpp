#include "app/commands/picture_size.h"

#include <fmt/format.h>

#include <charconv>

#include "core/registry/error.h"

namespace gramscope::app {

namespace {

constexpr int kLeast = 64;
constexpr int kMost = 8192;

bool parse_length(const char* first, const char* last, int* length) {
  const auto [end, error] = std::from_chars(first, last, *length);
  return error == std::errc() && end == last && *length >= kLeast && *length <= kMost;
}

}  // namespace

PictureSize parse_size(const std::string& text) {
  PictureSize size;
  const auto cross = text.find('x');
  const char* const begin = text.data();
  if (cross == std::string::npos || !parse_length(begin, begin + cross, &size.width) ||
      !parse_length(begin + cross + 1, begin + text.size(), &size.height))
    throw UsageError(fmt::format("--size {}: must be WIDTHxHEIGHT, each from {} to {}", text, kLeast, kMost));
  return size;
}

}  // namespace gramscope::app
