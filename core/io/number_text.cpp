#include "core/io/number_text.h"

#include <array>
#include <charconv>

namespace gramscope {

std::string shortest_text(double value) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

}  // namespace gramscope
