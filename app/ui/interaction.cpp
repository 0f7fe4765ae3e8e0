#include "app/ui/interaction.h"

#include <imgui_internal.h>

#include "app/ui/focus.h"
#include "app/ui/items.h"
#include "app/ui/theme.h"

namespace gramscope::app {

Interaction interact(const std::string& name, const Rect& rect, int button_flags) {
  return interact(name, rect, rect, button_flags);
}

Interaction interact(const std::string& name, const Rect& rect, const Rect& reported, int button_flags) {
  Interaction result;
  result.id = ImGui::GetID(name.c_str());
  const ImRect box(rect.min, rect.max);
  visit_in_focus_order(result.id, rect);
  result.is_visible = ImGui::ItemAdd(box, result.id);
  // An active control goes on even when scrolled out: its drag must end.
  if (result.is_visible || ImGui::GetActiveID() == result.id)
    result.was_pressed =
        ImGui::ButtonBehavior(box, result.id, &result.is_hovered, &result.is_held, button_flags);
  const auto& g = *GImGui;
  result.is_focused = g.NavId == result.id && !g.NavDisableHighlight && g.NavWindow == g.CurrentWindow;
  result.hover_seconds = g.HoveredId == result.id ? g.HoveredIdTimer : 0.0f;
  if (result.is_visible) report_visible_item(name, reported);
  return result;
}

void report_visible_item(const std::string& name, const Rect& rect) {
  const auto& draw_list = *ImGui::GetWindowDrawList();
  const ImVec2 top = draw_list.GetClipRectMin();
  const ImVec2 bottom = draw_list.GetClipRectMax();
  if (rect.min.y >= top.y - 0.5f && rect.max.y <= bottom.y + 0.5f) report_item(name, rect.min, rect.max);
}

void draw_focus_ring(const Interaction& interaction, const Rect& rect, float rounding) {
  if (!interaction.is_focused) return;
  const float gap = 2.0f * ui_scale();
  ImGui::GetWindowDrawList()->AddRect({rect.min.x - gap, rect.min.y - gap},
                                      {rect.max.x + gap, rect.max.y + gap}, palette().accent, rounding + gap,
                                      0, 1.5f * ui_scale());
}

bool wants_info_card(const Interaction& interaction) {
  constexpr float kPatience = 0.35f;
  return interaction.is_hovered && !interaction.is_held && interaction.hover_seconds > kPatience;
}

}  // namespace gramscope::app
