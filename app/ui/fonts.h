#pragma once

#include <imgui.h>

#include "app/ui/theme.h"

namespace gramscope::app {

/// Fills the current context's atlas for `scale` and returns the fonts in it. Falls back to ImGui's own font
/// where the program was configured without Inter and DejaVu Sans.
Fonts build_fonts(float scale);

}  // namespace gramscope::app
