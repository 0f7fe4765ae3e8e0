#include "app/views/shared_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "app/context_groups.h"
#include "app/views/pair_card.h"

namespace gramscope::app {
namespace {

std::vector<Index> words_after(const Task& task, Index context) {
  const auto at = static_cast<std::size_t>(context);
  return {task.targets.word.begin() + task.targets.begin[at],
          task.targets.word.begin() + task.targets.begin[at + 1]};
}

}  // namespace

Common words_in_common(const Task& task, Index a, Index b) {
  const auto first = words_after(task, a);
  const auto second = words_after(task, b);
  std::vector<Index> both;
  std::set_intersection(first.begin(), first.end(), second.begin(), second.end(), std::back_inserter(both));
  if (both.empty()) return {false, "no next word in common"};
  // The likeliest words of the first context say most.
  std::string names;
  for (const auto& next : next_words(task, a, first.size()))
    if (std::binary_search(both.begin(), both.end(), next.word))
      names += (names.empty() ? "" : ", ") + word_name(task, next.word);
  if (first == second) return {true, "same: " + names};
  std::vector<Index> either;
  std::set_union(first.begin(), first.end(), second.begin(), second.end(), std::back_inserter(either));
  return {false, fmt::format("{} of {}: {}", both.size(), either.size(), names)};
}

Common shared_by(const Task& task, Index a, Index b) {
  if (task.has_targets() && !task.has_one_context_per_label()) return words_in_common(task, a, b);
  if (task.factors.empty()) return {};
  const std::string factors = shared_factors(task, a, b);
  return {false, factors.empty() ? "no factor in common" : "share " + factors};
}

}  // namespace gramscope::app
