#pragma once

#include <imgui.h>

#include "app/ui/rect.h"

namespace gramscope::app {

/// A child window that scrolls, for its lifetime.
class ScrollArea {
 public:
  ScrollArea(const char* name, const Rect& rect) {
    ImGui::SetCursorScreenPos(rect.min);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0f, 0.0f});
    ImGui::BeginChild(name, {rect.width(), rect.height()}, false,
                      ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings);
    ImGui::PopStyleVar();
  }
  ~ScrollArea() { ImGui::EndChild(); }
  ScrollArea(const ScrollArea&) = delete;
  ScrollArea& operator=(const ScrollArea&) = delete;
};

}  // namespace gramscope::app
