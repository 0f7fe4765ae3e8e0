#include "core/tasks/sentence_language.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/tasks/word_lines.h"

namespace gramscope {

namespace {

constexpr std::array<const char*, 4> kPropertyNames{"kind", "size", "texture", "number"};

/// Takes in the lines one by one; what they must have in common is checked as they come.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void read(const WordLine& line) {
    const auto& what = line.key.front();
    last_line_ = line.number;
    if (what == "subject" || what == "opening" || what == "manner") {
      require_key(line, 1);
      (what == "subject" ? language_.subjects : what == "opening" ? language_.openings : language_.manners) = line.words;
      claim(line);
    } else if (what == "factor") {
      read_factor(line);
    } else if (what == "say") {
      read_synonyms(line);
    } else if (what == "noun") {
      read_noun(line);
    } else {
      fail_at(file_, line.number, what + ": a line begins with subject, opening, manner, factor, say or noun");
    }
  }

  SentenceLanguage finish() {
    if (language_.subjects.empty() || language_.openings.empty() || language_.manners.empty())
      fail_at(file_, last_line_, "the list ends without a line subject, opening or manner");
    if (language_.properties.size() != kPropertyNames.size())
      fail_at(file_, last_line_, "the list ends without factor " + std::string(kPropertyNames[language_.properties.size()]));
    for (const auto& property : language_.properties)
      for (std::size_t v = 0; v < property.values.size(); ++v)
        if (property.synonyms[v].empty()) fail_at(file_, last_line_, "the list ends without say " + property.values[v]);
    for (const auto& [value, forms] : nouns_) language_.nouns.push_back(forms);
    std::size_t combinations = 1;
    for (std::size_t f = 0; f < SentenceLanguage::kNumber; ++f) combinations *= language_.properties[f].values.size();
    if (language_.nouns.size() != combinations)
      fail_at(file_, last_line_, "the list ends with " + std::to_string(language_.nouns.size()) + " nouns for " +
                                     std::to_string(combinations) + " combinations of kind, size and texture");
    return std::move(language_);
  }

 private:
  void require_key(const WordLine& line, std::size_t words) const {
    if (line.key.size() != words)
      fail_at(file_, line.number, line.key.front() + ": " + std::to_string(words - 1) + " words follow it before the colon");
  }

  /// A word means one thing wherever it stands.
  void claim(const WordLine& line) {
    for (const auto& word : line.words)
      if (const auto [found, is_new] = said_in_.emplace(word, line.number); !is_new)
        fail_at(file_, line.number, word + ": already in line " + std::to_string(found->second));
  }

  void read_factor(const WordLine& line) {
    require_key(line, 2);
    const auto next = language_.properties.size();
    if (next == kPropertyNames.size() || line.key[1] != kPropertyNames[next])
      fail_at(file_, line.number, "factor " + line.key[1] + ": the factors are kind, size, texture and number, in this order");
    for (const auto& value : line.words)
      if (!place_of_.emplace(value, std::pair{next, place_of_value(line, value)}).second)
        fail_at(file_, line.number, value + ": already the value of another factor");
    language_.properties.push_back({line.key[1], line.words, {}});
    language_.properties.back().synonyms.resize(line.words.size());
  }

  static std::size_t place_of_value(const WordLine& line, const std::string& value) {
    return static_cast<std::size_t>(std::find(line.words.begin(), line.words.end(), value) - line.words.begin());
  }

  /// Which factor has that value, and which of its values it is.
  std::pair<std::size_t, std::size_t> place_of(const WordLine& line, const std::string& value) const {
    const auto found = place_of_.find(value);
    if (found == place_of_.end()) fail_at(file_, line.number, value + ": no factor above has this value");
    return found->second;
  }

  void read_synonyms(const WordLine& line) {
    require_key(line, 2);
    const auto [property, value] = place_of(line, line.key[1]);
    language_.properties[property].synonyms[value] = line.words;
    claim(line);
  }

  void read_noun(const WordLine& line) {
    require_key(line, 4);
    if (language_.properties.size() != kPropertyNames.size())
      fail_at(file_, line.number, "nouns come after the four factors");
    std::size_t combination = 0;
    for (std::size_t f = 0; f < SentenceLanguage::kNumber; ++f) {
      const auto [property, value] = place_of(line, line.key[f + 1]);
      if (property != f)
        fail_at(file_, line.number, line.key[f + 1] + ": a noun has a kind, a size and a texture, in this order");
      combination = combination * language_.properties[f].values.size() + value;
    }
    const auto forms = language_.properties[SentenceLanguage::kNumber].values.size();
    if (line.words.size() != forms)
      fail_at(file_, line.number, line.words.front() + ": a noun has " + std::to_string(forms) + " forms, one per number");
    nouns_[combination] = line.words;
    claim(line);
  }

  std::string file_;
  int last_line_ = 1;
  SentenceLanguage language_;
  std::map<std::string, int> said_in_;
  std::map<std::string, std::pair<std::size_t, std::size_t>> place_of_;
  std::map<std::size_t, std::vector<std::string>> nouns_;
};

}  // namespace

const std::string& SentenceLanguage::noun(const std::vector<int>& values) const {
  std::size_t combination = 0;
  for (std::size_t f = 0; f < kNumber; ++f)
    combination = combination * properties[f].values.size() + static_cast<std::size_t>(values[f]);
  return nouns[combination][static_cast<std::size_t>(values[kNumber])];
}

SentenceLanguage parse_sentence_language(std::string_view text, const std::string& file) {
  Reader reader(file);
  for (const auto& line : parse_word_lines(text, file)) reader.read(line);
  return reader.finish();
}

const SentenceLanguage& sentence_language() {
  static const SentenceLanguage language =
      parse_sentence_language(embedded_word_list("sentences.txt"), "sentences.txt");
  return language;
}

}  // namespace gramscope
