#include "core/tasks/corpus.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/tasks/corpus_contexts.h"
#include "core/tasks/corpus_text.h"
#include "core/text/tokenizer.h"

namespace gramscope {

namespace {

constexpr const char* kUnknown = "<unk>";

// One word, or one context, has nothing to be told from.
constexpr std::array<const char*, 2> kZeroOrMore{"task.vocabulary", "task.max_contexts"};

constexpr double kBuildingFrom = 0.9;

/// A text whose tokens are numbered by rank: 0 for the most frequent word.
struct RankedText {
  std::vector<std::string> words;
  std::vector<std::int32_t> tokens;
  std::int64_t unknown = 0;  ///< tokens that are <unk>, the last of the words
};

/// Numbers words from the most to the least frequent, equally frequent ones in order of first occurrence. With more than
/// `most` of them (0: any number), those from rank most - 1 on become one.
RankedText rank(CorpusTokens text, std::int64_t most) {
  std::vector<std::int64_t> count(text.words.size(), 0);
  for (const auto id : text.ids) ++count[static_cast<std::size_t>(id)];
  std::vector<std::int32_t> order(text.words.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return count[static_cast<std::size_t>(a)] > count[static_cast<std::size_t>(b)];
  });

  const auto all = static_cast<std::int64_t>(order.size());
  const bool has_unknown = most > 0 && all > most;
  const std::int64_t known = has_unknown ? most - 1 : all;
  RankedText ranked;
  std::vector<std::int32_t> rank_of(order.size(), static_cast<std::int32_t>(known));
  for (std::int64_t r = 0; r < known; ++r) {
    const auto id = static_cast<std::size_t>(order[static_cast<std::size_t>(r)]);
    rank_of[id] = static_cast<std::int32_t>(r);
    ranked.words.push_back(std::move(text.words[id]));
  }
  if (has_unknown) ranked.words.emplace_back(kUnknown);
  for (std::size_t id = 0; id < rank_of.size(); ++id)
    if (has_unknown && rank_of[id] == known) ranked.unknown += count[id];
  ranked.tokens = std::move(text.ids);
  for (auto& token : ranked.tokens) token = rank_of[static_cast<std::size_t>(token)];
  return ranked;
}

std::string count_text(std::int64_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

/// The numbers of the contexts to keep, in the order of first occurrence.
std::vector<std::int32_t> choose(const CorpusContexts& contexts, const CorpusOptions& options, const std::string& name) {
  std::vector<std::int32_t> kept;
  for (std::size_t i = 0; i < contexts.size(); ++i)
    if (contexts.count[i] >= options.min_count) kept.push_back(static_cast<std::int32_t>(i));
  if (kept.size() < 2) {
    const auto most = *std::max_element(contexts.count.begin(), contexts.count.end());
    throw InputError(name + ": " + (kept.empty() ? "no context" : "only one context") + " of " +
                     count_text(options.context, "token") + " occurs " + count_text(options.min_count, "time") +
                     " or more (the most frequent " + count_text(most, "time") +
                     "): lower task.min_count or task.context, or use a longer text");
  }
  if (options.max_contexts > 0 && static_cast<std::int64_t>(kept.size()) > options.max_contexts) {
    std::stable_sort(kept.begin(), kept.end(), [&](std::int32_t a, std::int32_t b) {
      return contexts.count[static_cast<std::size_t>(a)] > contexts.count[static_cast<std::size_t>(b)];
    });
    kept.resize(static_cast<std::size_t>(options.max_contexts));
    std::sort(kept.begin(), kept.end());
  }
  if (static_cast<std::int64_t>(kept.size()) > kMostCorpusContexts)
    throw InputError(name + ": gives " + std::to_string(kept.size()) + " distinct contexts, more than " +
                     std::to_string(kMostCorpusContexts) +
                     ": raise task.min_count, set task.max_contexts or lower task.context");
  return kept;
}

/// Sorts contexts by their last token, then by the one before it and so on; shorter ones first.
void sort_by_ending(std::vector<std::int32_t>& kept, const CorpusContexts& contexts,
                    const std::vector<std::int32_t>& tokens) {
  const auto ending = [&](std::int32_t number) {
    const auto i = static_cast<std::size_t>(number);
    const auto last = std::make_reverse_iterator(tokens.begin() + contexts.end[i]);
    return std::pair(last, last + contexts.length[i]);
  };
  std::sort(kept.begin(), kept.end(), [&](std::int32_t a, std::int32_t b) {
    const auto [a_begin, a_end] = ending(a);
    const auto [b_begin, b_end] = ending(b);
    return std::lexicographical_compare(a_begin, a_end, b_begin, b_end);
  });
}

/// What followed each of the kept contexts, one after the other: `begin` has their offsets.
struct Successors {
  std::vector<std::int64_t> begin;
  std::vector<std::int32_t> token;
};

Successors successors(const std::vector<std::int32_t>& kept, const CorpusContexts& contexts,
                      const std::vector<std::int32_t>& tokens) {
  Successors result;
  std::vector<std::int64_t> place(contexts.size(), -1);  // where the next successor of a context goes
  result.begin.push_back(0);
  for (const auto number : kept) {
    const auto i = static_cast<std::size_t>(number);
    place[i] = result.begin.back();
    result.begin.push_back(result.begin.back() + contexts.count[i]);
  }
  result.token.resize(static_cast<std::size_t>(result.begin.back()));
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (contexts.at[at] < 0) continue;
    auto& next = place[static_cast<std::size_t>(contexts.at[at])];
    if (next >= 0) result.token[static_cast<std::size_t>(next++)] = tokens[at];
  }
  for (std::size_t j = 0; j + 1 < result.begin.size(); ++j)
    std::sort(result.token.begin() + result.begin[j], result.token.begin() + result.begin[j + 1]);
  return result;
}

/// The words that occur in the kept contexts or follow them, numbered anew in the same order.
void number_words(Task& task, const std::vector<std::string>& words, const Successors& following) {
  std::vector<std::int32_t> number(words.size(), -1);
  for (const auto token : following.token) number[static_cast<std::size_t>(token)] = 0;
  for (const auto& context : task.tokens)
    for (const int token : context) number[static_cast<std::size_t>(token)] = 0;
  for (std::size_t r = 0; r < words.size(); ++r) {
    if (number[r] < 0) continue;
    number[r] = static_cast<std::int32_t>(task.word_names.size());
    task.word_names.push_back(words[r]);
  }
  task.words = static_cast<Index>(task.word_names.size());
  task.token_names = task.word_names;
  for (auto& context : task.tokens)
    for (int& token : context) token = number[static_cast<std::size_t>(token)];
  for (auto& word : task.targets.word) word = number[static_cast<std::size_t>(word)];
}

/// P and pi: runs of equal successors are the entries of a column.
void fill_targets(Task& task, const Successors& following) {
  const auto total = static_cast<double>(following.token.size());
  task.contexts = static_cast<Index>(following.begin.size()) - 1;
  task.weight.resize(task.contexts);
  task.targets.begin.push_back(0);
  for (Index j = 0; j < task.contexts; ++j) {
    const auto first = following.begin[static_cast<std::size_t>(j)];
    const auto last = following.begin[static_cast<std::size_t>(j) + 1];
    for (auto run = first; run < last;) {
      const auto word = following.token[static_cast<std::size_t>(run)];
      auto end = run;
      while (end < last && following.token[static_cast<std::size_t>(end)] == word) ++end;
      task.targets.word.push_back(word);
      task.targets.probability.push_back(static_cast<double>(end - run) / static_cast<double>(last - first));
      run = end;
    }
    task.targets.begin.push_back(static_cast<Index>(task.targets.word.size()));
    task.weight(j) = static_cast<double>(last - first) / total;
  }
}

void add_facts(Task& task, const RankedText& text, std::size_t words_in_text, const CorpusContexts& contexts,
               std::size_t kept_occurrences) {
  std::int64_t one_hot = 0;
  double one_hot_weight = 0.0;
  for (std::size_t j = 0; j + 1 < task.targets.begin.size(); ++j) {
    if (task.targets.begin[j + 1] - task.targets.begin[j] > 1) continue;
    ++one_hot;
    one_hot_weight += task.weight(static_cast<Index>(j));
  }
  const auto occurrences = std::count_if(contexts.at.begin(), contexts.at.end(), [](auto at) { return at >= 0; });
  const auto tokens = static_cast<double>(text.tokens.size());
  task.facts = {
      {"tokens", "Words and marks in the text", tokens},
      {"distinct_words", "Distinct among them", static_cast<double>(words_in_text)},
      {"unknown_share", "Share that is <unk>", static_cast<double>(text.unknown) / tokens},
      {"kept_share", "Share of the text kept", static_cast<double>(kept_occurrences) / static_cast<double>(occurrences)},
      {"one_hot_share", "Contexts with one next word", static_cast<double>(one_hot) / static_cast<double>(task.contexts)},
      {"one_hot_weight", "The same, by their weight π", std::min(1.0, one_hot_weight)},
  };
}

const char* name_of(CorpusBoundary boundary) { return boundary == CorpusBoundary::line ? "line" : "paragraph"; }

void require_contexts(const CorpusContexts& contexts, const RankedText& text, const CorpusOptions& options,
                      const std::string& name) {
  if (contexts.size() > 0) return;
  const auto tokens = static_cast<std::int64_t>(text.tokens.size());
  if (options.boundary == CorpusBoundary::none)
    throw InputError(name + ": has " + count_text(tokens, "word") + ", and contexts of " +
                     count_text(options.context, "token") + " need at least " + std::to_string(options.context + 1) +
                     ": lower task.context or use a longer text");
  throw InputError(name + ": has no " + name_of(options.boundary) +
                   " of two words or more: set task.boundaries = none");
}

}  // namespace

std::shared_ptr<const Task> make_corpus(const CorpusOptions& options, const TaskWork& work) {
  auto source = read_corpus(options.path, work);
  auto read = tokenize(source, work);
  const std::string name = source.name;
  std::string().swap(source.bytes);  // large, and of no more use
  const std::size_t words_in_text = read.words.size();
  if (words_in_text == 0) throw InputError(name + ": has no words");
  if (words_in_text == 1)
    throw InputError(name + ": has only one distinct word, \"" + read.words.front() +
                     "\": there is nothing to predict");

  const auto begins = options.boundary == CorpusBoundary::none   ? std::vector<std::int32_t>{}
                      : options.boundary == CorpusBoundary::line ? std::move(read.line_begins)
                                                                 : std::move(read.paragraph_begins);
  const RankedText text = rank(std::move(read), options.vocabulary);
  const auto contexts = find_contexts(text.tokens, begins, options.boundary != CorpusBoundary::none, options.context,
                                      work, kCountingFrom, kBuildingFrom);
  require_contexts(contexts, text, options, name);
  auto kept = choose(contexts, options, name);
  work.progress(kBuildingFrom, "Counting what follows");
  sort_by_ending(kept, contexts, text.tokens);

  auto task = std::make_shared<Task>();
  task->kind = "corpus";
  const auto following = successors(kept, contexts, text.tokens);
  work.progress(1.0, "Counting what follows");
  fill_targets(*task, following);
  for (const auto number : kept) {
    const auto i = static_cast<std::size_t>(number);
    const auto end = text.tokens.begin() + contexts.end[i];
    task->tokens.emplace_back(end - contexts.length[i], end);
  }
  number_words(*task, text.words, following);
  if (task->words < 2)
    throw InputError(name + ": only one word is left, \"" + task->word_names.front() +
                     "\": lower task.min_count or raise task.vocabulary");
  for (const auto& context : task->tokens) {
    auto& spelled = task->context_names.emplace_back();
    for (const int token : context)
      spelled += (spelled.empty() ? "" : " ") + task->word_names[static_cast<std::size_t>(token)];
  }
  complete(*task);
  add_facts(*task, text, words_in_text, contexts, following.token.size());
  task->inputs = {source.input};
  return task;
}

TaskEntry corpus_entry() {
  TaskEntry entry;
  entry.key = "corpus";
  entry.label = "Text";
  entry.summary = "The contexts of a real text, each with the words that follow it there and how often.";
  entry.details = std::string(tokenizer_rule()) +
                  " A context is the tokens before a word; equal contexts are one, with all that followed them. Words are "
                  "numbered from the most frequent down, contexts ordered by their endings. Files: up to 256 MiB and "
                  "50,000,000 words, of which at most 200,000 distinct contexts.";
  entry.source = "IG sec. 2 (arXiv 2408.15417); tokenizer and built-in text are this program's own";
  entry.parameters = {
      file_parameter("task.path", "Text", kDefaultCorpus, Effect::restart,
                     "A text file in UTF-8, or the name of a built-in text (" + std::string(kDefaultCorpus) + ")."),
      integer_parameter("task.context", "Context length", "T", 2, 1, 16, Scale::linear, Effect::restart,
                        "Words that a context has; the longer, the more contexts have one next word only."),
      with_slider(integer_parameter("task.min_count", "Least count", "", 1, 1, 1'000'000'000, Scale::log, Effect::restart,
                                    "Contexts that occur less often in the text are left out, and with them words that "
                                    "occur nowhere else."),
                  1, 100),
      with_slider(integer_parameter("task.vocabulary", "Vocabulary", "", 0, 0, 10'000'000, Scale::log_with_zero,
                                    Effect::restart,
                                    "Keeps the most frequent words, one fewer than this; all others are <unk>. 0 keeps "
                                    "every word."),
                  0, 10'000),
      choice_parameter("task.boundaries", "Boundaries", "none",
                       {{"none", "None", "the text is one stream of words; every context has the full length"},
                        {"line", "Lines", "contexts do not cross a line end; the first of a line are shorter"},
                        {"paragraph", "Paragraphs", "the same at blank lines"}},
                       Effect::restart, "Where contexts begin anew."),
      with_slider(integer_parameter("task.max_contexts", "Most contexts", "", 0, 0, kMostCorpusContexts,
                                    Scale::log_with_zero, Effect::restart,
                                    "Keeps that many contexts, the most frequent; 0 keeps all, of which there may be "
                                    "200,000."),
                  0, 10'000),
  };
  for (auto& parameter : entry.parameters)
    if (parameter.scale == Scale::log_with_zero) parameter.log_floor = 2.0;
  entry.traits = [](const Config&) {
    TaskTraits traits;
    traits.has_factors = traits.has_several_factors = false;
    traits.words_are_tokens = true;
    return traits;
  };
  entry.make = [](const Config& config, const TaskWork& work) {
    CorpusOptions options;
    options.path = config.text("task.path");
    options.context = static_cast<int>(config.integer("task.context"));
    options.vocabulary = config.integer("task.vocabulary");
    const auto& boundary = config.text("task.boundaries");
    options.boundary = boundary == "line"        ? CorpusBoundary::line
                       : boundary == "paragraph" ? CorpusBoundary::paragraph
                                                 : CorpusBoundary::none;
    options.min_count = config.integer("task.min_count");
    options.max_contexts = config.integer("task.max_contexts");
    return make_corpus(options, work);
  };
  entry.check = [](const Config& config) -> std::optional<std::string> {
    for (const std::string key : kZeroOrMore)
      if (config.integer(key) == 1) return key + " = 1: must be 0 for all, or at least 2";
    return std::nullopt;
  };
  entry.reconcile = [](Config& config, std::string_view) {
    for (const std::string key : kZeroOrMore)
      if (config.integer(key) == 1) config.set(key, std::int64_t{2});
  };
  return entry;
}

}  // namespace gramscope
