#pragma once

namespace gramscope::app {

/// Draws the page of keys and gestures over everything, in as many columns as the window's height asks for. Reports
/// "overlay.shortcuts".
void draw_shortcut_overlay();

}  // namespace gramscope::app
