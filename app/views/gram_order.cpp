#include "app/views/gram_order.h"

#include <algorithm>
#include <numeric>

namespace gramscope::app {
namespace {

/// More names than that are never legible; a level of them would be made in vain every frame.
constexpr Index kMostNames = 256;

GramOrder as_given(Index count, const std::vector<std::string>& names) {
  GramOrder result;
  result.order.resize(static_cast<std::size_t>(count));
  std::iota(result.order.begin(), result.order.end(), Index{0});
  result.position = result.order;
  if (count > kMostNames || static_cast<Index>(names.size()) != count) return result;
  auto& level = result.levels.emplace_back();
  for (Index i = 0; i < count; ++i) level.push_back({i, i + 1, names[static_cast<std::size_t>(i)]});
  return result;
}

int value_of(const Factor& factor, Index context) { return factor.value[static_cast<std::size_t>(context)]; }

/// Neighbouring rows with the same value of `factor`, not across the blocks of the level above.
std::vector<RowBlock> blocks_of(const Factor& factor, const std::vector<Index>& order,
                                const std::vector<RowBlock>* outer) {
  std::vector<RowBlock> blocks;
  std::size_t outer_block = 0;
  for (Index i = 0; i < static_cast<Index>(order.size()); ++i) {
    bool is_new = blocks.empty();
    if (outer != nullptr && !is_new && i >= (*outer)[outer_block].end) {
      ++outer_block;
      is_new = true;
    }
    const int value = value_of(factor, order[static_cast<std::size_t>(i)]);
    if (!is_new && value != value_of(factor, order[static_cast<std::size_t>(i - 1)])) is_new = true;
    if (is_new) {
      const bool has_name = value >= 0 && value < static_cast<int>(factor.value_names.size());
      blocks.push_back({i, i + 1, has_name ? factor.value_names[static_cast<std::size_t>(value)] : ""});
    } else {
      blocks.back().end = i + 1;
    }
  }
  return blocks;
}

}  // namespace

GramOrder order_contexts(const Task& task, int factor) {
  if (factor < 0 || factor >= static_cast<int>(task.factors.size()))
    return as_given(task.contexts, task.context_names);
  std::vector<const Factor*> nesting{&task.factors[static_cast<std::size_t>(factor)]};
  for (int f = 0; f < static_cast<int>(task.factors.size()); ++f)
    if (f != factor) nesting.push_back(&task.factors[static_cast<std::size_t>(f)]);

  GramOrder result;
  result.order.resize(static_cast<std::size_t>(task.contexts));
  std::iota(result.order.begin(), result.order.end(), Index{0});
  std::stable_sort(result.order.begin(), result.order.end(), [&](Index a, Index b) {
    for (const auto* f : nesting)
      if (value_of(*f, a) != value_of(*f, b)) return value_of(*f, a) < value_of(*f, b);
    return false;
  });
  result.position.resize(result.order.size());
  for (std::size_t i = 0; i < result.order.size(); ++i)
    result.position[static_cast<std::size_t>(result.order[i])] = static_cast<Index>(i);
  for (const auto* f : nesting) {
    const auto* outer = result.levels.empty() ? nullptr : &result.levels.back();
    auto blocks = blocks_of(*f, result.order, outer);
    result.levels.push_back(std::move(blocks));
  }
  return result;
}

GramOrder order_words(const Task& task, int factor) {
  if (!task.has_one_context_per_label()) return as_given(task.words, task.word_names);
  GramOrder contexts = order_contexts(task, factor);
  for (auto& index : contexts.order) index = task.labels[static_cast<std::size_t>(index)];
  for (std::size_t i = 0; i < contexts.order.size(); ++i)
    contexts.position[static_cast<std::size_t>(contexts.order[i])] = static_cast<Index>(i);
  return contexts;
}

std::vector<Index> context_of_word(const Task& task) {
  if (!task.has_one_context_per_label()) return {};
  std::vector<Index> context(static_cast<std::size_t>(task.words), 0);
  for (std::size_t j = 0; j < task.labels.size(); ++j)
    context[static_cast<std::size_t>(task.labels[j])] = static_cast<Index>(j);
  return context;
}

}  // namespace gramscope::app
