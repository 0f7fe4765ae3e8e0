#pragma once

namespace gramscope {

/// What a code point is to the tokenizer. By the general categories of Unicode 14, whatever the locale:
/// letters, combining marks and decimal digits are `letter`, separators and controls `space`, what is never
/// seen (soft hyphens, zero-width characters, variation selectors, bidirectional marks) `invisible`. Chinese
/// characters and Japanese kana, which are written without spaces, are `ideograph`; everything else is a
/// `symbol`. Above U+FFFF pictographs and mathematical alphabets are symbols, and all that is unassigned is a
/// letter.
enum class CharacterKind { letter, ideograph, symbol, space, invisible };

CharacterKind kind_of(char32_t c);

/// The simple lower-case mapping of Unicode for the Latin (to U+024F and U+1E00 to U+1EFF), Greek, Cyrillic
/// (to U+052F) and Armenian alphabets and full-width Latin; every other code point itself. Dotted capital I
/// (U+0130) gives i.
char32_t lower_case(char32_t c);

}  // namespace gramscope
