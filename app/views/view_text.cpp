#include "app/views/view_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/ui/items.h"
#include "app/ui/theme.h"

namespace gramscope::app {

ImVec2 measure(const ImFont* font, std::string_view text) {
  return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0.0f, text.data(), text.data() + text.size());
}

void draw_text(const ImFont* font, ImVec2 at, ImU32 colour, std::string_view text) {
  ImGui::GetWindowDrawList()->AddText(font, font->FontSize, {std::round(at.x), std::round(at.y)}, colour,
                                      text.data(), text.data() + text.size());
}

void draw_label(const ImFont* font, ImVec2 at, ImU32 colour, std::string_view text, std::string_view view,
                int n) {
  draw_text(font, at, colour, text);
  const ImVec2 size = measure(font, text);
  report_item(fmt::format("label.{}.{}", view, n), at, {at.x + size.x, at.y + size.y});
}

std::string fitted(const ImFont* font, std::string_view text, float width) {
  if (measure(font, text).x <= width) return std::string(text);
  static constexpr std::string_view kEllipsis = "…";
  const float room = width - measure(font, kEllipsis).x;
  std::string_view kept = text;
  while (!kept.empty() && measure(font, kept).x > room) {
    kept.remove_suffix(1);
    // Never cut through a multi-byte character.
    while (!kept.empty() && (static_cast<unsigned char>(text[kept.size()]) & 0xc0) == 0x80)
      kept.remove_suffix(1);
  }
  while (!kept.empty() && kept.back() == ' ') kept.remove_suffix(1);
  return kept.empty() ? std::string() : std::string(kept) + std::string(kEllipsis);
}

ImU32 faded(ImU32 colour, float opacity) {
  const auto alpha = static_cast<float>(colour >> IM_COL32_A_SHIFT);
  return (colour & ~IM_COL32_A_MASK) |
         static_cast<ImU32>(std::lround(alpha * std::clamp(opacity, 0.0f, 1.0f))) << IM_COL32_A_SHIFT;
}

ImU32 blended(ImU32 a, ImU32 b, float t) {
  ImU32 result = 0;
  for (int shift = 0; shift < 32; shift += 8) {
    const auto from = static_cast<float>((a >> shift) & 0xffu);
    const auto to = static_cast<float>((b >> shift) & 0xffu);
    result |= static_cast<ImU32>(std::lround(from + (to - from) * std::clamp(t, 0.0f, 1.0f))) << shift;
  }
  return result;
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

ViewHeader::ViewHeader(const Rect& rect, std::string_view view_key)
    : rect_(rect), view_key_(view_key), right_(rect.max.x - 12 * ui_scale()), height_(32 * ui_scale()) {}

Rect ViewHeader::body() const {
  return {{rect_.min.x, std::min(rect_.min.y + height_, rect_.max.y)}, rect_.max};
}

bool ViewHeader::take(float width, Slot& slot) {
  const float left = right_ - width;
  if (left < rect_.min.x + 84 * ui_scale()) return false;
  slot = {{left, rect_.min.y + 4 * ui_scale()}, {width, height_ - 8 * ui_scale()}};
  right_ = left - 14 * ui_scale();
  return true;
}

int ViewHeader::picker(std::string_view what, std::string_view prefix,
                       const std::vector<PickerChoice>& choices) {
  if (choices.empty()) return -1;
  std::string_view chosen = "choose";
  for (const auto& choice : choices)
    if (choice.is_chosen) chosen = choice.label;
  const ImFont* font = fonts().body;
  const float s = ui_scale();
  std::string text = prefix.empty() ? std::string(chosen) : fmt::format("{}: {}", prefix, chosen);
  const float arrow = 14 * s;
  if (right_ - measure(font, text).x - arrow < rect_.min.x + 110 * s) text = std::string(chosen);
  Slot slot;
  if (!take(measure(font, text).x + arrow, slot)) return -1;

  const std::string id = fmt::format("picker.{}.{}", view_key_, what);
  ImGui::PushID(id.c_str());
  ImGui::SetCursorScreenPos(slot.at);
  const bool is_clicked = ImGui::InvisibleButton("open", slot.size);
  const bool is_bright = ImGui::IsItemHovered() || ImGui::IsItemFocused() || ImGui::IsPopupOpen("menu");
  if (is_clicked) ImGui::OpenPopup("menu");
  const ImU32 colour = is_bright ? palette().text : palette().text_muted;
  const ImVec2 end{slot.at.x + slot.size.x, slot.at.y + slot.size.y};
  draw_text(font, {slot.at.x, slot.at.y + (slot.size.y - font->FontSize) / 2}, colour, text);
  const ImVec2 tip{end.x - 4 * s, slot.at.y + slot.size.y / 2 + 2.5f * s};
  ImGui::GetWindowDrawList()->AddTriangleFilled({tip.x - 4 * s, tip.y - 5 * s},
                                                {tip.x + 4 * s, tip.y - 5 * s}, tip, colour);
  report_item(id, slot.at, end);

  int result = -1;
  ImGui::SetNextWindowPos({end.x, end.y}, ImGuiCond_Appearing, {1.0f, 0.0f});
  if (ImGui::BeginPopup("menu")) {
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (ImGui::Selectable(choices[i].label.c_str(), choices[i].is_chosen)) result = static_cast<int>(i);
      report_item(fmt::format("{}.{}", id, i), ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
    }
    ImGui::EndPopup();
  }
  ImGui::PopID();
  return result;
}

bool ViewHeader::toggle(std::string_view what, std::string_view text, bool is_on) {
  const ImFont* font = fonts().body;
  const float box = 11 * ui_scale();
  const float gap = 6 * ui_scale();
  Slot slot;
  if (!take(measure(font, text).x + box + gap, slot)) return false;
  const std::string id = fmt::format("picker.{}.{}", view_key_, what);
  ImGui::SetCursorScreenPos(slot.at);
  const bool is_clicked = ImGui::InvisibleButton(id.c_str(), slot.size);
  const bool is_bright = ImGui::IsItemHovered() || ImGui::IsItemFocused();
  const ImU32 colour = is_bright ? palette().text : palette().text_muted;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 low{std::round(slot.at.x) + 0.5f, std::round(slot.at.y + (slot.size.y - box) / 2) + 0.5f};
  list->AddRect(low, {low.x + box, low.y + box}, colour, 2 * ui_scale());
  if (is_on) {
    const float in = 3 * ui_scale();
    list->AddRectFilled({low.x + in, low.y + in}, {low.x + box - in, low.y + box - in}, colour, ui_scale());
  }
  draw_text(font, {slot.at.x + box + gap, slot.at.y + (slot.size.y - font->FontSize) / 2}, colour, text);
  report_item(id, slot.at, {slot.at.x + slot.size.x, slot.at.y + slot.size.y});
  return is_clicked;
}

void ViewHeader::title(std::string_view title, std::string_view subtitle) {
  const ImFont* strong = fonts().strong;
  const ImFont* body = fonts().body;
  const float left = rect_.min.x + 12 * ui_scale();
  const float room = right_ - left;
  const float top = rect_.min.y + (height_ - strong->FontSize) / 2;
  const std::string shown = fitted(strong, title, room);
  draw_label(strong, {left, top}, palette().text, shown, view_key_, 0);
  const float after = left + measure(strong, shown).x + 6 * ui_scale();
  const float subtitle_room = right_ - after;
  if (subtitle.empty() || shown != title || subtitle_room < 40 * ui_scale()) return;
  const std::string rest = fitted(body, subtitle, subtitle_room);
  if (!rest.empty()) draw_label(body, {after, top}, palette().text_muted, rest, view_key_, 1);
}

HoverCard::HoverCard() {
  const float s = ui_scale();
  ImGui::PushStyleColor(ImGuiCol_PopupBg, palette().tooltip);
  ImGui::PushStyleColor(ImGuiCol_Border, palette().line);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {10 * s, 8 * s});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 6 * s);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {8 * s, 4 * s});
  ImGui::BeginTooltip();
}

HoverCard::~HoverCard() {
  ImGui::EndTooltip();
  ImGui::PopStyleVar(3);
  ImGui::PopStyleColor(2);
}

void HoverCard::name(std::string_view text) {
  ImGui::PushFont(fonts().strong);
  ImGui::PushStyleColor(ImGuiCol_Text, palette().text);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopStyleColor();
  ImGui::PopFont();
}

void HoverCard::value(std::string_view label, std::string_view value, ImU32 colour) {
  const float s = ui_scale();
  const ImVec2 start = ImGui::GetCursorScreenPos();
  ImGui::PushStyleColor(ImGuiCol_Text, palette().text_muted);
  ImGui::TextUnformatted(label.data(), label.data() + label.size());
  ImGui::PopStyleColor();
  const float column = 92 * s;
  ImGui::SameLine(std::max(column, measure(ImGui::GetFont(), label).x + 24 * s));
  if (colour != 0) {
    const float side = 9 * s;
    const ImVec2 at{std::round(ImGui::GetCursorScreenPos().x),
                    std::round(start.y + (ImGui::GetTextLineHeight() - side) / 2)};
    ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + side, at.y + side}, colour, 2 * s);
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + side + 6 * s);
  }
  ImGui::TextUnformatted(value.data(), value.data() + value.size());
}

void HoverCard::note(std::string_view text) {
  ImGui::PushStyleColor(ImGuiCol_Text, palette().text_muted);
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + 260 * ui_scale());
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

void draw_placeholder(const Rect& rect, std::string_view text, std::string_view view) {
  const ImFont* font = fonts().body;
  const std::string shown = fitted(font, text, rect.width() - 24 * ui_scale());
  if (shown.empty() || rect.height() < font->FontSize) return;
  const ImVec2 size = measure(font, shown);
  draw_label(font, {(rect.min.x + rect.max.x - size.x) / 2, (rect.min.y + rect.max.y - size.y) / 2},
             palette().text_dim, shown, view, 2);
}

}  // namespace gramscope::app
