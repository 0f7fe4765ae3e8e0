#pragma once

#include <imgui.h>

namespace gramscope::app {

/// How window coordinates (ImGui's, origin at the top left) become framebuffer pixels. Taken from ImGui when
/// a view lays out, used when the queue is drawn.
struct Canvas {
  float width = 0.0f;  ///< of the framebuffer, in pixels
  float height = 0.0f;
  ImVec2 origin;       ///< window coordinates of the framebuffer's top left corner
  ImVec2 scale{1, 1};  ///< framebuffer pixels per window coordinate

  static Canvas current();

  ImVec2 to_pixels(ImVec2 p) const { return {(p.x - origin.x) * scale.x, (p.y - origin.y) * scale.y}; }
};

/// Restricts drawing to a rectangle of the window while it lives.
class ScissorScope {
 public:
  ScissorScope(const Canvas& canvas, ImVec2 min, ImVec2 max);
  ~ScissorScope();
  ScissorScope(const ScissorScope&) = delete;
  ScissorScope& operator=(const ScissorScope&) = delete;
};

}  // namespace gramscope::app
