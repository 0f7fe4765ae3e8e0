#pragma once

#include <imgui.h>

namespace gramscope::app {

/// A rectangle on the screen in ImGui's coordinates: x to the right, y down, max excluded.
struct Rect {
  ImVec2 min;
  ImVec2 max;

  float width() const { return max.x - min.x; }
  float height() const { return max.y - min.y; }
  bool contains(ImVec2 p) const { return p.x >= min.x && p.x < max.x && p.y >= min.y && p.y < max.y; }
};

}  // namespace gramscope::app
