#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gramscope {

/// Divides text into tokens, one after the other.
///
/// The text is UTF-8. Letters are made lower case (lower_case()). A word is a run of letters and digits;
/// apostrophes
/// (' and ’, which becomes ') and hyphens (-, and the hyphens U+2010 and U+2011, which become -) belong to it
/// where they stand between two of these: "don't" and "well-known" are one word each. Every ideograph and
/// every other visible character is a token of its own: "Stop!" is two. White space and control characters
/// separate; invisible characters are left out. A word of more than kLongestWord characters is cut there.
class Tokenizer {
 public:
  /// `text` must outlive the tokenizer. `name` begins its error messages.
  Tokenizer(std::string_view text, std::string name);

  /// Finds the next token; false at the end of the text. Throws InputError "name:line: ..." at a NUL byte and
  /// where the text is not valid UTF-8.
  bool next();

  /// The token that next() found, valid until it is called again.
  const std::string& token() const { return token_; }
  /// The line ends (LF, CR LF, CR, U+0085, U+2028; U+2029 counts as two) between it and the token before.
  int lines_crossed() const { return lines_crossed_; }
  /// The bytes read so far.
  std::size_t offset() const { return offset_; }

  static constexpr int kLongestWord = 100;

 private:
  struct Character {
    char32_t value = 0;
    int bytes = 0;  ///< 0 at the end of the text
  };
  Character character_at(std::size_t offset) const;
  [[noreturn]] void refuse(std::size_t offset, const std::string& problem) const;
  void pass_space(const Character& space);
  void read_word();

  std::string_view text_;
  std::string name_;
  std::size_t offset_ = 0;
  std::int64_t line_ = 1;
  bool is_after_return_ = false;  ///< the line feed of a CR LF is no further line end
  int lines_crossed_ = 0;
  std::string token_;
};

/// The rule above for `describe`: what a reader of results needs to know.
std::string_view tokenizer_rule();

}  // namespace gramscope
