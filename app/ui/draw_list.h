#pragma once

#include <imgui.h>

namespace gramscope::app {

/// What is drawn on: the current window's list.
inline ImDrawList& canvas() { return *ImGui::GetWindowDrawList(); }

}  // namespace gramscope::app
