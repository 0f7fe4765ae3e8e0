#include "app/view_picture.h"

#include <imgui.h>
#include <backends/imgui_impl_opengl3.h>

#include "app/gl/offscreen.h"
#include "app/ui/items.h"
#include "app/ui/theme.h"
#include "app/views/view.h"

namespace gramscope::app {

namespace {

constexpr float kPictureSeconds = 1.0f / 60.0f;

/// ImGui without a window system behind it: nothing is pressed and the mouse is nowhere.
class PictureImGui {
 public:
  PictureImGui(int width, int height) {
    ImGui::CreateContext();
    auto& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    io.DeltaTime = kPictureSeconds;
    ImGui_ImplOpenGL3_Init("#version 330");
    apply_theme(1.0f);
  }
  ~PictureImGui() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui::DestroyContext();
  }
  PictureImGui(const PictureImGui&) = delete;
  PictureImGui& operator=(const PictureImGui&) = delete;
};

}  // namespace

struct ViewPicture::Impl {
  Impl(const std::string& key, int width, int height)
      : canvas(width, height), imgui(width, height), view(find_view_entry(key)->make()) {}

  OffscreenCanvas canvas;
  PictureImGui imgui;
  std::unique_ptr<View> view;
};

ViewPicture::ViewPicture(const std::string& key, int width, int height)
    : impl_(std::make_unique<Impl>(key, width, height)) {}
ViewPicture::~ViewPicture() = default;

void ViewPicture::draw_frame(Observatory& observatory) {
  observatory.update();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  items().begin_frame();
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({0.0f, 0.0f});
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0f, 0.0f});
  ImGui::Begin(
      "view", nullptr,
      ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings);
  ImGui::PopStyleVar();
  impl_->view->draw(observatory, {{0.0f, 0.0f}, size});
  ImGui::End();
  ImGui::Render();
  impl_->canvas.begin(palette().background);
  observatory.draws.run_and_clear();
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  impl_->canvas.end();
}

Image ViewPicture::image() const { return impl_->canvas.read(); }

}  // namespace gramscope::app
