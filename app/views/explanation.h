#pragma once

#include <string>

#include "app/observatory.h"
#include "app/ui/rect.h"
#include "app/views/reading.h"

namespace gramscope::app {

/// What a newcomer is to look at now, in plain words: follows the phase, and says so where the capacity
/// forbids the symmetric state or the ridge forbids learning.
std::string explanation(Phase phase, const Task& task, const std::optional<RankBound>& bound,
                        bool is_zero_the_minimum);

/// The height the text needs at that width, heading included.
float explanation_height(const Observatory& observatory, float width);

void draw_explanation(const Observatory& observatory, const Rect& rect);

}  // namespace gramscope::app
