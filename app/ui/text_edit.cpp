#include "app/ui/text_edit.h"

#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

/// The one open field.
struct OpenField {
  ImGuiID id = 0;
  std::string original;
  std::array<char, 64> buffer{};
};

OpenField g_field;

}  // namespace

bool is_text_edit_open(const std::string& name) {
  return ImGui::TempInputIsActive(ImGui::GetID(name.c_str()));
}

TextEdit text_edit(const std::string& name, const Rect& rect, bool start, const std::string& text) {
  TextEdit result;
  const ImGuiID id = ImGui::GetID(name.c_str());
  const bool was_open = ImGui::TempInputIsActive(id);
  if (!was_open && g_field.id == id) {
    g_field.id = 0;
    if (g_field.buffer.data() != g_field.original) result.confirmed = g_field.buffer.data();
  }
  if (!was_open && !start) return result;
  if (!was_open) {
    g_field.id = id;
    g_field.original = text;
    std::snprintf(g_field.buffer.data(), g_field.buffer.size(), "%s", text.c_str());
    // InputText asserts that it becomes active at once; a keyboard request makes it so, whatever began the
    // edit.
    GImGui->NavActivateInputId = id;
  }
  const float padding = std::max(0.0f, 0.5f * (rect.height() - fonts().body->FontSize));
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {4.0f * ui_scale(), padding});
  ImGui::TempInputText({rect.min, rect.max}, id, name.c_str(), g_field.buffer.data(),
                       static_cast<int>(g_field.buffer.size()), ImGuiInputTextFlags_AutoSelectAll);
  ImGui::PopStyleVar();
  result.is_open = true;
  return result;
}

}  // namespace gramscope::app
