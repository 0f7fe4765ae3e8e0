#include "core/tasks/sentences.h"

#include <doctest/doctest.h>

#include <map>

#include "core/registry/error.h"
#include "core/tasks/sentence_language.h"
#include "core/tasks/word_lines.h"
#include "tests/core/tasks/task_properties.h"
#include "tests/messages.h"

using namespace gramscope;
using gramscope::test::contains;

namespace {

std::string text_of_list() { return std::string(embedded_word_list("sentences.txt")); }

/// What the parser says of the list with its first `from` replaced.
std::string problem_after(const std::string& from, const std::string& to) {
  std::string text = text_of_list();
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  try {
    parse_sentence_language(text.replace(at, from.size(), to), "list.txt");
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("sentences: the language has what every shape of the task asks for, and over forty words") {
  const auto& language = sentence_language();
  std::set<std::string> words(language.subjects.begin(), language.subjects.end());
  words.insert(language.openings.begin(), language.openings.end());
  words.insert(language.manners.begin(), language.manners.end());
  for (std::size_t f = 0; f < language.properties.size(); ++f) {
    CHECK(language.properties[f].values.size() == (f == SentenceLanguage::kNumber ? 2 : 3));
    for (const auto& synonyms : language.properties[f].synonyms) {
      CHECK(synonyms.size() == 4);
      words.insert(synonyms.begin(), synonyms.end());
    }
  }
  CHECK(words.size() >= 40);
  CHECK(language.nouns.size() == 27);
}

TEST_CASE("sentences: every shape is sound, a noun for each combination and s^k contexts for each noun") {
  for (int factors = 1; factors <= 4; ++factors)
    for (int values = 2; values <= 3; ++values)
      for (int synonyms = 1; synonyms <= 4; ++synonyms)
        for (const bool is_distinct : {false, true}) {
          double labels = std::pow(values, std::min(factors, 3)) * (factors == 4 ? 2 : 1);
          const double per_label = std::pow(synonyms, factors);
          if (labels * per_label > 1024) continue;
          CAPTURE(factors);
          CAPTURE(values);
          CAPTURE(synonyms);
          const auto task = make_sentences(
              {.factors = factors, .values = values, .synonyms = synonyms, .has_distinct_labels = is_distinct});
          check_is_sound(*task);
          check_is_spelled(*task);
          CHECK(task->contexts == static_cast<Index>(labels * per_label));
          CHECK(task->words == static_cast<Index>(is_distinct ? labels * per_label : labels));
          CHECK(task->has_one_context_per_label() == (is_distinct || synonyms == 1));
          std::map<int, int> count;
          for (const int label : task->labels) ++count[label];
          for (const auto& [label, contexts] : count) CHECK(contexts == (is_distinct ? 1 : static_cast<int>(per_label)));
        }
}

TEST_CASE("sentences: the label is a function of the factor values, and they of the label") {
  const auto task = make_sentences({.factors = 4, .synonyms = 1});
  std::map<std::vector<int>, int> label_of;
  for (std::size_t j = 0; j < task->labels.size(); ++j) {
    std::vector<int> values;
    for (const auto& factor : task->factors) values.push_back(factor.value[j]);
    CHECK(label_of.emplace(values, task->labels[j]).first->second == task->labels[j]);
  }
  CHECK(static_cast<Index>(label_of.size()) == task->words);
}

TEST_CASE("sentences: read like English, with fillers where they are wanted") {
  const auto plain = make_sentences({.has_fillers = false});
  for (const auto& tokens : plain->tokens) CHECK(tokens.size() == 5);
  CHECK(contains(plain->context_names.front(), " fed the small soft"));
  CHECK(plain->word_names.front() == "kitten");
  const auto filled = make_sentences({});
  std::set<std::size_t> lengths;
  for (const auto& tokens : filled->tokens) lengths.insert(tokens.size());
  CHECK(lengths == std::set<std::size_t>{5, 6, 7});
  // Fillers are drawn apart from subjects: without them the same people do the same things.
  for (std::size_t j = 0; j < plain->context_names.size(); ++j) {
    const auto subject = plain->context_names[j].substr(0, plain->context_names[j].find(' '));
    CHECK(contains(filled->context_names[j], subject));
  }
}

TEST_CASE("sentences: the draw follows the task's seed") {
  CHECK(make_sentences({.seed = 3})->context_names == make_sentences({.seed = 3})->context_names);
  CHECK(make_sentences({.seed = 3})->context_names != make_sentences({.seed = 4})->context_names);
}

TEST_CASE("sentences: too many contexts are refused, and a hand at a slider moves the others") {
  Config config;
  config.set("task.kind", std::string("sentences"));
  config.set("task.synonyms", std::int64_t{4});
  CHECK_THROWS_WITH_AS(resolve(config),
                       "task.synonyms = 4: 1728 contexts are more than 1024; with 3 factors of 3 values use at most 3",
                       UsageError);
  config.set("task.synonyms", std::int64_t{3});
  const Config moved = with_change(resolve(config), "task.factors", Value{std::int64_t{4}}, nullptr);
  CHECK(moved.integer("task.factors") == 4);
  CHECK(moved.integer("task.synonyms") == 2);
}

TEST_CASE("parse_sentence_language: what is wrong is said with file and line") {
  CHECK(problem_after("tiny", "tiny").empty());
  CHECK(contains(problem_after("fed tamed", "watered tamed"), "watered: already in line"));
  CHECK(contains(problem_after("factor size", "factor weight"), "factor weight: the factors are kind, size, texture"));
  CHECK(contains(problem_after("say small", "say minute"), "minute: no factor above has this value"));
  CHECK(contains(problem_after("kitten kittens", "kitten"), "kitten: a noun has 2 forms"));
  CHECK(contains(problem_after("noun animal small soft:", "noun animal small:"), "noun: 3 words follow"));
  CHECK(contains(problem_after("noun animal small soft:", "noun small animal soft:"), "in this order"));
  CHECK(contains(problem_after("noun animal small soft: kitten kittens\n", ""), "26 nouns for 27 combinations"));
  CHECK(contains(problem_after("opening:", "closing:"), "closing: a line begins with"));
  CHECK(contains(problem_after("say hard: hard tough rigid stiff\n", ""), "without say hard"));
  CHECK(problem_after("fed tamed", "watered tamed").starts_with("list.txt:"));
}
