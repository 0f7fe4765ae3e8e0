#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gramscope {

/// A latent property of the noun that is to come, and the words that say its values.
struct NounProperty {
  std::string name;                                ///< "size"
  std::vector<std::string> values;                 ///< "small", "big", ...
  std::vector<std::vector<std::string>> synonyms;  ///< by value: "small", "tiny", ...
};

/// The word list of the sentences task. Properties stand in the order kind, size, texture, number: said by a verb, two
/// adjectives and a determiner.
struct SentenceLanguage {
  static constexpr std::size_t kKind = 0;
  static constexpr std::size_t kSize = 1;
  static constexpr std::size_t kTexture = 2;
  static constexpr std::size_t kNumber = 3;

  std::vector<std::string> subjects;
  std::vector<std::string> openings;
  std::vector<std::string> manners;
  std::vector<NounProperty> properties;  ///< 4
  /// Nouns by kind (outermost), size and texture, each with a form per number.
  std::vector<std::vector<std::string>> nouns;

  /// The form of the noun of these values (kind, size, texture, number).
  const std::string& noun(const std::vector<int>& values) const;
};

/// Reads a word list as assets/words/sentences.txt explains it. Throws InputError "file:line: problem": for a line of
/// another kind, a word that would mean two things, a combination of values without a noun or with two.
SentenceLanguage parse_sentence_language(std::string_view text, const std::string& file);

/// That of assets/words/sentences.txt.
const SentenceLanguage& sentence_language();

}  // namespace gramscope
