#pragma once

#include <optional>
#include <string>

#include "app/observatory.h"
#include "app/views/hover_card.h"

namespace gramscope::app {

/// The factors in which two contexts have the same value, "colour, shape"; empty if none.
std::string shared_factors(const Task& task, Index a, Index b);

/// What there is to say of context j besides its name: factor values, what follows it (the label, or the likeliest
/// words with their probabilities), and its weight where contexts differ in weight.
void describe_context(HoverCard& card, const Task& task, Index j);

/// The cosine of two of `count` contexts or words as a fact of a card; of many, the mean of those they are shown with, which
/// the label then says.
/// Nothing where `values` has no such entry.
void cosine_line(HoverCard& card, std::string_view label, const MatrixF& values, Index a, Index b, Index count);

/// What two contexts have in common: factors, and what can follow.
void describe_pair(HoverCard& card, const Task& task, Index a, Index b);

/// The hover card of two contexts: their names, their cosine now and in the targets, and what they share; of one
/// context, what there is to say of it.
/// With `is_word_view`, the cosine of their words comes first.
void draw_pair_card(const Observatory& observatory, Index a, Index b, bool is_word_view);

/// Numbers of contexts or words as a row of many shows them, counted from 1: "121–124" for block = 4 from first = 120 on,
/// of `count` in all.
std::string block_range(Index first, Index block, Index count);

/// The hover card of a cell that stands for two blocks of contexts, those at places a and b of context_order(): which they
/// are, and the means of their cosines now and in the targets.
void draw_block_card(const Observatory& observatory, Index a, Index b);

/// The hover card of two words that stand for no context in particular.
void draw_word_card(const Snapshot& snapshot, Index a, Index b);

/// A view's part in the shared selection. Contexts under the mouse are set by the view that has the mouse and
/// taken back by the same view when the mouse leaves it.
class SharedHover {
 public:
  void set(Selection& selection, std::optional<Index> a, std::optional<Index> b);

 private:
  std::optional<Index> a_;
  std::optional<Index> b_;
};

/// What a click on two contexts means: selects them; the same ones again are let go. b == a selects one
/// context.
void select_pair(Selection& selection, Index a, Index b);

}  // namespace gramscope::app
