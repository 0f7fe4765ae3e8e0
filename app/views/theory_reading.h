#pragma once

#include <string>
#include <string_view>

#include "app/observatory.h"
#include "app/ui/rect.h"

namespace gramscope::app {

// What views say of the max-margin theory besides its matrices.

/// How well L_mm is proved: "proved to 3e−7" (the relative duality gap), "proved" where that is rounding, "not proved" from
/// 0.1 on.
std::string proof_text(const MaxMarginTheory& theory);

/// "λ 9e−5"
std::string ridge_text(double ridge);

/// How the solution of L_mm stands while there is none: the share of the way, or why it is not being solved for and whether
/// asking helps.
struct MaxMarginStanding {
  std::string text;
  bool can_be_asked_for = false;
};
MaxMarginStanding max_margin_standing(const Observatory& observatory);

/// Asks for L_mm of a task for which it is not solved unasked.
void ask_for_max_margin(Observatory& observatory);

/// What stands where L_mm will be: how far it is, or why it is not there, with a button where asking helps, reported as
/// "button.<view>.solve".
void draw_max_margin_placeholder(Observatory& observatory, const Rect& rect, std::string_view view);

}  // namespace gramscope::app
