#include "app/views/pair_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/gl/colour_map.h"
#include "app/views/reading.h"

namespace gramscope::app {
namespace {

/// The probability that both distributions of next words have in common: sum over words of min(P_za, P_zb).
double shared_mass(const Task& task, Index a, Index b) {
  double mass = 0.0;
  const auto& targets = task.targets;
  Index i = targets.begin[static_cast<std::size_t>(a)];
  Index j = targets.begin[static_cast<std::size_t>(b)];
  const Index i_end = targets.begin[static_cast<std::size_t>(a) + 1];
  const Index j_end = targets.begin[static_cast<std::size_t>(b) + 1];
  while (i < i_end && j < j_end) {
    const Index first = targets.word[static_cast<std::size_t>(i)];
    const Index second = targets.word[static_cast<std::size_t>(j)];
    if (first == second)
      mass += std::min(targets.probability[static_cast<std::size_t>(i)],
                       targets.probability[static_cast<std::size_t>(j)]);
    i += first <= second ? 1 : 0;
    j += second <= first ? 1 : 0;
  }
  return mass;
}

}  // namespace

void cosine_line(HoverCard& card, std::string_view label, const MatrixF& values, Index a, Index b, Index count) {
  const Index block = gram_block(count);
  if (a / block >= values.rows() || b / block >= values.cols()) return;
  const float value = values(a / block, b / block);
  const std::string shown = block > 1 ? std::string(label) + ", mean" : std::string(label);
  card.fact(shown, signed_cosine(value), diverging_map().at(value));
}

std::string shared_factors(const Task& task, Index a, Index b) {
  std::string shared;
  for (const auto& factor : task.factors)
    if (factor.value[static_cast<std::size_t>(a)] == factor.value[static_cast<std::size_t>(b)])
      shared += (shared.empty() ? "" : ", ") + factor.name;
  return shared;
}

void describe_context(HoverCard& card, const Task& task, Index j) {
  constexpr std::size_t kMostWords = 5;
  for (const auto& factor : task.factors)
    card.fact(factor.name,
              factor.value_names[static_cast<std::size_t>(factor.value[static_cast<std::size_t>(j)])]);
  if (!is_balanced(task)) card.fact("weight π", percentage(task.weight(j)));
  if (task.is_one_hot()) {
    // Where every context has a word of its own it is named after it.
    const std::string label = word_name(task, task.labels[static_cast<std::size_t>(j)]);
    if (label != context_name(task, j)) card.fact("next word", label);
    return;
  }
  const auto words = next_words(task, j, kMostWords);
  if (words.empty()) return;
  card.heading("next words");
  for (const auto& next : words) card.fact("  " + word_name(task, next.word), percentage(next.probability));
  const auto at = static_cast<std::size_t>(j);
  const Index others = task.targets.begin[at + 1] - task.targets.begin[at] - static_cast<Index>(words.size());
  if (others > 0) card.heading("  and " + std::to_string(others) + " more");
}

void describe_pair(HoverCard& card, const Task& task, Index a, Index b) {
  if (!task.factors.empty()) {
    const std::string shared = shared_factors(task, a, b);
    card.fact("share", shared.empty() ? "nothing" : shared);
  }
  if (!task.has_targets() || task.has_one_context_per_label()) return;
  if (task.is_one_hot()) {
    const int first = task.labels[static_cast<std::size_t>(a)];
    const int second = task.labels[static_cast<std::size_t>(b)];
    if (first == second) return card.fact("both: next", word_name(task, first));
    return card.fact("next", word_name(task, first) + " and " + word_name(task, second));
  }
  card.fact("next words", percentage(shared_mass(task, a, b)) + " in common");
}

namespace {

/// The targets' cosines of two contexts, by their places.
void target_lines(HoverCard& card, const Observatory& observatory, Index a, Index b) {
  const Task& task = observatory.task();
  const Targets& targets = observatory.targets();
  cosine_line(card, "semantic", targets.of(TargetKind::semantic), a, b, task.contexts);
  cosine_line(card, "symmetric", targets.of(TargetKind::symmetric), a, b, task.contexts);
  // With one next word for each context these are the symmetric target once more.
  if (is_proxy_symmetric(task)) return;
  cosine_line(card, "proxy S~", targets.of(TargetKind::proxy), a, b, task.contexts);
  cosine_line(card, "theory L_mm", targets.of(TargetKind::max_margin), a, b, task.contexts);
}

/// The cosine of two contexts now: itself where all rows are shown, or those of one of the two in full; else the mean of
/// their blocks.
void cosine_now(HoverCard& card, const Snapshot& snapshot, Index a, Index b, Index a_place, Index b_place) {
  for (const auto& [one, other] : {std::pair{a, b}, std::pair{b, a}}) {
    if (snapshot.block == 1 || snapshot.context != one || other >= snapshot.context_cosines.size()) continue;
    const float value = snapshot.context_cosines(other);
    return card.fact("cosine now", signed_cosine(static_cast<double>(value)), diverging_map().at(value));
  }
  cosine_line(card, "cosine now", snapshot.gram_h, a_place, b_place, snapshot.task().contexts);
}

}  // namespace

void draw_pair_card(const Observatory& observatory, Index a, Index b, bool is_word_view) {
  const Task& task = observatory.task();
  if (a >= task.contexts || b >= task.contexts) return;
  const Snapshot* snapshot = observatory.snapshot();
  const Index a_place = observatory.context_place(a);
  const Index b_place = observatory.context_place(b);
  HoverCard card;
  card.name(context_name(task, a));
  if (b != a) card.name(context_name(task, b));
  // The newest snapshot may still be one of another task, while a new one is being analysed.
  if (snapshot != nullptr && &snapshot->task() == &task) {
    if (is_word_view && task.has_one_context_per_label()) {
      cosine_line(card, "words now", snapshot->gram_w, task.labels[static_cast<std::size_t>(a)],
                  task.labels[static_cast<std::size_t>(b)], task.words);
      cosine_line(card, "contexts now", snapshot->gram_h, a_place, b_place, task.contexts);
    } else {
      cosine_now(card, *snapshot, a, b, a_place, b_place);
    }
  }
  target_lines(card, observatory, a_place, b_place);
  if (a == b)
    describe_context(card, task, a);
  else
    describe_pair(card, task, a, b);
}

std::string block_range(Index first, Index block, Index count) {
  const Index begin = first - first % block;
  const Index last = std::min(begin + block, count);
  return last - begin > 1 ? fmt::format("{}–{}", begin + 1, last) : std::to_string(begin + 1);
}

namespace {

/// What the contexts at the places of a block have in common, or go through: "position: first – second".
void describe_block(HoverCard& card, const GramOrder& order, Index place, Index block) {
  const Index begin = place - place % block;
  const Index end = std::min(begin + block, static_cast<Index>(order.order.size()));
  for (const auto& level : order.levels) {
    const auto at = [&](Index position) {
      return std::find_if(level.begin(), level.end(), [&](const RowBlock& group) { return position < group.end; });
    };
    const auto first = at(begin);
    const auto last = at(end - 1);
    if (first == level.end() || last == level.end()) continue;
    card.heading(first == last ? "  " + first->label : "  " + first->label + " – " + last->label);
  }
}

/// The names of a cell of blocks.
void name_blocks(HoverCard& card, std::string_view kind, Index a, Index b, Index count) {
  const Index block = gram_block(count);
  card.name(fmt::format("{} {}", kind, block_range(a, block, count)));
  if (a / block != b / block) card.name(fmt::format("{} {}", kind, block_range(b, block, count)));
  card.heading("means over all pairs of them");
}

}  // namespace

void draw_block_card(const Observatory& observatory, Index a, Index b) {
  const Task& task = observatory.task();
  if (a >= task.contexts || b >= task.contexts) return;
  HoverCard card;
  const GramOrder& order = observatory.context_order();
  const Index block = gram_block(task.contexts);
  const bool is_grouped = !order.levels.empty();
  name_blocks(card, is_grouped ? "rows" : "contexts", a, b, task.contexts);
  if (is_grouped) {
    describe_block(card, order, a, block);
    if (a / block != b / block) describe_block(card, order, b, block);
  }
  const Snapshot* snapshot = observatory.snapshot();
  if (snapshot != nullptr && &snapshot->task() == &task)
    cosine_line(card, "cosine now", snapshot->gram_h, a, b, task.contexts);
  target_lines(card, observatory, a, b);
}

void draw_word_card(const Snapshot& snapshot, Index a, Index b) {
  const Task& task = snapshot.task();
  HoverCard card;
  if (gram_block(task.words) > 1) {
    name_blocks(card, "words", a, b, task.words);
    return cosine_line(card, "words now", snapshot.gram_w, a, b, task.words);
  }
  card.name(word_name(task, a));
  if (b != a) card.name(word_name(task, b));
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
