#include "core/io/unicode.h"

#include <algorithm>

namespace gramscope {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_scalar(char32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

}  // namespace

std::u32string utf32(std::string_view text) {
  std::u32string result;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    char32_t c = length == 1 ? lead : length == 2 ? lead & 0x1F : length == 3 ? lead & 0x0F : lead & 0x07;
    bool is_valid = length > 0 && i + length <= text.size();
    for (std::size_t k = 1; is_valid && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      is_valid = (next & 0xC0) == 0x80;
      c = c << 6 | (next & 0x3F);
    }
    // The shortest form only: 3 bytes begin at U+0800, 4 at U+10000.
    is_valid = is_valid && is_scalar(c) && !(length == 3 && c < 0x800) && !(length == 4 && c < 0x10000);
    result += is_valid ? c : kReplacement;
    i += is_valid ? length : 1;
  }
  return result;
}

std::string utf8(std::u32string_view text) {
  std::string result;
  const auto add = [&](char32_t byte) { result += static_cast<char>(byte); };
  for (const char32_t c : text) {
    if (c < 0x80) {
      add(c);
    } else if (c < 0x800) {
      add(0xC0 | c >> 6), add(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      add(0xE0 | c >> 12), add(0x80 | (c >> 6 & 0x3F)), add(0x80 | (c & 0x3F));
    } else {
      add(0xF0 | c >> 18), add(0x80 | (c >> 12 & 0x3F)), add(0x80 | (c >> 6 & 0x3F)), add(0x80 | (c & 0x3F));
    }
  }
  return result;
}

bool is_valid_unicode(std::u32string_view text) { return std::all_of(text.begin(), text.end(), is_scalar); }

}  // namespace gramscope
