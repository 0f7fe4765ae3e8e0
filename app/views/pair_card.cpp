#include "app/views/pair_card.h"

#include "app/gl/colour_map.h"
#include "app/views/hover_card.h"

namespace gramscope::app {
namespace {

/// The cosine of two of `count` contexts or words; of many, the mean of those they are shown with.
void cosine_line(HoverCard& card, std::string_view label, const MatrixF& values, Index a, Index b, Index count) {
  const Index block = gram_block(count);
  if (a / block >= values.rows() || b / block >= values.cols()) return;
  const float value = values(a / block, b / block);
  card.fact(label, signed_cosine(value), diverging_map().at(value));
}

std::string name_of(const std::vector<std::string>& names, Index i, std::string_view kind) {
  if (i < static_cast<Index>(names.size()) && !names[static_cast<std::size_t>(i)].empty())
    return names[static_cast<std::size_t>(i)];
  return std::string(kind) + " " + std::to_string(i + 1);
}

}  // namespace

std::string shared_factors(const Task& task, Index a, Index b) {
  std::string shared;
  for (const auto& factor : task.factors)
    if (factor.value[static_cast<std::size_t>(a)] == factor.value[static_cast<std::size_t>(b)])
      shared += (shared.empty() ? "" : ", ") + factor.name;
  return shared;
}

void draw_pair_card(const Observatory& observatory, Index a, Index b, bool is_word_view) {
  const Task& task = observatory.task();
  if (a >= task.contexts || b >= task.contexts) return;
  const Snapshot* snapshot = observatory.snapshot();
  HoverCard card;
  card.name(name_of(task.context_names, a, "context"));
  if (b != a) card.name(name_of(task.context_names, b, "context"));
  // The newest snapshot may still be one of another task, while a new one is being analysed.
  if (snapshot != nullptr && &snapshot->task() == &task) {
    if (is_word_view && task.has_one_context_per_label()) {
      cosine_line(card, "words now", snapshot->gram_w, task.labels[static_cast<std::size_t>(a)],
                  task.labels[static_cast<std::size_t>(b)], task.words);
      cosine_line(card, "contexts now", snapshot->gram_h, a, b, task.contexts);
    } else {
      cosine_line(card, "cosine now", snapshot->gram_h, a, b, task.contexts);
    }
  }
  cosine_line(card, "semantic", observatory.targets().semantic, a, b, task.contexts);
  cosine_line(card, "symmetric", observatory.targets().symmetric, a, b, task.contexts);
  if (task.factors.empty()) return;
  if (a == b) {
    for (const auto& factor : task.factors)
      card.fact(factor.name,
                factor.value_names[static_cast<std::size_t>(factor.value[static_cast<std::size_t>(a)])]);
    return;
  }
  const std::string shared = shared_factors(task, a, b);
  card.fact("share", shared.empty() ? "nothing" : shared);
}

void draw_word_card(const Snapshot& snapshot, Index a, Index b) {
  const Task& task = snapshot.task();
  HoverCard card;
  card.name(name_of(task.word_names, a, "word"));
  if (b != a) card.name(name_of(task.word_names, b, "word"));
  cosine_line(card, "words now", snapshot.gram_w, a, b, task.words);
}

void SharedHover::set(Selection& selection, std::optional<Index> a, std::optional<Index> b) {
  const bool is_ours = selection.hovered_a == a_ && selection.hovered_b == b_;
  if (a || (a_ && is_ours)) {
    selection.hovered_a = a;
    selection.hovered_b = b;
  }
  a_ = a;
  b_ = b;
}

void select_pair(Selection& selection, Index a, Index b) {
  const std::optional<Index> second = b == a ? std::nullopt : std::optional<Index>(b);
  const bool is_again = selection.context_a == a && selection.context_b == second;
  selection.context_a = is_again ? std::nullopt : std::optional<Index>(a);
  selection.context_b = is_again ? std::nullopt : second;
}

}  // namespace gramscope::app
