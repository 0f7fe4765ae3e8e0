#include "app/gl/canvas.h"

#include <glad/gl.h>

#include <algorithm>
#include <cmath>

namespace gramscope::app {

Canvas Canvas::current() {
  const ImGuiIO& io = ImGui::GetIO();
  const ImVec2 origin = ImGui::GetMainViewport()->Pos;
  const ImVec2 scale = io.DisplayFramebufferScale;
  return {io.DisplaySize.x * scale.x, io.DisplaySize.y * scale.y, origin, scale};
}

ScissorScope::ScissorScope(const Canvas& canvas, ImVec2 min, ImVec2 max) {
  const ImVec2 low = canvas.to_pixels(min);
  const ImVec2 high = canvas.to_pixels(max);
  const int left = static_cast<int>(std::floor(low.x));
  const int bottom = static_cast<int>(std::floor(canvas.height - high.y));
  glEnable(GL_SCISSOR_TEST);
  glScissor(left, bottom, std::max(0, static_cast<int>(std::ceil(high.x)) - left),
            std::max(0, static_cast<int>(std::ceil(canvas.height - low.y)) - bottom));
}

ScissorScope::~ScissorScope() { glDisable(GL_SCISSOR_TEST); }

}  // namespace gramscope::app
