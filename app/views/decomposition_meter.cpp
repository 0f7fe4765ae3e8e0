#include "app/views/decomposition_meter.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/hover_card.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr float kBarHeight = 8.0f;
constexpr float kLineHeight = 18.0f;

struct Part {
  double share = 0.0;
  ImU32 colour = 0;
  std::string name;
  std::string short_name;
};

std::vector<Part> parts_of(const Decomposition& d) {
  const auto& colours = palette();
  std::vector<Part> parts{{d.in_support, colours.classes[0], "in F, fixed by the probabilities", "in F"}};
  if (d.has_max_margin()) {
    parts.push_back({d.max_margin, colours.classes[1], "along L_mm, the widest margin", "along L_mm"});
    parts.push_back({d.rest, colours.track, "rest", "rest"});
  } else {
    parts.push_back({d.rest, colours.track, "outside F (L_mm is not there)", "outside F"});
  }
  return parts;
}

void draw_bar(const Rect& bar, const std::vector<Part>& parts) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  double before = 0.0;
  const auto x = [&](double share) { return std::round(bar.min.x + bar.width() * static_cast<float>(share)); };
  for (const auto& part : parts) {
    // The last part ends with the bar, whatever rounding has left over.
    const float right = &part == &parts.back() ? bar.max.x : x(before + part.share);
    if (right > x(before)) list->AddRectFilled({x(before), bar.min.y}, {right, bar.max.y}, part.colour);
    before += part.share;
  }
}

/// "in F 12%   along L_mm 80%   rest 8%" in the longest names that fit.
void draw_numbers(const Rect& row, const std::vector<Part>& parts, std::string_view view, int n) {
  ImFont* font = fonts().small;
  const float s = ui_scale();
  const float dot = 12 * s;
  const float between = 16 * s;
  const auto text_of = [](const Part& part, bool is_long) {
    return (is_long ? part.name : part.short_name) + " " + percentage(part.share);
  };
  const auto width_of = [&](bool is_long) {
    float width = -between;
    for (const auto& part : parts) width += dot + text_size(font, text_of(part, is_long)).x + between;
    return width;
  };
  const bool is_long = width_of(true) <= row.width();
  ImDrawList* list = ImGui::GetWindowDrawList();
  float left = row.min.x;
  const float top = centred_y(font, row.min.y, row.max.y);
  for (const auto& part : parts) {
    const std::string text = text_of(part, is_long);
    const float width = text_size(font, text).x;
    if (left + dot + width > row.max.x) return;
    const float side = std::round(7 * s);
    const float y = std::round((row.min.y + row.max.y - side) / 2);
    list->AddRectFilled({left, y}, {left + side, y + side}, part.colour, 1.5f * s);
    draw_label(font, {left + dot, top}, palette().text_muted, text, view, n++);
    left += dot + width + between;
  }
}

void explain(const Decomposition& d, const std::vector<Part>& parts) {
  InfoCard card;
  card.title = "What the logits consist of";
  card.caption = "shares of |L|²";
  for (const auto& part : parts) card.fact(part.short_name, percentage(part.share), part.colour);
  card.paragraph(
      "F holds the differences between the logits of words that can follow the same context. There the probabilities fix "
      "the logits, at L_in.");
  card.paragraph(
      d.has_max_margin()
          ? "Outside F the loss only asks for a margin between words that can follow and words that cannot. As the ridge "
            "vanishes, what is there grows along L_mm, which has the margin 1 at the smallest nuclear norm."
          : "Outside F the loss only asks for a margin between words that can follow and words that cannot.");
  if (!d.has_max_margin()) card.paragraph("How much of it lies along L_mm is not known: " + d.max_margin_missing + ".");
  show_info_card(card);
}

}  // namespace

Decomposition decomposition_of(const Metrics& metrics) {
  Decomposition d;
  const auto* in_support = metrics.find("share_in_support");
  if (in_support == nullptr || !std::isfinite(in_support->value)) {
    d.undefined = in_support == nullptr ? "not measured yet" : in_support->undefined;
    return d;
  }
  // Shares of a sum of squares: rounding may carry them over their ends.
  d.in_support = std::clamp(in_support->value, 0.0, 1.0);
  const auto* max_margin = metrics.find("share_max_margin");
  if (max_margin == nullptr || !std::isfinite(max_margin->value)) {
    d.max_margin = std::numeric_limits<double>::quiet_NaN();
    d.max_margin_missing =
        max_margin == nullptr || max_margin->undefined.empty() ? "L_mm is not there yet" : max_margin->undefined;
    d.rest = 1.0 - d.in_support;
    return d;
  }
  d.max_margin = std::clamp(max_margin->value, 0.0, 1.0 - d.in_support);
  d.rest = 1.0 - d.in_support - d.max_margin;
  return d;
}

float decomposition_meter_height() { return (kBarHeight + kLineHeight) * ui_scale(); }

void draw_decomposition_meter(const Rect& rect, const Decomposition& decomposition, std::string_view view,
                              int first_label) {
  const float s = ui_scale();
  const Rect bar{rect.min, {rect.max.x, std::round(rect.min.y + kBarHeight * s)}};
  const Rect row{{rect.min.x, bar.max.y}, {rect.max.x, bar.max.y + kLineHeight * s}};
  if (!decomposition.undefined.empty()) {
    ImGui::GetWindowDrawList()->AddRect(bar.min, bar.max, palette().line);
    const std::string text = elided(fonts().small, "no shares of |L|²: " + decomposition.undefined, row.width());
    return draw_label(fonts().small, {row.min.x, centred_y(fonts().small, row.min.y, row.max.y)}, palette().text_dim,
                      text, view, first_label);
  }
  const auto parts = parts_of(decomposition);
  const auto state = interact(fmt::format("view.{}.decomposition", view), {rect.min, {rect.max.x, row.max.y}});
  draw_bar(bar, parts);
  draw_numbers(row, parts, view, first_label);
  if (state.is_hovered) explain(decomposition, parts);
  draw_focus_ring(state, bar, 2 * s);
}

}  // namespace gramscope::app
