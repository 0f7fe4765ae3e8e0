#include "app/ui/widgets.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "app/ui/axis.h"
#include "app/ui/draw_list.h"
#include "app/ui/info_card.h"
#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/text_edit.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

}  // namespace

float button_width(std::string_view label) {
  return std::round(text_size(fonts().strong, label).x + 22.0f * ui_scale());
}

bool button(const std::string& name, const Rect& rect, const std::string& label, ButtonKind kind,
            const std::string& hint, const std::string& shortcut) {
  return sign_button(name, rect, label, kind, label, hint, shortcut);
}

bool sign_button(const std::string& name, const Rect& rect, const std::string& label, ButtonKind kind,
                 const std::string& title, const std::string& hint, const std::string& shortcut) {
  const auto& colours = palette();
  const float rounding = 4.0f * ui_scale();
  const auto state = interact(name, rect);
  if (!state.is_visible) return state.was_pressed;
  const bool is_primary = kind == ButtonKind::primary;
  ImU32 fill = is_primary ? colours.accent : colours.control;
  if (state.is_held)
    fill = mixed(fill, colours.background, 0.25f);
  else if (state.is_hovered)
    fill = is_primary ? mixed(fill, IM_COL32_WHITE, 0.15f) : colours.control_hot;
  if (kind != ButtonKind::quiet || state.is_hovered)
    canvas().AddRectFilled(rect.min, rect.max, fill, rounding);
  if (kind == ButtonKind::secondary) canvas().AddRect(rect.min, rect.max, colours.line, rounding);
  ImFont* font = is_primary ? fonts().strong : fonts().body;
  draw_text_centred(font, 0.5f * (rect.min.x + rect.max.x), centred_y(font, rect.min.y, rect.max.y),
                    is_primary ? colours.accent_ink : colours.text, label);
  draw_focus_ring(state, rect, rounding);
  if (!hint.empty() && wants_info_card(state)) show_info_card(InfoCard{title, shortcut, {}}.paragraph(hint));
  return state.was_pressed;
}

float segmented_width(std::span<const Option> options) {
  float width = 0.0f;
  for (const auto& option : options)
    width += std::round(text_size(fonts().body, option.label).x + 20.0f * ui_scale());
  return width;
}

std::optional<int> segmented(const std::string& name, const Rect& rect, std::span<const Option> options,
                             int current) {
  const auto& colours = palette();
  const float rounding = 4.0f * ui_scale();
  std::optional<int> chosen;
  canvas().AddRect(rect.min, rect.max, colours.line, rounding);
  float x = rect.min.x;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto& option = options[i];
    const float width = std::round(text_size(fonts().body, option.label).x + 20.0f * ui_scale());
    const Rect part{{x, rect.min.y}, {i + 1 == options.size() ? rect.max.x : x + width, rect.max.y}};
    const auto state = interact(name + "." + option.key, part);
    const bool is_current = static_cast<int>(i) == current;
    const auto corners = (i == 0 ? ImDrawFlags_RoundCornersLeft : 0) |
                         (i + 1 == options.size() ? ImDrawFlags_RoundCornersRight : 0);
    const auto flags = corners == 0 ? ImDrawFlags_RoundCornersNone : corners;
    if (is_current || state.is_hovered)
      canvas().AddRectFilled(part.min, part.max, is_current ? colours.track : colours.control, rounding,
                             flags);
    if (i > 0) canvas().AddLine({x, rect.min.y + 1}, {x, rect.max.y - 1}, colours.line);
    draw_text_centred(fonts().body, 0.5f * (part.min.x + part.max.x),
                      centred_y(fonts().body, part.min.y, part.max.y),
                      is_current || state.is_hovered ? colours.text : colours.text_muted, option.label);
    draw_focus_ring(state, part, rounding);
    if (state.was_pressed && !is_current) chosen = static_cast<int>(i);
    if (wants_info_card(state) && !option.summary.empty()) show_info_card(option.label, option.summary);
    x += width;
  }
  return chosen;
}

namespace {

void draw_closed_combo(const Interaction& state, const Rect& rect, const std::string& label, bool is_open) {
  const auto& colours = palette();
  const float scale = ui_scale();
  const float rounding = 4.0f * scale;
  canvas().AddRectFilled(rect.min, rect.max,
                         state.is_hovered || is_open ? colours.control_hot : colours.control, rounding);
  canvas().AddRect(rect.min, rect.max, is_open ? colours.text_dim : colours.line, rounding);
  const float arrow_width = 18.0f * scale;
  const float text_left = rect.min.x + 8.0f * scale;
  draw_text(fonts().body, {text_left, centred_y(fonts().body, rect.min.y, rect.max.y)}, colours.text,
            elided(fonts().body, label, rect.max.x - arrow_width - text_left));
  const ImVec2 tip{std::round(rect.max.x - 0.5f * arrow_width - 1.0f * scale),
                   std::round(0.5f * (rect.min.y + rect.max.y) + 2.5f * scale)};
  canvas().AddTriangleFilled({tip.x - 4.0f * scale, tip.y - 5.0f * scale},
                             {tip.x + 4.0f * scale, tip.y - 5.0f * scale}, tip, colours.text_muted);
  draw_focus_ring(state, rect, rounding);
}

/// The closed list of a view's header: text and an arrow, nothing behind them.
void draw_quiet_combo(const Interaction& state, const Rect& rect, const std::string& label, bool is_open,
                      ComboKind kind) {
  const float scale = ui_scale();
  ImFont* font = kind == ComboKind::title ? fonts().strong : fonts().body;
  const bool is_lit = state.is_hovered || is_open;
  const ImU32 arrow = is_lit ? palette().text : palette().text_muted;
  const float arrow_width = quiet_combo_width({});
  draw_text(font, {rect.min.x, centred_y(font, rect.min.y, rect.max.y)},
            kind == ComboKind::title ? palette().text : arrow, elided(font, label, rect.width() - arrow_width + 2));
  const ImVec2 tip{std::round(rect.max.x - 4.0f * scale),
                   std::round(0.5f * (rect.min.y + rect.max.y) + 2.5f * scale)};
  canvas().AddTriangleFilled({tip.x - 4.0f * scale, tip.y - 5.0f * scale},
                             {tip.x + 4.0f * scale, tip.y - 5.0f * scale}, tip, arrow);
  draw_focus_ring(state, rect, 3.0f * scale);
}

constexpr float kNoteGap = 10.0f;
constexpr float kKeysGap = 28.0f;

float option_width(const Option& option) {
  const float note =
      option.note.empty() ? 0.0f : kNoteGap * ui_scale() + text_size(fonts().small, option.note).x;
  const float keys =
      option.keys.empty() ? 0.0f : kKeysGap * ui_scale() + text_size(fonts().small, option.keys).x;
  return text_size(fonts().body, option.label).x + note + keys + 30.0f * ui_scale();
}

void show_option_card(const Option& option) {
  InfoCard card{option.label, {}, {}};
  card.paragraph(option.summary);
  if (!option.note.empty()) card.paragraph("Choosing it " + option.note + ".", palette().accent);
  if (!option.unavailable.empty()) card.paragraph("Not here: " + option.unavailable + ".", palette().warning);
  if (!card.lines.empty()) show_info_card(card);
}

/// The rows of an open list. True gives back the chosen one.
std::optional<int> draw_options(const std::string& name, std::span<const Option> options, int current,
                                float width) {
  const auto& colours = palette();
  const float scale = ui_scale();
  const float row = 25.0f * scale;
  std::optional<int> chosen;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto& option = options[i];
    const ImVec2 pos = ImGui::GetCursorScreenPos();
    const Rect rect{pos, {pos.x + width, pos.y + row}};
    ImGui::Dummy({width, row});
    const auto state = interact(name + "." + option.key, rect);
    const bool is_current = static_cast<int>(i) == current;
    const bool can_be_chosen = option.unavailable.empty();
    if ((state.is_hovered || state.is_focused) && can_be_chosen)
      canvas().AddRectFilled(rect.min, rect.max, colours.track, 3.0f * scale);
    if (is_current)
      canvas().AddCircleFilled({rect.min.x + 9.0f * scale, 0.5f * (rect.min.y + rect.max.y)}, 2.5f * scale,
                               colours.accent, 12);
    const ImU32 ink = is_current ? colours.text : mixed(colours.text, colours.text_muted, 0.4f);
    const float y = centred_y(fonts().body, rect.min.y, rect.max.y);
    const float label = draw_text(fonts().body, {rect.min.x + 18.0f * scale, y},
                                  can_be_chosen ? ink : colours.text_dim, option.label);
    if (!option.note.empty())
      draw_text(fonts().small, {rect.min.x + 18.0f * scale + label + kNoteGap * scale,
                                centred_y(fonts().small, rect.min.y, rect.max.y)},
                colours.text_muted, option.note);
    if (!option.keys.empty())
      draw_text_right(fonts().small, rect.max.x - 12.0f * scale, centred_y(fonts().small, rect.min.y, rect.max.y),
                      can_be_chosen ? colours.text_muted : colours.text_dim, option.keys);
    if (state.was_pressed && can_be_chosen) chosen = static_cast<int>(i);
    if (wants_info_card(state) || state.is_focused) show_option_card(option);
  }
  return chosen;
}

}  // namespace

bool is_combo_open(const std::string& name) { return ImGui::IsPopupOpen((name + ".popup").c_str()); }

float combo_width(std::string_view label) { return text_size(fonts().body, label).x + 27.0f * ui_scale(); }

float quiet_combo_width(std::string_view label) {
  return text_size(fonts().body, label).x + 14.0f * ui_scale();
}

std::optional<int> combo(const std::string& name, const Rect& rect, std::span<const Option> options,
                         int current, const std::string& caption, ComboKind kind) {
  const float scale = ui_scale();
  const auto state = interact(name, rect);
  const std::string popup = name + ".popup";  // as in is_combo_open()
  if (state.was_pressed) ImGui::OpenPopup(popup.c_str());
  const bool has_current = current >= 0 && current < static_cast<int>(options.size());
  if (state.is_visible) {
    const std::string shown =
        caption.empty() && has_current ? options[static_cast<std::size_t>(current)].label : caption;
    const bool is_open = ImGui::IsPopupOpen(popup.c_str());
    if (kind == ComboKind::framed)
      draw_closed_combo(state, rect, shown, is_open);
    else
      draw_quiet_combo(state, rect, shown, is_open, kind);
  }
  float width = rect.width() - 12.0f * scale;
  for (const auto& option : options)
    width = std::max(width, option_width(option));
  const ImVec2 viewport = ImGui::GetIO().DisplaySize;
  const float height = static_cast<float>(options.size()) * 25.0f * scale + 12.0f * scale;
  // Below where there is room, else as far up as it takes.
  const float below = rect.max.y + 3.0f * scale;
  const float room = viewport.y - 8.0f * scale;
  const float top = std::max(8.0f * scale, std::min(below, room - height));
  ImGui::SetNextWindowPos({std::min(rect.min.x, std::max(0.0f, viewport.x - width - 20.0f * scale)), top});
  ImGui::SetNextWindowSizeConstraints({0, 0}, {FLT_MAX, std::max(40.0f * scale, room - top)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {6.0f * scale, 6.0f * scale});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0.0f, 0.0f});
  std::optional<int> chosen;
  if (ImGui::BeginPopup(popup.c_str())) {
    chosen = draw_options(name, options, current, width);
    if (chosen) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar(2);
  if (chosen == current) chosen.reset();
  return chosen;
}

bool toggle(const std::string& name, const Rect& rect, bool is_on) {
  const auto& colours = palette();
  const float scale = ui_scale();
  const float height = 16.0f * scale;
  const float width = 28.0f * scale;
  const float y = std::round(0.5f * (rect.min.y + rect.max.y - height));
  const Rect track{{rect.max.x - width, y}, {rect.max.x, y + height}};
  const auto state = interact(name, track);
  if (!state.is_visible) return state.was_pressed;
  const ImU32 fill = is_on ? colours.accent : colours.track;
  canvas().AddRectFilled(track.min, track.max, state.is_hovered ? mixed(fill, IM_COL32_WHITE, 0.12f) : fill,
                         0.5f * height);
  canvas().AddCircleFilled(
      {is_on ? track.max.x - 0.5f * height : track.min.x + 0.5f * height, y + 0.5f * height},
      0.5f * height - 2.5f * scale, is_on ? colours.accent_ink : colours.text, 20);
  draw_focus_ring(state, track, 0.5f * height);
  return state.was_pressed;
}

float badge_width(std::string_view label) {
  return std::round(text_size(fonts().heading, upper(label)).x + 22.0f * ui_scale());
}

void badge(const std::string& name, const Rect& rect, std::string_view label, ImU32 colour) {
  const float rounding = 0.5f * rect.height();
  canvas().AddRectFilled(rect.min, rect.max, mixed(palette().panel, colour, 0.18f), rounding);
  canvas().AddRect(rect.min, rect.max, colour, rounding, 0, std::max(1.0f, ui_scale()));
  draw_text_centred(fonts().heading, 0.5f * (rect.min.x + rect.max.x),
                    centred_y(fonts().heading, rect.min.y, rect.max.y), colour, upper(label));
  report_item(name, rect.min, rect.max);
}

void sparkline(const Rect& rect, std::span<const float> values, ImU32 colour) {
  float low = INFINITY;
  float high = -INFINITY;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (!(high >= low) || values.size() < 2) return;
  const float range = high - low;
  std::vector<PixelPoint> points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const float x = rect.min.x + rect.width() * static_cast<float>(i) / static_cast<float>(values.size() - 1);
    // A constant is drawn in the middle: it is neither high nor low.
    const float share = range > 0.0f ? (values[i] - low) / range : 0.5f;
    points.push_back({x, rect.max.y - share * rect.height()});
  }
  points = thinned(points, 2.0f * ui_scale());
  std::vector<ImVec2> line;
  line.reserve(points.size());
  for (const auto& point : points) line.emplace_back(point.x, point.y);
  canvas().AddPolyline(line.data(), static_cast<int>(line.size()), colour, 0, std::max(1.0f, ui_scale()));
  canvas().AddCircleFilled(line.back(), 1.8f * ui_scale(), colour, 8);
}

float group_heading(ImVec2 pos, std::string_view label, std::string_view caption, float right) {
  const float width = draw_text(fonts().heading, pos, palette().text_muted, upper(label));
  const float left = pos.x + width + 7.0f * ui_scale();
  if (!caption.empty() && left + text_size(fonts().small, caption).x <= right) {
    const float y = pos.y + 0.5f * (fonts().heading->FontSize - fonts().small->FontSize);
    draw_text(fonts().small, {left, y}, palette().text_dim, caption);
  }
  return fonts().heading->FontSize;
}

std::optional<std::string> number_field(const std::string& name, const Rect& rect, const std::string& text) {
  const auto& colours = palette();
  const bool is_open = is_text_edit_open(name);
  Interaction state;
  if (is_open) {
    ImGui::ItemAdd({rect.min, rect.max}, ImGui::GetID(name.c_str()));
    report_visible_item(name, rect);
  } else {
    state = interact(name, rect);
    const float rounding = 4.0f * ui_scale();
    canvas().AddRectFilled(rect.min, rect.max, state.is_hovered ? colours.control_hot : colours.control,
                           rounding);
    canvas().AddRect(rect.min, rect.max, colours.line, rounding);
    draw_text_centred(fonts().body, 0.5f * (rect.min.x + rect.max.x),
                      centred_y(fonts().body, rect.min.y, rect.max.y), colours.text, text);
    draw_focus_ring(state, rect, rounding);
  }
  return text_edit(name, rect, state.was_pressed, text).confirmed;
}

}  // namespace gramscope::app
