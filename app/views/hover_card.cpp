#include "app/views/hover_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/ui/text.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

float card_line_height() { return std::round(fonts().body->FontSize + 5 * ui_scale()); }

/// Takes a line of the card and gives where its text begins.
ImVec2 next_line(float width) {
  const ImVec2 pos = ImGui::GetCursorScreenPos();
  ImGui::Dummy({width, card_line_height()});
  return {pos.x, centred_y(fonts().body, pos.y, pos.y + card_line_height())};
}

}  // namespace

HoverCard::HoverCard() {
  const float s = ui_scale();
  ImGui::PushStyleColor(ImGuiCol_PopupBg, palette().tooltip);
  ImGui::PushStyleColor(ImGuiCol_Border, palette().line);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {11 * s, 7 * s});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  ImGui::BeginTooltip();
}

HoverCard::~HoverCard() {
  ImGui::EndTooltip();
  ImGui::PopStyleVar(2);
  ImGui::PopStyleColor(2);
}

void HoverCard::name(std::string_view text) {
  // Of a long context the last words say most about what follows.
  const std::string shown = elided_start(fonts().strong, text, 340 * ui_scale());
  draw_text(fonts().strong, next_line(text_size(fonts().strong, shown).x), palette().text, shown);
}

void HoverCard::fact(std::string_view label, std::string_view value, ImU32 colour) {
  const float s = ui_scale();
  const std::string shown_label = elided_start(fonts().body, label, 240 * s);
  const float column = std::max(92 * s, text_size(fonts().body, shown_label).x + 14 * s);
  const float swatch = colour != 0 ? 15 * s : 0.0f;
  const std::string shown = elided(fonts().body, value, 260 * s);
  const ImVec2 pos = next_line(column + swatch + text_size(fonts().body, shown).x);
  draw_text(fonts().body, pos, palette().text_muted, shown_label);
  if (colour != 0) {
    const float side = std::round(9 * s);
    const ImVec2 at{std::round(pos.x + column), std::round(pos.y + (fonts().body->FontSize - side) / 2)};
    ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + side, at.y + side}, colour, 2 * s);
  }
  draw_text(fonts().body, {pos.x + column + swatch, pos.y}, palette().text, shown);
}

void HoverCard::heading(std::string_view text) {
  draw_text(fonts().body, next_line(text_size(fonts().body, text).x), palette().text_muted, text);
}

std::string signed_cosine(double value) {
  if (std::isnan(value)) return "none";
  const double rounded = std::round(value * 100.0) / 100.0;
  if (rounded == 0.0) return "0.00";
  return fmt::format("{}{:.2f}", rounded < 0 ? "−" : "+", std::abs(rounded));
}

std::string percentage(double share) {
  const double percent = share * 100.0;
  if (percent >= 9.95) return fmt::format("{:.0f}%", percent);
  if (percent >= 0.095 || percent == 0.0) return fmt::format("{:.1f}%", percent);
  return fmt::format("{:.2g}%", percent);
}

}  // namespace gramscope::app
