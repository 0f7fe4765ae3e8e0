#pragma once

#include <string>
#include <string_view>

namespace gramscope {

/// A code point at the beginning of UTF-8 text, and the bytes it takes; 0 bytes where they are not valid UTF-8 (a stray
/// or missing continuation, a longer form than needed, a surrogate, the end of the text in the middle).
struct CodePoint {
  char32_t value = 0;
  int bytes = 0;
};

/// The first code point of `text`, which is not empty.
CodePoint decode_utf8(std::string_view text);

/// Appends a valid code point as UTF-8.
void append_utf8(std::string& text, char32_t c);

/// The code points of UTF-8 text; U+FFFD for every byte that is not part of a valid sequence.
std::u32string utf32(std::string_view text);

/// UTF-8 of valid code points.
std::string utf8(std::u32string_view text);

/// Whether every code point is at most U+10FFFF and no surrogate.
bool is_valid_unicode(std::u32string_view text);

}  // namespace gramscope
