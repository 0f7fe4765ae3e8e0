#include "app/gram_order.h"

#include <algorithm>
#include <numeric>

namespace gramscope::app {
namespace {

/// More names than that are never legible.
constexpr Index kMostNames = 256;

void add_names(GramOrder& order, const std::vector<std::string>& names) {
  const auto count = static_cast<Index>(order.order.size());
  if (count > kMostNames || static_cast<Index>(names.size()) != count) return;
  auto& level = order.levels.emplace_back();
  for (Index i = 0; i < count; ++i)
    level.push_back(
        {i, i + 1, names[static_cast<std::size_t>(order.order[static_cast<std::size_t>(i)])]});
}

GramOrder as_given(Index count, const std::vector<std::string>& names) {
  GramOrder result;
  result.order.resize(static_cast<std::size_t>(count));
  std::iota(result.order.begin(), result.order.end(), Index{0});
  result.position = result.order;
  add_names(result, names);
  return result;
}

/// Neighbouring rows of one group, not across the blocks of the level above.
std::vector<RowBlock> blocks_of(const ContextGroups& groups, const std::vector<Index>& order,
                                const std::vector<RowBlock>* outer) {
  const auto group_at = [&](Index i) {
    return groups.of_context[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])];
  };
  std::vector<RowBlock> blocks;
  std::size_t outer_block = 0;
  for (Index i = 0; i < static_cast<Index>(order.size()); ++i) {
    bool is_new = blocks.empty();
    if (outer != nullptr && !is_new && i >= (*outer)[outer_block].end) {
      ++outer_block;
      is_new = true;
    }
    const int group = group_at(i);
    if (!is_new && group != group_at(i - 1)) is_new = true;
    if (is_new)
      blocks.push_back({i, i + 1, groups.names[static_cast<std::size_t>(group)]});
    else
      blocks.back().end = i + 1;
  }
  return blocks;
}

}  // namespace

GramOrder order_contexts(const Task& task, const Grouping& grouping) {
  const Grouping chosen = fitting(task, grouping);
  if (chosen.by == Grouping::By::nothing) return as_given(task.contexts, task.context_names);
  std::vector<ContextGroups> nesting{group_contexts(task, chosen)};
  if (chosen.by == Grouping::By::factor)
    for (int f = 0; f < static_cast<int>(task.factors.size()); ++f)
      if (f != chosen.factor) nesting.push_back(group_contexts(task, {Grouping::By::factor, f}));

  GramOrder result;
  result.order.resize(static_cast<std::size_t>(task.contexts));
  std::iota(result.order.begin(), result.order.end(), Index{0});
  std::stable_sort(result.order.begin(), result.order.end(), [&](Index a, Index b) {
    for (const auto& groups : nesting) {
      const int first = groups.of_context[static_cast<std::size_t>(a)];
      const int second = groups.of_context[static_cast<std::size_t>(b)];
      if (first != second) return first < second;
    }
    return false;
  });
  result.position.resize(result.order.size());
  for (std::size_t i = 0; i < result.order.size(); ++i)
    result.position[static_cast<std::size_t>(result.order[i])] = static_cast<Index>(i);
  for (const auto& groups : nesting) {
    const auto* outer = result.levels.empty() ? nullptr : &result.levels.back();
    auto blocks = blocks_of(groups, result.order, outer);
    result.levels.push_back(std::move(blocks));
  }
  if (chosen.by != Grouping::By::factor) add_names(result, task.context_names);
  return result;
}

GramOrder order_words(const Task& task, const Grouping& grouping) {
  if (!pairs_words_with_contexts(task)) return as_given(task.words, task.word_names);
  GramOrder contexts = order_contexts(task, grouping);
  for (auto& index : contexts.order) index = task.labels[static_cast<std::size_t>(index)];
  for (std::size_t i = 0; i < contexts.order.size(); ++i)
    contexts.position[static_cast<std::size_t>(contexts.order[i])] = static_cast<Index>(i);
  return contexts;
}

bool pairs_words_with_contexts(const Task& task) {
  return task.has_one_context_per_label() && gram_block(task.words) == 1;
}

std::vector<Index> context_of_word(const Task& task) {
  if (!task.has_one_context_per_label()) return {};
  std::vector<Index> context(static_cast<std::size_t>(task.words), 0);
  for (std::size_t j = 0; j < task.labels.size(); ++j)
    context[static_cast<std::size_t>(task.labels[j])] = static_cast<Index>(j);
  return context;
}

const GramOrder& KeptOrder::of(const std::shared_ptr<const Task>& task, const Grouping& grouping) {
  if (task == task_ && grouping == grouping_) return order_;
  order_ = make_(*task, grouping);
  task_ = task;
  grouping_ = grouping;
  const auto& order = order_.order;
  const bool is_as_given = std::is_sorted(order.begin(), order.end());
  blocks_ = gram_block(static_cast<Index>(order.size())) == 1 || is_as_given
                ? nullptr
                : std::make_shared<const std::vector<Index>>(order);
  return order_;
}

const BlockOrder& KeptOrder::blocks(const std::shared_ptr<const Task>& task, const Grouping& grouping) {
  of(task, grouping);
  return blocks_;
}

}  // namespace gramscope::app
