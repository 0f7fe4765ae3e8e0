#include "core/tasks/sentences.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/random/philox.h"
#include "core/tasks/context_limit.h"
#include "core/tasks/one_hot.h"
#include "core/tasks/sentence_language.h"

namespace gramscope {

namespace {

// Streams of task.seed: who the sentences are about, and what is said besides.
constexpr std::uint64_t kSubjectStream = 1;
constexpr std::uint64_t kFillerStream = 2;

using Language = SentenceLanguage;

int count_values(int factor, int values) { return factor == static_cast<int>(Language::kNumber) ? 2 : values; }

Index count_labels(int factors, int values) {
  Index count = 1;
  for (int f = 0; f < factors; ++f) count *= count_values(f, values);
  return count;
}

Index count_contexts(std::int64_t factors, std::int64_t values, std::int64_t synonyms) {
  Index count = count_labels(static_cast<int>(factors), static_cast<int>(values));
  for (std::int64_t f = 0; f < factors; ++f) count *= synonyms;
  return count;
}

Index count_contexts(const Config& config) {
  return count_contexts(config.integer("task.factors"), config.integer("task.values"), config.integer("task.synonyms"));
}

/// The digits of `index` in mixed radix, the last running fastest; one per property, 0 for those that are not used.
template <class Radix>
std::vector<int> digits(Index index, int factors, Radix radix) {
  std::vector<int> result(Language::kNumber + 1, 0);
  for (int f = factors; f-- > 0;) {
    result[static_cast<std::size_t>(f)] = static_cast<int>(index % radix(f));
    index /= radix(f);
  }
  return result;
}

/// Numbers words in the order in which they are first met.
class Vocabulary {
 public:
  int number_of(const std::string& word) {
    const auto [found, is_new] = number_.emplace(word, static_cast<int>(words_.size()));
    if (is_new) words_.push_back(word);
    return found->second;
  }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  std::map<std::string, int> number_;
  std::vector<std::string> words_;
};

const std::string& any_of(const std::vector<std::string>& words, Random& random) {
  return words[random.below(static_cast<std::uint32_t>(words.size()))];
}

/// Draws what the properties do not say.
class Narrator {
 public:
  Narrator(const Language& language, bool has_fillers, std::uint64_t seed)
      : language_(language),
        has_fillers_(has_fillers),
        subjects_(seed, kSubjectStream),
        fillers_(seed, kFillerStream) {}

  /// "yesterday Mary gently fed the tiny fluffy", of which the first `factors` properties are said.
  std::vector<std::string> sentence(int factors, const std::vector<int>& values, const std::vector<int>& synonyms) {
    const auto said = [&](std::size_t property) -> const std::string& {
      return language_.properties[property].synonyms[static_cast<std::size_t>(values[property])]
                                                    [static_cast<std::size_t>(synonyms[property])];
    };
    std::vector<std::string> words;
    add_filler(words, language_.openings);
    words.push_back(any_of(language_.subjects, subjects_));
    add_filler(words, language_.manners);
    words.push_back(said(Language::kKind));
    words.push_back(said(Language::kNumber));
    if (factors > static_cast<int>(Language::kSize)) words.push_back(said(Language::kSize));
    if (factors > static_cast<int>(Language::kTexture)) words.push_back(said(Language::kTexture));
    return words;
  }

 private:
  void add_filler(std::vector<std::string>& words, const std::vector<std::string>& fillers) {
    if (!has_fillers_) return;
    const bool is_said = fillers_.below(2) == 1;
    const auto& filler = any_of(fillers, fillers_);  // drawn in any case: one choice does not shift the others
    if (is_said) words.push_back(filler);
  }

  const Language& language_;
  bool has_fillers_;
  Random subjects_;
  Random fillers_;
};

std::optional<std::string> check_sentences_size(const Config& config) {
  const Index count = count_contexts(config);
  if (count <= kMostContexts) return std::nullopt;
  const auto factors = config.integer("task.factors");
  const auto values = config.integer("task.values");
  std::int64_t most = config.integer("task.synonyms");
  while (most > 1 && count_contexts(factors, values, most) > kMostContexts) --most;
  return "task.synonyms = " + std::to_string(config.integer("task.synonyms")) + ": " + std::to_string(count) +
         " contexts are more than " + std::to_string(kMostContexts) + "; with " + std::to_string(factors) +
         " factors of " + std::to_string(values) + " values use at most " + std::to_string(most);
}

/// Fewer synonyms first, then fewer values, then fewer factors, but for the one that was asked for.
void reconcile_sentences_size(Config& config, std::string_view changed) {
  static const std::array<std::pair<std::string, std::int64_t>, 3> kLeast{
      {{"task.synonyms", 1}, {"task.values", 2}, {"task.factors", 1}}};
  for (const auto& [key, least] : kLeast)
    while (key != changed && check_sentences_size(config) && config.integer(key) > least)
      config.set(key, config.integer(key) - 1);
}

}  // namespace

std::shared_ptr<const Task> make_sentences(const SentencesShape& shape) {
  const auto& language = sentence_language();
  const Index labels = count_labels(shape.factors, shape.values);
  const Index m = count_contexts(shape.factors, shape.values, shape.synonyms);
  const Index per_label = m / labels;
  auto task = std::make_shared<Task>();
  task->kind = "sentences";
  task->contexts = m;
  task->words = shape.has_distinct_labels ? m : labels;
  for (int f = 0; f < shape.factors; ++f) {
    const auto& property = language.properties[static_cast<std::size_t>(f)];
    task->factors.push_back(
        {property.name, {property.values.begin(), property.values.begin() + count_values(f, shape.values)}, {}});
  }

  Vocabulary vocabulary;
  Narrator narrator(language, shape.has_fillers, shape.seed);
  std::vector<int> class_of;
  std::vector<Index> label_of;
  for (Index j = 0; j < m; ++j) {
    const Index label = j / per_label;
    const auto values =
        digits(label, shape.factors, [&](int f) { return static_cast<Index>(count_values(f, shape.values)); });
    const auto synonyms = digits(j % per_label, shape.factors, [&](int) { return static_cast<Index>(shape.synonyms); });
    for (int f = 0; f < shape.factors; ++f)
      task->factors[static_cast<std::size_t>(f)].value.push_back(values[static_cast<std::size_t>(f)]);
    std::string name;
    std::vector<int> tokens;
    for (const auto& word : narrator.sentence(shape.factors, values, synonyms)) {
      name += (name.empty() ? "" : " ") + word;
      tokens.push_back(vocabulary.number_of(word));
    }
    task->context_names.push_back(std::move(name));
    task->tokens.push_back(std::move(tokens));

    const auto& noun = language.noun(values);
    if (shape.has_distinct_labels)
      task->word_names.push_back(noun + '-' + std::to_string(j % per_label + 1));
    else if (j % per_label == 0)
      task->word_names.push_back(noun);
    label_of.push_back(shape.has_distinct_labels ? j : label);
    class_of.push_back(static_cast<int>(label));
  }
  task->targets = one_hot_columns(label_of);
  task->token_names = vocabulary.take();
  task->weight = context_weights(class_of, shape.imbalance);
  task->semantic_kernel = shared_value_kernel(task->factors, m);
  complete(*task);
  return task;
}

TaskEntry sentences_entry() {
  TaskEntry entry;
  entry.key = "sentences";
  entry.label = "Sentences";
  entry.summary = "Sentences that say the same in other words have one label: Mary fed the tiny fluffy (kitten).";
  entry.source = "SBC (arXiv 2606.26749); the language is this program's own";
  entry.parameters = {
      integer_parameter("task.factors", "Factors", "k", 3, 1, 4, Scale::linear, Effect::restart,
                        "Latent properties of the noun that follows: kind, size, texture, number."),
      integer_parameter("task.values", "Values", "v", 3, 2, 3, Scale::linear, Effect::restart,
                        "Values of each property; number has two in any case."),
      integer_parameter("task.synonyms", "Synonyms", "s", 2, 1, 4, Scale::linear, Effect::restart,
                        "Words for every value; each label has s^k contexts that mean the same, 1,024 in all at most."),
      flag_parameter("task.fillers", "Fillers", true, Effect::restart,
                     "Whether half of the sentences begin with a word like yesterday, and half say how it was done."),
      flag_parameter("task.distinct_labels", "Distinct labels", false, Effect::restart,
                     "Whether each context has its own label, so that no label says which contexts are paraphrases."),
      with_slider(integer_parameter("task.seed", "Task seed", "", 0, 0, 4'294'967'295, Scale::linear, Effect::restart,
                                    "Names the draw of subjects and fillers; the run's own seed changes weights only."),
                  0, 99),
  };
  for (auto& parameter : imbalance_parameters()) entry.parameters.push_back(std::move(parameter));
  entry.traits = [](const Config& config) {
    TaskTraits traits;
    traits.has_several_factors = config.integer("task.factors") > 1;
    return traits;
  };
  entry.make = [](const Config& config, const TaskWork&) {
    return make_sentences({.factors = static_cast<int>(config.integer("task.factors")),
                           .values = static_cast<int>(config.integer("task.values")),
                           .synonyms = static_cast<int>(config.integer("task.synonyms")),
                           .has_fillers = config.flag("task.fillers"),
                           .has_distinct_labels = config.flag("task.distinct_labels"),
                           .seed = static_cast<std::uint64_t>(config.integer("task.seed")),
                           .imbalance = imbalance_of(config)});
  };
  entry.check = check_sentences_size;
  entry.reconcile = reconcile_sentences_size;
  return entry;
}

}  // namespace gramscope
