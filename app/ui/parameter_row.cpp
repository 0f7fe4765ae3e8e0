#include "app/ui/parameter_row.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "app/ui/draw_list.h"
#include "app/ui/format.h"
#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/slider_scale.h"
#include "app/ui/text.h"
#include "app/ui/text_edit.h"
#include "app/ui/theme.h"
#include "app/ui/widgets.h"
#include "core/registry/error.h"

namespace gramscope::app {
namespace {

/// The columns of a row: label, control, number.
struct Columns {
  Rect label;
  Rect control;  ///< track, list or switch; lists also take the number's place
  Rect number;
};

Columns columns_of(const Rect& row, float label_width) {
  const float scale = ui_scale();
  const float number_width = 50.0f * scale;
  const float gap = 8.0f * scale;
  Columns result;
  result.label = {row.min, {row.min.x + label_width, row.max.y}};
  result.number = {{row.max.x - number_width, row.min.y}, row.max};
  result.control = {{row.min.x + label_width + gap, row.min.y}, {row.max.x - number_width - gap, row.max.y}};
  return result;
}

/// Beside the panel, so that the value one is about to change stays in sight.
CardPlace beside(const Rect& row) {
  return {CardPlace::Side::right, {row.max.x + 16.0f * ui_scale(), row.min.y}};
}

InfoCard card_of(const Parameter& parameter, const Value& value) {
  InfoCard card{parameter.label, parameter.symbol, {}};
  const auto underscore = card.caption.find('_');
  if (underscore != std::string::npos) card.caption.erase(underscore, 1);
  card.paragraph(parameter.summary, palette().text);
  if (!parameter.unavailable.empty())
    card.paragraph("Not here: " + parameter.unavailable + ".", palette().warning);
  if (parameter.type == ParameterType::file) {
    card.fact("Now", format_value(value)).fact("Default", format_value(parameter.default_value));
  } else if (parameter.type == ParameterType::choice) {
    for (const auto& choice : parameter.choices)
      if (Value(choice.key) == value) card.fact("Now", choice.label + ": " + choice.summary);
  } else {
    card.fact("Range", describe_range(parameter));
    card.fact("Default", format_value(parameter.default_value));
  }
  card.fact("Key", parameter.key);
  if (parameter.effect == Effect::restart)
    card.fact("Effect", "↻ restarts the run", palette().accent);
  else
    card.fact("Effect", "live, from the next step on", palette().good);
  if (parameter.type == ParameterType::integer || parameter.type == ParameterType::real)
    card.paragraph("Double-click resets. Ctrl+click types a value.");
  return card;
}

void draw_label(const Parameter& parameter, const Value& value, const Rect& rect, const Rect& row) {
  const auto& colours = palette();
  const float scale = ui_scale();
  const float y = centred_y(fonts().body, rect.min.y, rect.max.y);
  const std::string mark = parameter.effect == Effect::restart ? "↻" : "";
  const float gap = 4.0f * scale;
  float room = rect.width();
  if (!mark.empty()) room -= text_size(fonts().small, mark).x + gap;
  const bool has_symbol =
      !parameter.symbol.empty() &&
      text_size(fonts().body, parameter.label).x + gap + symbol_width(parameter.symbol) <= room;
  float x = rect.min.x;
  const bool is_available = parameter.unavailable.empty();
  x += draw_text(fonts().body, {x, y}, is_available ? colours.text : colours.text_dim,
                 elided(fonts().body, parameter.label, room));
  if (has_symbol) x += gap + draw_symbol({x + gap, y}, colours.text_muted, parameter.symbol);
  if (!mark.empty()) x += gap + draw_text(fonts().small, {x + gap, y + 1.0f * scale}, colours.accent, mark);
  report_visible_item("label.parameter." + parameter.key, {{rect.min.x, y}, {x, y + fonts().body->FontSize}});
  const Rect sensitive{rect.min, {x, rect.max.y}};
  if (!ImGui::IsWindowHovered() || !ImGui::IsMouseHoveringRect(sensitive.min, sensitive.max)) return;
  if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) show_info_card(card_of(parameter, value), beside(row));
}

std::optional<Value> choice_row(const Parameter& parameter, const Value& current, const Columns& columns,
                                const ChoiceNote& note) {
  const std::string name = "parameter." + parameter.key;
  const bool is_open = is_combo_open(name);
  std::vector<Option> options;
  int chosen = -1;
  for (const auto& choice : parameter.choices) {
    if (Value(choice.key) == current) chosen = static_cast<int>(options.size());
    options.push_back({choice.key, choice.label, choice.summary, is_open && note ? note(choice) : std::string(),
                       choice.unavailable});
  }
  const float inset = 1.5f * ui_scale();
  // A long choice may begin further left than the sliders do, as far as this row's own label lets it.
  const float label_end = columns.label.min.x + parameter_label_width(parameter) + 8.0f * ui_scale();
  const float wanted =
      columns.number.max.x - combo_width(chosen >= 0 ? options[static_cast<std::size_t>(chosen)].label : "");
  const float left = std::max(label_end, std::min(columns.control.min.x, wanted));
  const Rect rect{{left, columns.control.min.y + inset},
                  {columns.number.max.x, columns.number.max.y - inset}};
  const auto next = combo(name, rect, options, chosen);
  if (!next) return std::nullopt;
  return Value(parameter.choices[static_cast<std::size_t>(*next)].key);
}

std::optional<Value> flag_row(const Parameter& parameter, const Value& current, const Columns& columns) {
  const bool is_on = std::get_if<bool>(&current) != nullptr && std::get<bool>(current);
  const Rect rect{columns.control.min, columns.number.max};
  if (!toggle("parameter." + parameter.key, rect, is_on)) return std::nullopt;
  return Value(!is_on);
}

/// A file's name, a button that opens another and one that goes back to the default.
ParameterEdit file_row(const Parameter& parameter, const Value& current, const Columns& columns) {
  const auto& colours = palette();
  const float scale = ui_scale();
  const std::string name = "parameter." + parameter.key;
  const std::string path = std::get<std::string>(current);
  const std::string file = path.substr(path.find_last_of('/') + 1);
  const bool is_default = current == parameter.default_value;
  const float inset = 1.5f * scale;
  const float top = columns.control.min.y + inset;
  const float bottom = columns.number.max.y - inset;
  const float open_width = std::round(text_size(fonts().body, "Open").x + 14.0f * scale);
  const float clear_width = is_default ? 0.0f : 18.0f * scale;
  const Rect open{{columns.number.max.x - open_width, top}, {columns.number.max.x, bottom}};
  const float left = columns.label.min.x + parameter_label_width(parameter) + 8.0f * scale;
  const float wanted = text_size(fonts().body, file).x + 14.0f * scale + clear_width;
  const float right = open.min.x - 5.0f * scale;
  const Rect field{{std::max(left, std::min(columns.control.min.x, right - wanted)), top}, {right, bottom}};
  ParameterEdit edit;
  const auto state = interact(name, field);
  if (state.is_visible) {
    canvas().AddRectFilled(field.min, field.max, state.is_hovered ? colours.control_hot : colours.control,
                           4.0f * scale);
    canvas().AddRect(field.min, field.max, colours.line, 4.0f * scale);
    const float room = field.width() - 12.0f * scale - clear_width;
    draw_text(fonts().body, {field.min.x + 7.0f * scale, centred_y(fonts().body, field.min.y, field.max.y)},
              file.empty() ? colours.text_dim : colours.text,
              elided_middle(fonts().body, file.empty() ? "none" : file, room));
    draw_focus_ring(state, field, 4.0f * scale);
  }
  if (button("open." + name, open, "Open", ButtonKind::secondary, "Chooses a file.")) edit.wants_file = true;
  const Rect clear{{field.max.x - clear_width, top}, {field.max.x, bottom}};
  bool is_over_clear = false;
  if (!is_default) {
    is_over_clear = clear.contains(ImGui::GetIO().MousePos);
    report_visible_item("clear." + name, clear);
    draw_text_centred(fonts().body, 0.5f * (clear.min.x + clear.max.x),
                      centred_y(fonts().body, clear.min.y, clear.max.y),
                      is_over_clear ? colours.text : colours.text_muted, "×");
  }
  if (state.was_pressed) {
    if (is_over_clear)
      edit.value = parameter.default_value;
    else
      edit.wants_file = true;
  }
  if (state.is_focused && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Delete)) && !is_default)
    edit.value = parameter.default_value;
  if (wants_info_card(state)) {
    InfoCard card = card_of(parameter, current);
    if (is_over_clear) card = InfoCard{"Back to the default", {}, {}}.paragraph(format_value(parameter.default_value));
    show_info_card(card, beside({columns.label.min, columns.number.max}));
  }
  return edit;
}

/// What stands where a parameter cannot be changed: its value, and why.
void unavailable_row(const Parameter& parameter, const Value& current, const Columns& columns) {
  ImGui::PushItemFlag(ImGuiItemFlags_NoNav, true);
  const Rect rect{columns.control.min, columns.number.max};
  const auto state = interact("parameter." + parameter.key, rect);
  ImGui::PopItemFlag();
  std::string text = format_value(current);
  for (const auto& choice : parameter.choices)
    if (Value(choice.key) == current) text = choice.label;
  if (text.empty()) text = "none";
  draw_text_right(fonts().body, rect.max.x, centred_y(fonts().body, rect.min.y, rect.max.y), palette().text_dim,
                  elided(fonts().body, text, rect.width()));
  if (wants_info_card(state))
    show_info_card(card_of(parameter, current), beside({columns.label.min, columns.number.max}));
}

/// The slider that was moved last: what it shows until the run has taken the value over.
struct Moved {
  ImGuiID id = 0;
  double value = 0.0;
  double grab_offset = 0.0;  ///< from the knob's centre to where the mouse took hold of it, in positions
  double let_go = -1.0;      ///< when the drag ended; negative while it lasts
};
Moved g_moved;

/// What the slider stands at: its own last value while the user moves it and until the config follows.
double shown_value(ImGuiID id, double current) {
  if (g_moved.id != id) return current;
  const bool is_settled =
      g_moved.let_go >= 0.0 && (g_moved.value == current || ImGui::GetTime() > g_moved.let_go + 0.7);
  if (is_settled) g_moved.id = 0;
  return is_settled ? current : g_moved.value;
}

void draw_track(const Parameter& parameter, const Interaction& state, const Rect& track, double value) {
  const auto& colours = palette();
  const float scale = ui_scale();
  const float y = std::round(0.5f * (track.min.y + track.max.y));
  const float thickness = 2.0f * scale;
  const float knob = track.min.x + static_cast<float>(slider_position(parameter, value)) * track.width();
  const float rounding = thickness;
  canvas().AddRectFilled({track.min.x, y - thickness}, {track.max.x, y + thickness}, colours.track, rounding);
  const bool is_live = state.is_hovered || state.is_held || state.is_focused;
  if (knob > track.min.x + thickness)
    canvas().AddRectFilled({track.min.x, y - thickness}, {knob, y + thickness},
                           is_live ? colours.text_muted : colours.text_dim, rounding);
  // A tick where double-click leads, so that one sees what has been changed.
  const double reset = number_in(parameter.default_value);
  const float mark = track.min.x + static_cast<float>(slider_position(parameter, reset)) * track.width();
  if (std::isfinite(reset) && std::abs(mark - knob) > 7.0f * scale)
    canvas().AddLine({std::round(mark), y - 4.0f * scale}, {std::round(mark), y + 4.0f * scale},
                     colours.text_dim, std::max(1.0f, scale));
  canvas().AddCircleFilled({knob, y}, 6.0f * scale, state.is_held ? colours.accent : colours.text, 24);
  if (is_live)
    canvas().AddCircle({knob, y}, 8.5f * scale,
                       with_opacity(state.is_focused ? colours.accent : colours.text, 0.45f), 24,
                       1.5f * scale);
}

bool is_arrow_down() {
  return ImGui::IsKeyDown(ImGui::GetKeyIndex(ImGuiKey_RightArrow)) || ImGui::IsKeyDown(ImGui::GetKeyIndex(ImGuiKey_LeftArrow));
}

/// The value the mouse or the keys ask for this frame.
std::optional<double> moved_value(const Parameter& parameter, const Interaction& state, const Rect& track,
                                  double value) {
  const auto& io = ImGui::GetIO();
  if (state.is_hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
    return number_in(parameter.default_value);
  if (state.is_held && GImGui->ActiveIdSource == ImGuiInputSource_Mouse) {
    const double mouse = (io.MousePos.x - track.min.x) / std::max(1.0f, track.width());
    const double knob = slider_position(parameter, value);
    if (GImGui->ActiveIdIsJustActivated) {
      const bool is_on_knob = std::abs(mouse - knob) * track.width() <= 7.0 * ui_scale();
      g_moved.grab_offset = is_on_knob ? mouse - knob : 0.0;
      if (is_on_knob) return std::nullopt;
    } else if (io.MouseDelta.x == 0.0f) {
      return std::nullopt;
    }
    return slider_value(parameter, mouse - g_moved.grab_offset);
  }
  if (!state.is_focused) return std::nullopt;
  const int direction = ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_RightArrow)) -
                        ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_LeftArrow));
  if (direction != 0) return stepped_value(parameter, value, direction, io.KeyShift);
  if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Delete))) return number_in(parameter.default_value);
  return std::nullopt;
}

std::optional<Value> typed_value(const Parameter& parameter, const std::string& text) {
  try {
    return parse_value(parameter, text);
  } catch (const UsageError&) {
    // Out of range or not a number: the nearest thing to what was meant is to change nothing.
    return std::nullopt;
  }
}

/// Follows a drag or a key; gives the value to send, if any.
std::optional<Value> follow(const Parameter& parameter, const Interaction& state, const Rect& track,
                            double current, double* shown) {
  const bool is_dragging = state.is_held && GImGui->ActiveIdSource == ImGuiInputSource_Mouse;
  const auto moved = moved_value(parameter, state, track, *shown);
  const bool was_dragging = g_moved.id == state.id && g_moved.let_go < 0.0;
  if (moved && (*moved != *shown || !was_dragging)) {
    g_moved.id = state.id;
    g_moved.value = *moved;
    g_moved.let_go = is_dragging ? -1.0 : ImGui::GetTime();
    *shown = *moved;
    const bool waits = parameter.effect == Effect::restart && is_dragging;
    if (!waits && *moved != current) return value_of(parameter, *moved);
    return std::nullopt;
  }
  if (!was_dragging || is_dragging) return std::nullopt;
  g_moved.let_go = ImGui::GetTime();
  if (parameter.effect == Effect::restart && g_moved.value != current)
    return value_of(parameter, g_moved.value);
  return std::nullopt;
}

ParameterEdit slider_row(const Parameter& parameter, const Value& current, const Columns& columns) {
  const std::string name = "parameter." + parameter.key;
  const std::string number_name = "value." + name;
  const float reach = 6.0f * ui_scale();
  const Rect track{{columns.control.min.x, columns.control.min.y},
                   {columns.control.max.x, columns.control.max.y}};
  const Rect sensitive{{track.min.x - reach, track.min.y}, {track.max.x + reach, track.max.y}};
  const auto state = interact(name, sensitive, track, ImGuiButtonFlags_PressedOnClick);
  double shown = shown_value(state.id, number_in(current));
  ParameterEdit result;
  result.is_held = state.is_held || (state.is_focused && is_arrow_down());
  result.is_double_click = state.is_hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);

  const bool is_typing = is_text_edit_open(number_name);
  const bool wants_typing =
      state.is_hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Left) && ImGui::GetIO().KeyCtrl;
  const bool wants_typing_by_key =
      state.is_focused && ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_Enter), false);
  if (!wants_typing && !is_typing) result.value = follow(parameter, state, track, number_in(current), &shown);
  if (state.is_visible) draw_track(parameter, state, track, shown);

  Interaction number;
  const float inset = 2.0f * ui_scale();
  const Rect field{{columns.number.min.x - inset, columns.number.min.y + inset},
                   {columns.number.max.x + inset, columns.number.max.y - inset}};
  if (is_typing) {
    ImGui::ItemAdd({field.min, field.max}, ImGui::GetID(number_name.c_str()));
    report_visible_item(number_name, field);
  } else {
    ImGui::PushItemFlag(ImGuiItemFlags_NoNav, true);  // one stop of the Tab key per row
    number = interact(number_name, field, ImGuiButtonFlags_PressedOnClick);
    ImGui::PopItemFlag();
  }
  const bool start = number.was_pressed || wants_typing || wants_typing_by_key;
  const Value shown_as_value = value_of(parameter, shown);
  const auto edit = text_edit(number_name, field, start, editable_value(shown_as_value));
  if (edit.confirmed) result.value = typed_value(parameter, *edit.confirmed);
  if (!edit.is_open && number.is_visible) {
    if (number.is_hovered) canvas().AddRectFilled(field.min, field.max, palette().control, 3.0f * ui_scale());
    draw_text_right(fonts().body, columns.number.max.x, centred_y(fonts().body, field.min.y, field.max.y),
                    palette().text, format_value(shown_as_value));
  }
  if (wants_info_card(state) || (wants_info_card(number) && !edit.is_open))
    show_info_card(card_of(parameter, shown_as_value), beside({columns.label.min, columns.number.max}));
  return result;
}

}  // namespace

float parameter_label_width(const Parameter& parameter) {
  const float gap = 4.0f * ui_scale();
  float width = text_size(fonts().body, parameter.label).x;
  if (!parameter.symbol.empty()) width += gap + symbol_width(parameter.symbol);
  if (parameter.effect == Effect::restart) width += gap + text_size(fonts().small, "↻").x;
  return width;
}

ParameterEdit parameter_row(const Parameter& parameter, const Value& current, const Rect& row, float label_width,
                            const ChoiceNote& note) {
  const auto columns = columns_of(row, label_width);
  draw_label(parameter, current, columns.label, row);
  if (!parameter.unavailable.empty()) {
    unavailable_row(parameter, current, columns);
    return {};
  }
  switch (parameter.type) {
    case ParameterType::choice:
      return {choice_row(parameter, current, columns, note)};
    case ParameterType::flag:
      return {flag_row(parameter, current, columns)};
    case ParameterType::file:
      return file_row(parameter, current, columns);
    case ParameterType::integer:
    case ParameterType::real:
      return slider_row(parameter, current, columns);
  }
  return {};
}

}  // namespace gramscope::app
