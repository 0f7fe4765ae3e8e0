#pragma once

#include <string>
#include <string_view>

namespace gramscope {

/// The code points of UTF-8 text; U+FFFD for every byte that is not part of a valid sequence.
std::u32string utf32(std::string_view text);

/// UTF-8 of valid code points.
std::string utf8(std::u32string_view text);

/// Whether every code point is at most U+10FFFF and no surrogate.
bool is_valid_unicode(std::u32string_view text);

}  // namespace gramscope
