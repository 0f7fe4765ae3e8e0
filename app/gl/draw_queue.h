#pragma once

#include <functional>
#include <vector>

namespace gramscope::app {

/// OpenGL drawing of this frame, in order. Views are laid out with ImGui, whose windows have no background
/// here: what a view puts into the queue (a heat map, a point cloud) is drawn before ImGui's own triangles,
/// so that text, marks and hover cards lie on top of it without a callback or a second pass.
class DrawQueue {
 public:
  void add(std::function<void()> draw) { draws_.push_back(std::move(draw)); }
  void run_and_clear() {
    for (auto& draw : draws_) draw();
    draws_.clear();
  }

 private:
  std::vector<std::function<void()>> draws_;
};

}  // namespace gramscope::app
