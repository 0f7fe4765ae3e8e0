#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gramscope {

/// A line of a word list, "say small: small tiny little": a key of one or more words, a colon, the words it stands for.
struct WordLine {
  int number = 0;  ///< in its file, from 1
  std::vector<std::string> key;
  std::vector<std::string> words;
};

/// The lines of a word list. Words are letters, digits, hyphens and apostrophes, set apart by spaces; empty lines and
/// what follows a # are left out. Throws InputError, "file:line: problem", for a line that is not of this form, says a
/// word twice, or repeats the key of another.
std::vector<WordLine> parse_word_lines(std::string_view text, const std::string& file);

/// Throws InputError "file:line: problem".
[[noreturn]] void fail_at(const std::string& file, int line, const std::string& problem);

/// The text of assets/words/<name>, which the library carries within it.
std::string_view embedded_word_list(std::string_view name);

}  // namespace gramscope
