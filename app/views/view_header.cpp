#include "app/views/view_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/ui/info_card.h"
#include "app/ui/items.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

/// The list that stands for titles now, as ImGui keeps its own stacks.
TitleList* g_titles = nullptr;

constexpr float kPickerGap = 14.0f;

}  // namespace

ViewScope::ViewScope(std::string_view key) { ImGui::PushID(key.data(), key.data() + key.size()); }

ViewScope::~ViewScope() { ImGui::PopID(); }

TitleList::TitleList(std::string name, std::span<const Option> views, int current)
    : name_(std::move(name)), views_(views), current_(current), outer_(std::exchange(g_titles, this)) {}

bool TitleList::is_there() { return g_titles != nullptr; }

TitleList::~TitleList() { g_titles = outer_; }

ViewHeader::ViewHeader(const Rect& rect, std::string_view view_key)
    : rect_(rect), view_key_(view_key), right_(rect.max.x - 12 * ui_scale()), height_(32 * ui_scale()) {}

Rect ViewHeader::body() const {
  return {{rect_.min.x, std::min(rect_.min.y + height_, rect_.max.y)}, rect_.max};
}

Rect ViewHeader::take(float width) {
  const float left = std::round(right_ - width);
  if (left < rect_.min.x + 84 * ui_scale()) return {};
  const Rect slot{{left, rect_.min.y + 5 * ui_scale()},
                  {left + width, rect_.min.y + height_ - 5 * ui_scale()}};
  right_ = left - kPickerGap * ui_scale();
  return slot;
}

void ViewHeader::expect(std::string_view title, std::vector<std::string> later_pickers) {
  const float arrow = g_titles != nullptr ? 13 * ui_scale() : 0.0f;
  title_width_ = text_size(fonts().strong, title).x + arrow;
  std::erase(later_pickers, std::string());
  later_pickers_ = std::move(later_pickers);
}

float ViewHeader::expected_left() const {
  float left = 140 * ui_scale();
  if (title_width_ > 0.0f) left = std::max(left, 12 * ui_scale() + title_width_ + kPickerGap * ui_scale());
  for (const auto& label : later_pickers_) left += quiet_combo_width(label) + kPickerGap * ui_scale();
  return rect_.min.x + left;
}

bool ViewHeader::tick(std::string_view what, std::string_view text, bool is_on) {
  const Rect slot = take(tick_box_size(text).x);
  if (slot.width() <= 0) return false;
  return tick_box(fmt::format("picker.{}.{}", view_key_, what), slot, text, is_on);
}

bool ViewHeader::action(std::string_view what, std::string_view text, std::string_view hint) {
  const Rect slot = take(text_size(fonts().body, text).x);
  if (slot.width() <= 0) return false;
  const auto state = interact(fmt::format("picker.{}.{}", view_key_, what), slot);
  draw_text(fonts().body, {slot.min.x, centred_y(fonts().body, slot.min.y, slot.max.y)},
            state.is_hovered ? palette().text : palette().text_muted, text);
  draw_focus_ring(state, slot, 3 * ui_scale());
  if (wants_info_card(state)) show_info_card(InfoCard{}.paragraph(std::string(hint)));
  return state.was_pressed;
}

std::optional<int> ViewHeader::picker(std::string_view what, std::string_view caption,
                                      std::span<const Option> options, int current) {
  if (current < 0 || current >= static_cast<int>(options.size())) return std::nullopt;
  const std::string& chosen = options[static_cast<std::size_t>(current)].label;
  std::string text = caption.empty() ? chosen : fmt::format("{}: {}", caption, chosen);
  // The caption goes before the title loses its subtitle altogether, and before it is shortened in any case.
  if (right_ - quiet_combo_width(text) < expected_left()) text = chosen;
  if (!later_pickers_.empty()) later_pickers_.erase(later_pickers_.begin());
  const Rect slot = take(quiet_combo_width(text));
  if (slot.width() <= 0) return std::nullopt;
  return combo(fmt::format("picker.{}.{}", view_key_, what), slot, options, current, text, ComboKind::quiet);
}

void want_layer(Observatory& observatory) { observatory.view.wanted.layer = observatory.view.layer; }

void ViewHeader::layer_picker(Observatory& observatory) {
  want_layer(observatory);
  const auto& names = observatory.layer_names();
  if (names.empty()) return;
  std::vector<Option> options{{"h", "H", "The context embeddings, which the words are compared with."}};
  for (std::size_t i = 0; i < names.size(); ++i)
    options.push_back({std::to_string(i), names[i],
                       "The hidden states of each context's last position after this layer."});
  auto& layer = observatory.view.layer;
  const int current = layer < 0 || layer >= static_cast<int>(names.size()) ? 0 : layer + 1;
  if (const auto picked = picker("layer", "layer", options, current)) layer = *picked - 1;
}

void ViewHeader::title(std::string_view title, std::initializer_list<std::string_view> subtitles) {
  const float left = rect_.min.x + 12 * ui_scale();
  const float top = centred_y(fonts().strong, rect_.min.y, rect_.min.y + height_);
  const float arrow = g_titles != nullptr ? 13 * ui_scale() : 0.0f;
  const std::string shown = elided(fonts().strong, title, right_ - left - arrow);
  const float width = text_size(fonts().strong, shown).x;
  if (g_titles != nullptr && right_ - left > arrow) {
    const Rect slot{{left, rect_.min.y + 5 * ui_scale()},
                    {left + width + arrow, rect_.min.y + height_ - 5 * ui_scale()}};
    if (const auto chosen =
            combo(g_titles->name_, slot, g_titles->views_, g_titles->current_, shown, ComboKind::title))
      g_titles->chosen_ = chosen;
    report_item(fmt::format("label.{}.0", view_key_), {left, top}, {left + width, top + fonts().strong->FontSize});
  } else {
    draw_label(fonts().strong, {left, top}, palette().text, shown, view_key_, 0);
  }
  const float after = left + width + arrow + 6 * ui_scale();
  for (const auto subtitle : subtitles) {
    if (after + text_size(fonts().body, subtitle).x > right_) continue;
    draw_label(fonts().body, {after, top}, palette().text_muted, std::string(subtitle), view_key_, 1);
    return;
  }
}

ImVec2 tick_box_size(std::string_view text) {
  return {text_size(fonts().body, text).x + std::round(16 * ui_scale()), std::round(22 * ui_scale())};
}

bool tick_box(const std::string& name, const Rect& rect, std::string_view text, bool is_on) {
  const float s = ui_scale();
  const auto state = interact(name, rect);
  const ImU32 colour = state.is_hovered ? palette().text : palette().text_muted;
  const float side = std::round(10 * s);
  const float top = std::round((rect.min.y + rect.max.y - side) / 2);
  const Rect box{{rect.min.x, top}, {rect.min.x + side, top + side}};
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRect(box.min, box.max, colour, 2 * s);
  if (is_on) {
    const float in = std::round(3 * s);
    list->AddRectFilled({box.min.x + in, box.min.y + in}, {box.max.x - in, box.max.y - in}, colour);
  }
  const float y = centred_y(fonts().body, rect.min.y, rect.max.y);
  draw_text(fonts().body, {rect.max.x - text_size(fonts().body, text).x, y}, colour, text);
  draw_focus_ring(state, rect, 3 * s);
  return state.was_pressed;
}

void draw_label(ImFont* font, ImVec2 pos, ImU32 colour, std::string_view text, std::string_view view, int n) {
  if (text.empty()) return;
  draw_text(font, pos, colour, text);
  const ImVec2 size = text_size(font, text);
  report_item(fmt::format("label.{}.{}", view, n), pos, {pos.x + size.x, pos.y + size.y});
}

std::string shown_layer_option(const Observatory& observatory) {
  const auto& names = observatory.layer_names();
  if (names.empty()) return {};
  const auto layer = static_cast<std::size_t>(observatory.view.layer);
  return observatory.view.layer < 0 || layer >= names.size() ? "H" : names[layer];
}

std::string shown_layer(const Snapshot* snapshot) {
  if (snapshot == nullptr || snapshot->layer < 0) return "H";
  const auto& layers = snapshot->embeddings->inside.layers;
  const auto layer = static_cast<std::size_t>(snapshot->layer);
  return layer < layers.size() ? layers[layer].name : "H";
}

void draw_placeholder(const Rect& rect, std::string_view text, std::string_view view) {
  ImFont* font = fonts().body;
  const float line = font->FontSize + 3 * ui_scale();
  const float width = std::min(rect.width() - 24 * ui_scale(), 420 * ui_scale());
  if (width < 60 * ui_scale() || rect.height() < line) return;
  const float own = text_size(font, text).x;
  const float taken = std::min(own, width);
  const float height = own <= width ? font->FontSize : wrapped_height(font, width, line, text);
  if (height > rect.height()) return;
  const ImVec2 at{std::round((rect.min.x + rect.max.x - taken) / 2),
                  std::round((rect.min.y + rect.max.y - height) / 2)};
  if (own <= width) return draw_label(font, at, palette().text_dim, text, view, 2);
  draw_wrapped(font, at, width, line, palette().text_dim, text);
  report_item(fmt::format("label.{}.2", view), at, {at.x + taken, at.y + height});
}

}  // namespace gramscope::app
