#include "app/ui/text_field.h"

#include <imgui.h>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "app/ui/draw_list.h"
#include "app/ui/interaction.h"
#include "app/ui/theme.h"

namespace gramscope::app {

TextField text_field(const std::string& name, const Rect& rect, std::string& text, bool takes_keyboard) {
  const float s = ui_scale();
  const std::string label = "##" + name;
  const ImGuiID id = ImGui::GetID(label.c_str());
  // Where items cannot be reached with the arrow keys, ImGui does not give them the focus that one asks for either.
  if (takes_keyboard) GImGui->NavActivateInputId = id;
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      {9.0f * s, std::max(0.0f, 0.5f * (rect.height() - fonts().body->FontSize))});
  ImGui::PushStyleVar(ImGuiStyleVar_FrameRounding, 4.0f * s);
  ImGui::PushStyleColor(ImGuiCol_FrameBg, palette().control);
  ImGui::SetCursorScreenPos(rect.min);
  ImGui::SetNextItemWidth(rect.width());
  TextField result;
  {
    const ScopedFont font(fonts().body);
    result.was_confirmed = ImGui::InputText(label.c_str(), &text, ImGuiInputTextFlags_EnterReturnsTrue);
  }
  result.was_edited = ImGui::IsItemEdited();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar(2);
  canvas().AddRect(rect.min, rect.max, ImGui::GetActiveID() == id ? palette().accent : palette().line, 4.0f * s);
  report_visible_item(name, rect);
  return result;
}

}  // namespace gramscope::app
