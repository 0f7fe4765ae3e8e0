#include "app/context_groups.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace gramscope::app {
namespace {

constexpr std::size_t kMostNamedWords = 3;

bool has_factor(const Task& task, int factor) {
  return factor >= 0 && factor < static_cast<int>(task.factors.size());
}

std::span<const Index> support_of(const Task& task, Index context) {
  const auto j = static_cast<std::size_t>(context);
  const Index first = task.targets.begin[j];
  return std::span(task.targets.word).subspan(static_cast<std::size_t>(first),
                                              static_cast<std::size_t>(task.targets.begin[j + 1] - first));
}

/// "cat, dog, bird +4"
std::string support_name(const Task& task, std::span<const Index> support) {
  std::string text;
  for (std::size_t i = 0; i < std::min(support.size(), kMostNamedWords); ++i)
    text += (i > 0 ? ", " : "") + word_name(task, support[i]);
  if (support.size() > kMostNamedWords)
    text += " +" + std::to_string(support.size() - kMostNamedWords);
  return text;
}

/// Groups from a number for each context: only numbers that occur, in ascending order.
template <class NameOf>
ContextGroups numbered(const std::vector<int>& number, const NameOf& name_of) {
  std::vector<int> distinct = number;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  ContextGroups groups;
  groups.sizes.assign(distinct.size(), 0);
  for (const int n : distinct) groups.names.push_back(name_of(n));
  for (const int n : number) {
    const auto group = std::lower_bound(distinct.begin(), distinct.end(), n) - distinct.begin();
    groups.of_context.push_back(static_cast<int>(group));
    ++groups.sizes[static_cast<std::size_t>(group)];
  }
  return groups;
}

ContextGroups by_support(const Task& task) {
  std::vector<Index> order(static_cast<std::size_t>(task.contexts));
  std::iota(order.begin(), order.end(), Index{0});
  const auto is_less = [&](Index a, Index b) {
    const auto first = support_of(task, a);
    const auto second = support_of(task, b);
    return std::lexicographical_compare(first.begin(), first.end(), second.begin(), second.end());
  };
  std::stable_sort(order.begin(), order.end(), is_less);
  ContextGroups groups;
  groups.of_context.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || is_less(order[i - 1], order[i])) {
      groups.names.push_back(support_name(task, support_of(task, order[i])));
      groups.sizes.push_back(0);
    }
    groups.of_context[static_cast<std::size_t>(order[i])] = static_cast<int>(groups.names.size()) - 1;
    ++groups.sizes.back();
  }
  return groups;
}

std::string name_in(const std::vector<std::string>& names, Index i, const char* kind) {
  const auto at = static_cast<std::size_t>(i);
  if (i >= 0 && at < names.size() && !names[at].empty()) return names[at];
  std::string name(kind);
  name += ' ';
  return name += std::to_string(i + 1);
}

}  // namespace

std::vector<Grouping> groupings(const Task& task) {
  std::vector<Grouping> result;
  for (int f = 0; f < static_cast<int>(task.factors.size()); ++f)
    result.push_back({Grouping::By::factor, f});
  const bool has_targets = task.has_targets() && task.targets.columns() == task.contexts;
  if (task.is_one_hot()) {
    result.push_back({Grouping::By::label, 0});
  } else if (has_targets) {
    result.push_back({Grouping::By::support, 0});
    result.push_back({Grouping::By::next_word, 0});
  }
  result.push_back({Grouping::By::nothing, 0});
  return result;
}

Grouping fitting(const Task& task, const Grouping& wanted) {
  const auto allowed = groupings(task);
  const auto found = std::find(allowed.begin(), allowed.end(), wanted);
  return found != allowed.end() ? *found : allowed.front();
}

std::string grouping_label(const Task& task, const Grouping& grouping) {
  switch (grouping.by) {
    case Grouping::By::factor:
      return has_factor(task, grouping.factor) ? task.factors[static_cast<std::size_t>(grouping.factor)].name : "";
    case Grouping::By::label:
      return "label";
    case Grouping::By::next_word:
      return "next word";
    case Grouping::By::support:
      return "support";
    case Grouping::By::nothing:
      return "as given";
  }
  return {};
}

std::string grouping_key(const Task& task, const Grouping& grouping) {
  std::string key = grouping_label(task, grouping);
  std::replace(key.begin(), key.end(), ' ', '_');
  return key;
}

ContextGroups group_contexts(const Task& task, const Grouping& grouping) {
  switch (grouping.by) {
    case Grouping::By::factor: {
      if (!has_factor(task, grouping.factor)) break;
      const Factor& factor = task.factors[static_cast<std::size_t>(grouping.factor)];
      return numbered(factor.value, [&](int v) { return name_in(factor.value_names, v, factor.name.c_str()); });
    }
    case Grouping::By::label:
      if (!task.is_one_hot()) break;
      return numbered(task.labels, [&](int word) { return word_name(task, word); });
    case Grouping::By::next_word: {
      std::vector<int> likeliest;
      for (Index j = 0; j < task.contexts; ++j) {
        const auto words = next_words(task, j, 1);
        likeliest.push_back(words.empty() ? -1 : static_cast<int>(words.front().word));
      }
      return numbered(likeliest, [&](int word) { return word < 0 ? "nothing" : word_name(task, word); });
    }
    case Grouping::By::support:
      return by_support(task);
    case Grouping::By::nothing:
      break;
  }
  return numbered(std::vector<int>(static_cast<std::size_t>(task.contexts), 0), [](int) { return std::string(); });
}

std::vector<NextWord> next_words(const Task& task, Index context, std::size_t most) {
  if (context < 0 || context >= task.targets.columns()) return {};
  const auto j = static_cast<std::size_t>(context);
  std::vector<NextWord> words;
  for (Index i = task.targets.begin[j]; i < task.targets.begin[j + 1]; ++i)
    words.push_back({task.targets.word[static_cast<std::size_t>(i)],
                     task.targets.probability[static_cast<std::size_t>(i)]});
  const auto end = words.begin() + static_cast<std::ptrdiff_t>(std::min(most, words.size()));
  std::partial_sort(words.begin(), end, words.end(), [](const NextWord& a, const NextWord& b) {
    return a.probability != b.probability ? a.probability > b.probability : a.word < b.word;
  });
  words.erase(end, words.end());
  return words;
}

std::string context_name(const Task& task, Index context) { return name_in(task.context_names, context, "context"); }
std::string word_name(const Task& task, Index word) { return name_in(task.word_names, word, "word"); }

}  // namespace gramscope::app
