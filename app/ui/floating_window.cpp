#include "app/ui/floating_window.h"

#include <imgui_internal.h>

#include <cmath>

#include "app/ui/theme.h"

namespace gramscope::app {

FloatingWindow::FloatingWindow(const char* name, const Rect& rect) {
  ImGui::SetNextWindowPos(rect.min);
  ImGui::SetNextWindowSize({rect.width(), rect.height()});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0f, 0.0f});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 6.0f * ui_scale());
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0f);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, palette().tooltip);
  ImGui::PushStyleColor(ImGuiCol_Border, palette().line);
  ImGui::Begin(name, nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoFocusOnAppearing);
}

FloatingWindow::~FloatingWindow() {
  ImGui::End();
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar(3);
}

ModalPanel::ModalPanel(const char* name, ImVec2 size) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({std::round((screen.x - size.x) / 2), std::round((screen.y - size.y) / 2)});
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0.0f, 0.0f});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 8.0f * ui_scale());
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0f);
  ImGui::PushStyleColor(ImGuiCol_PopupBg, palette().panel);
  ImGui::PushStyleColor(ImGuiCol_Border, palette().line);
  is_shown_ = ImGui::BeginPopupModal(name, nullptr,
                                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                         ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNavInputs);
  ImGui::PushItemFlag(ImGuiItemFlags_NoNav, true);
}

ModalPanel::~ModalPanel() {
  ImGui::PopItemFlag();
  if (is_shown_) ImGui::EndPopup();
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar(3);
}

}  // namespace gramscope::app
