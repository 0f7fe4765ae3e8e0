#include "app/views/undo_buttons.h"

#include <imgui_internal.h>

#include <cmath>

#include "app/ui/draw_list.h"
#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

struct Direction {
  const char* name;
  const char* arrow;
  const char* title;
  const char* keys;
  const char* nothing;
};
constexpr Direction kUndo{"button.undo", "↶", "Undo", "Ctrl+Z", "Nothing to undo."};
constexpr Direction kRedo{"button.redo", "↷", "Redo", "Ctrl+Y", "Nothing to redo."};

/// True when pressed. `entry`: the change it is about; nullptr for none, and then it cannot be.
bool undo_button(const Direction& direction, const Rect& rect, const UndoEntry* entry, const CardPlace& place) {
  const auto& colours = palette();
  const bool is_enabled = entry != nullptr;
  ImGui::PushItemFlag(ImGuiItemFlags_NoNav, !is_enabled);
  const auto state = interact(direction.name, rect);
  ImGui::PopItemFlag();
  if (!state.is_visible) return state.was_pressed && is_enabled;
  const float rounding = 4.0f * ui_scale();
  if (is_enabled && state.is_hovered)
    canvas().AddRectFilled(rect.min, rect.max, state.is_held ? colours.control : colours.control_hot, rounding);
  draw_text_centred(fonts().title, 0.5f * (rect.min.x + rect.max.x), centred_y(fonts().title, rect.min.y, rect.max.y),
                    is_enabled ? colours.text : with_opacity(colours.text_dim, 0.5f), direction.arrow);
  draw_focus_ring(state, rect, rounding);
  if (wants_info_card(state))
    show_info_card(
        InfoCard{direction.title, direction.keys, {}}.paragraph(is_enabled ? change_text(*entry) : direction.nothing), place);
  return state.was_pressed && is_enabled;
}

}  // namespace

UndoWish undo_buttons(const Observatory& observatory, float right, float middle) {
  const float scale = ui_scale();
  const ImVec2 size{std::round(24.0f * scale), std::round(20.0f * scale)};
  const float top = std::round(middle - 0.5f * size.y);
  const auto slot = [&](float end) { return Rect{{end - size.x, top}, {end, top + size.y}}; };
  // Beside the panel, so that one button's card does not cover the other.
  const CardPlace place{CardPlace::Side::right, {right + 16.0f * scale, top}};
  const auto& changes = observatory.changes();
  const bool undoes = undo_button(kUndo, slot(right - size.x - 2.0f * scale), changes.next_undo(), place);
  const bool redoes = undo_button(kRedo, slot(right), changes.next_redo(), place);
  return undoes ? UndoWish::undo : redoes ? UndoWish::redo : UndoWish::none;
}

}  // namespace gramscope::app
