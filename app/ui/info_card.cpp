#include "app/ui/info_card.h"

#include <algorithm>

#include "app/ui/text.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

struct CardMetrics {
  float width = 0.0f;
  float height = 0.0f;
  float label_width = 0.0f;
  float line_height = 0.0f;
  float gap = 0.0f;
};

CardMetrics measure(const InfoCard& card) {
  const float scale = ui_scale();
  const auto& font = fonts();
  CardMetrics result;
  result.line_height = font.body->FontSize + 1.0f * scale;
  result.gap = 4.0f * scale;
  const float most = 300.0f * scale;
  for (const auto& line : card.lines)
    if (!line.label.empty())
      result.label_width = std::max(result.label_width, text_size(font.small, line.label).x + 10.0f * scale);
  float natural = text_size(font.strong, card.title).x;
  if (!card.caption.empty()) natural += 8.0f * scale + text_size(font.body, card.caption).x;
  for (const auto& line : card.lines)
    natural = std::max(natural,
                       text_size(font.body, line.text).x + (line.label.empty() ? 0.0f : result.label_width));
  result.width = std::min(natural + 1.0f, most);
  if (!card.title.empty()) result.height += result.line_height + result.gap;
  for (const auto& line : card.lines) {
    const float width = result.width - (line.label.empty() ? 0.0f : result.label_width);
    result.height += wrapped_height(font.body, width, result.line_height, line.text) + result.gap;
  }
  return result;
}

float draw_card_line(const InfoCard::Line& line, ImVec2 pos, const CardMetrics& metrics) {
  const auto& colours = palette();
  const auto& font = fonts();
  if (line.label.empty())
    return draw_wrapped(font.body, pos, metrics.width, metrics.line_height,
                        line.colour != 0 ? line.colour : colours.text_muted, line.text);
  const float drop = 0.5f * (font.body->FontSize - font.small->FontSize);
  draw_text(font.small, {pos.x, pos.y + drop}, colours.text_muted, line.label);
  return draw_wrapped(font.body, {pos.x + metrics.label_width, pos.y}, metrics.width - metrics.label_width,
                      metrics.line_height, line.colour != 0 ? line.colour : colours.text, line.text);
}

}  // namespace

InfoCard& InfoCard::paragraph(std::string text, ImU32 colour) {
  if (!text.empty()) lines.push_back({{}, std::move(text), colour});
  return *this;
}

InfoCard& InfoCard::fact(std::string label, std::string text, ImU32 colour) {
  if (!text.empty()) lines.push_back({std::move(label), std::move(text), colour});
  return *this;
}

void show_info_card(const InfoCard& card, const CardPlace& place) {
  const auto metrics = measure(card);
  if (place.side != CardPlace::Side::mouse) {
    const ImVec2 padding = ImGui::GetStyle().WindowPadding;
    const ImVec2 screen = ImGui::GetIO().DisplaySize;
    const ImVec2 size{metrics.width + 2.0f * padding.x, metrics.height + 2.0f * padding.y};
    const float x = place.corner.x - (place.side == CardPlace::Side::left ? size.x : 0.0f);
    ImGui::SetNextWindowPos({std::clamp(x, 0.0f, std::max(0.0f, screen.x - size.x)),
                             std::clamp(place.corner.y, 0.0f, std::max(0.0f, screen.y - size.y))});
  }
  ImGui::BeginTooltip();
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  ImVec2 pos = origin;
  if (!card.title.empty()) {
    const float width = draw_text(fonts().strong, pos, palette().text, card.title);
    draw_text(fonts().body, {pos.x + width + 8.0f * ui_scale(), pos.y}, palette().text_muted, card.caption);
    pos.y += metrics.line_height + metrics.gap;
  }
  for (const auto& line : card.lines) pos.y += draw_card_line(line, pos, metrics) + metrics.gap;
  if (pos.y > origin.y) pos.y -= metrics.gap;
  ImGui::Dummy({metrics.width, pos.y - origin.y});
  ImGui::EndTooltip();
}

void show_info_card(const std::string& title, const std::string& text) {
  show_info_card(InfoCard{title, {}, {}}.paragraph(text));
}

}  // namespace gramscope::app
