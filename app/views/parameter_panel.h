#pragma once

#include "app/observatory.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// The left panel: every parameter that applies, under its group's heading, with what the mathematics has to
/// say about its value. Generated from the registry, so a new model needs no code here. Scrolls where it does
/// not fit.
void draw_parameter_panel(Observatory& observatory, const Rect& rect);

}  // namespace gramscope::app
