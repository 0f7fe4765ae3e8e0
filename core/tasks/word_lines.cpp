#include "core/tasks/word_lines.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "core/registry/error.h"
#include "words_embedded.h"

namespace gramscope {

namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '\'';
}

/// The words of a part of a line.
std::vector<std::string> split(std::string_view text, const std::string& file, int line) {
  std::vector<std::string> words;
  bool is_inside = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r') {
      is_inside = false;
      continue;
    }
    if (!is_word_character(c))
      fail_at(file, line, std::string("'") + c + "' in a word: letters, digits, hyphens and apostrophes make words");
    if (!is_inside) words.emplace_back();
    words.back() += c;
    is_inside = true;
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

void fail_at(const std::string& file, int line, const std::string& problem) {
  throw InputError(file + ":" + std::to_string(line) + ": " + problem);
}

std::vector<WordLine> parse_word_lines(std::string_view text, const std::string& file) {
  std::vector<WordLine> lines;
  std::map<std::string, int> line_of_key;
  int number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto rest = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    rest = rest.substr(0, rest.find('#'));
    if (rest.find_first_not_of(" \t\r") == std::string_view::npos) continue;

    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) fail_at(file, number, "no colon: a line is a key, a colon and words");
    WordLine line{number, split(rest.substr(0, colon), file, number), split(rest.substr(colon + 1), file, number)};
    if (line.key.empty()) fail_at(file, number, "no key before the colon");
    const std::string key = joined(line.key);
    if (line.words.empty()) fail_at(file, number, key + ": no words after the colon");
    if (const auto [found, is_new] = line_of_key.emplace(key, number); !is_new)
      fail_at(file, number, key + ": already in line " + std::to_string(found->second));
    for (auto word = line.words.begin(); word != line.words.end(); ++word)
      if (std::find(line.words.begin(), word, *word) != word) fail_at(file, number, key + ": " + *word + " twice");
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string_view embedded_word_list(std::string_view name) {
  for (const auto& file : embedded::words())
    if (file.name == name) return file.bytes;
  throw std::out_of_range("no word list " + std::string(name));
}

}  // namespace gramscope
