#pragma once

#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <vector>

#include "app/gl/offscreen.h"
#include "app/ui/interaction.h"
#include "app/ui/items.h"
#include "app/ui/theme.h"
#include "app/views/view.h"

namespace gramscope::app {

/// ImGui on an off-screen canvas.
class Stage {
 public:
  Stage() : canvas_(64, 64) {
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    set_scale(1.0f);
    ImGui_ImplOpenGL3_Init("#version 330");
  }
  ~Stage() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui::DestroyContext();
  }

  void set_scale(float scale) {
    if (has_fonts_) ImGui_ImplOpenGL3_DestroyFontsTexture();
    apply_theme(scale);
    if (has_fonts_) ImGui_ImplOpenGL3_CreateFontsTexture();
    has_fonts_ = true;
  }

  struct Placed {
    View* view;
    Rect rect;
  };
  void draw(Observatory& observatory, int width, int height, const std::vector<Placed>& views, ImVec2 mouse) {
    if (width != canvas_.width() || height != canvas_.height()) canvas_.resize(width, height);
    auto& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    io.DeltaTime = 1.0f / 60.0f;
    io.MousePos = mouse;
    observatory.update();
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    items().begin_frame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(io.DisplaySize);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::Begin("stage", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoMove);
    ImGui::PopStyleVar();
    for (const auto& [view, rect] : views) {
      const ScopedClip clip(rect);
      view->draw(observatory, rect);
    }
    ImGui::End();
    ImGui::Render();
    canvas_.begin(palette().background);
    observatory.draws.run_and_clear();
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  }
  /// What the last draw() drew.
  Image picture() const { return canvas_.read(); }

 private:
  OffscreenCanvas canvas_;
  bool has_fonts_ = false;
};

}  // namespace gramscope::app
