#include "core/text/tokenizer.h"

#include "core/registry/error.h"
#include "core/text/characters.h"
#include "core/text/unicode.h"

namespace gramscope {

namespace {

/// The character as which a joiner stands in a word; 0 for all that does not join.
char32_t joiner(char32_t c) {
  switch (c) {
    case U'\'':
    case U'\u2019':
      return U'\'';
    case U'-':
    case U'\u2010':
    case U'\u2011':
      return U'-';
    default:
      return 0;
  }
}

std::string hexadecimal(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 0xF]};
}

}  // namespace

Tokenizer::Tokenizer(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

void Tokenizer::refuse(std::size_t offset, const std::string& problem) const {
  throw InputError(name_ + ":" + std::to_string(line_) + ": byte " + std::to_string(offset) +
                   " of the file " + problem);
}

Tokenizer::Character Tokenizer::character_at(std::size_t offset) const {
  if (offset >= text_.size()) return {};
  const auto byte = static_cast<unsigned char>(text_[offset]);
  if (byte > 0 && byte < 0x80) return {byte, 1};
  if (byte == 0) refuse(offset, "is a NUL: this is no plain text");
  const auto next = decode_utf8(text_.substr(offset));
  if (next.bytes == 0)
    refuse(offset, "(" + hexadecimal(byte) + ") is not valid UTF-8: save the text as UTF-8");
  return {next.value, next.bytes};
}

void Tokenizer::pass_space(const Character& space) {
  int lines = 0;
  if (space.value == U'\r' || space.value == U'\u0085' || space.value == U'\u2028') lines = 1;
  if (space.value == U'\n') lines = is_after_return_ ? 0 : 1;
  if (space.value == U'\u2029') lines = 2;
  is_after_return_ = space.value == U'\r';
  lines_crossed_ += lines;
  line_ += lines > 0 ? 1 : 0;
  offset_ += static_cast<std::size_t>(space.bytes);
}

void Tokenizer::read_word() {
  for (int length = 0; length < kLongestWord;) {
    const auto c = character_at(offset_);
    if (c.bytes == 0) return;
    const auto kind = kind_of(c.value);
    if (kind == CharacterKind::letter) {
      append_utf8(token_, lower_case(c.value));
      ++length;
    } else if (const char32_t joined = joiner(c.value); joined != 0) {
      const auto after = character_at(offset_ + static_cast<std::size_t>(c.bytes));
      if (after.bytes == 0 || kind_of(after.value) != CharacterKind::letter) return;
      append_utf8(token_, joined);
      ++length;
    } else if (kind != CharacterKind::invisible) {
      return;
    }
    offset_ += static_cast<std::size_t>(c.bytes);
  }
}

bool Tokenizer::next() {
  token_.clear();
  lines_crossed_ = 0;
  for (;;) {
    const auto c = character_at(offset_);
    if (c.bytes == 0) return false;
    const auto kind = kind_of(c.value);
    if (kind == CharacterKind::space) {
      pass_space(c);
      continue;
    }
    is_after_return_ = false;
    if (kind == CharacterKind::letter) {
      read_word();
      return true;
    }
    offset_ += static_cast<std::size_t>(c.bytes);
    if (kind == CharacterKind::invisible) continue;
    append_utf8(token_, c.value);
    return true;
  }
}

std::string_view tokenizer_rule() {
  return "Text is UTF-8, made lower case (Latin, Greek, Cyrillic and Armenian letters). A word is a run of "
         "letters and "
         "digits, with the apostrophes and hyphens that stand inside it; every punctuation mark, symbol and "
         "ideograph is "
         "a word of its own; white space separates. Words of more than 100 characters are cut there.";
}

}  // namespace gramscope
