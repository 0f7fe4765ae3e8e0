#pragma once

#include <imgui.h>

#include <functional>

#include "app/ui/focus.h"
#include "app/ui/items.h"
#include "app/ui/theme.h"

namespace gramscope::app {

/// ImGui with the window's fonts and nothing to draw on: for what can be known without a picture.
class ImGuiScope {
 public:
  ImGuiScope() {
    ImGui::CreateContext();
    auto& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {800, 600};
    io.DeltaTime = 1.0f / 60.0f;
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    apply_theme(1.0f);
    unsigned char* pixels = nullptr;
    int width = 0;
    int height = 0;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    reset_focus();
  }
  ~ImGuiScope() { ImGui::DestroyContext(); }
  ImGuiScope(const ImGuiScope&) = delete;
  ImGuiScope& operator=(const ImGuiScope&) = delete;

  /// One frame with the mouse there, in a window as large as the screen.
  void frame(ImVec2 mouse, bool is_down, const std::function<void()>& draw) {
    auto& io = ImGui::GetIO();
    io.MousePos = mouse;
    io.MouseDown[0] = is_down;
    ImGui::NewFrame();
    items().begin_frame();
    begin_focus_order();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(io.DisplaySize);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::Begin("scope", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove);
    ImGui::PopStyleVar();
    draw();
    ImGui::End();
    ImGui::EndFrame();
    io.MouseWheel = 0.0f;
  }
};

}  // namespace gramscope::app
