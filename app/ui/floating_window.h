#pragma once

#include <imgui.h>

#include "app/ui/rect.h"

namespace gramscope::app {

/// A window of its own over the views, for its lifetime: what lies under it does not feel the mouse, all else goes on.
class FloatingWindow {
 public:
  FloatingWindow(const char* name, const Rect& rect);
  ~FloatingWindow();
  FloatingWindow(const FloatingWindow&) = delete;
  FloatingWindow& operator=(const FloatingWindow&) = delete;
};

/// A modal popup of that size in the middle of the screen, for its lifetime. It is opened with ImGui::OpenPopup(name); its
/// contents take their keys themselves.
class ModalPanel {
 public:
  ModalPanel(const char* name, ImVec2 size);
  ~ModalPanel();
  ModalPanel(const ModalPanel&) = delete;
  ModalPanel& operator=(const ModalPanel&) = delete;

  bool is_shown() const { return is_shown_; }

 private:
  bool is_shown_ = false;
};

}  // namespace gramscope::app
