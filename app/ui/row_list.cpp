#include "app/ui/row_list.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "app/ui/focus.h"
#include "app/ui/interaction.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

constexpr float kRowsPerNotch = 3.0f;
constexpr float kBarRoom = 10.0f;
constexpr float kBarThickness = 5.0f;

bool is_pressed(ImGuiKey key) { return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key)); }

}  // namespace

float RowList::most_scroll() const {
  return std::max(0.0f, row_height_ * static_cast<float>(count_) - rect_.height());
}

void RowList::reset() {
  scroll_ = 0.0f;
  cursor_.reset();
}

Rect RowList::row(std::size_t i) const {
  const float top = std::round(rect_.min.y - scroll_ + row_height_ * static_cast<float>(i));
  return {{rect_.min.x, top}, {rect_.max.x - bar_width_, top + row_height_}};
}

void RowList::draw_bar(const Rect& bar, bool is_hot) const {
  const float all = row_height_ * static_cast<float>(count_);
  const float length = std::max(18.0f * ui_scale(), bar.height() * rect_.height() / all);
  const float top = bar.min.y + (bar.height() - length) * scroll_ / std::max(1.0f, most_scroll());
  ImGui::GetWindowDrawList()->AddRectFilled({bar.min.x, top}, {bar.max.x, top + length},
                                            is_hot ? palette().text_muted : palette().track,
                                            0.5f * bar.width());
}

void RowList::scroll_by_mouse(const std::string& name, bool is_over) {
  const ImGuiIO& io = ImGui::GetIO();
  if (is_over && io.MouseWheel != 0.0f) scroll_ -= io.MouseWheel * kRowsPerNotch * row_height_;
  bar_width_ = most_scroll() > 0.0f ? kBarRoom * ui_scale() : 0.0f;
  if (bar_width_ <= 0.0f) return;
  ImGui::PushItemFlag(ImGuiItemFlags_NoNav, true);
  const Rect bar{{rect_.max.x - kBarThickness * ui_scale(), rect_.min.y}, rect_.max};
  const auto state = interact(name + ".scroll", bar);
  ImGui::PopItemFlag();
  if (state.is_held) {
    const float share = (io.MousePos.y - bar.min.y) / std::max(1.0f, bar.height());
    scroll_ = share * row_height_ * static_cast<float>(count_) - 0.5f * rect_.height();
  }
  scroll_ = std::clamp(scroll_, 0.0f, most_scroll());
  draw_bar(bar, state.is_hovered || state.is_held);
}

void RowList::move_cursor() {
  const auto page = static_cast<std::ptrdiff_t>(std::max(1.0f, rect_.height() / row_height_ - 1.0f));
  const auto last = static_cast<std::ptrdiff_t>(count_) - 1;
  std::ptrdiff_t by = 0;
  if (is_pressed(ImGuiKey_DownArrow)) by = 1;
  if (is_pressed(ImGuiKey_UpArrow)) by = -1;
  if (is_pressed(ImGuiKey_PageDown)) by = page;
  if (is_pressed(ImGuiKey_PageUp)) by = -page;
  if (is_pressed(ImGuiKey_Home)) by = -last - 1;
  if (is_pressed(ImGuiKey_End)) by = last + 1;
  if (by == 0 || last < 0) return;
  // ImGui would take the same keys as a wish to go to another control.
  ImGui::NavMoveRequestCancel();
  const std::ptrdiff_t from = cursor_ ? static_cast<std::ptrdiff_t>(*cursor_) : (by > 0 ? -1 : last + 1);
  cursor_ = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(from + by, 0, last));
  const float top = row_height_ * static_cast<float>(*cursor_);
  scroll_ = std::clamp(scroll_, top + row_height_ - rect_.height(), top);
}

RowList::Response RowList::respond(const std::string& name, const Rect& rect, std::size_t count,
                                   float row_height) {
  rect_ = rect;
  count_ = count;
  row_height_ = row_height;
  if (cursor_ && *cursor_ >= count) cursor_.reset();
  Response response;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  scroll_by_mouse(
      name, rect.contains(mouse) && ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem));
  const Rect rows{rect.min, {rect.max.x - bar_width_, rect.max.y}};
  const auto state = interact(name, rows);
  response.has_keys = state.is_focused || (state.is_hovered && !is_keyboard_taken());
  if (response.has_keys) move_cursor();
  scroll_ = std::clamp(scroll_, 0.0f, most_scroll());

  first_ = std::min(count, static_cast<std::size_t>(scroll_ / row_height));
  end_ = std::min(count, static_cast<std::size_t>(std::ceil((scroll_ + rect.height()) / row_height)));
  for (std::size_t i = first_; i < end_; ++i) report_visible_item(name + "." + std::to_string(i), row(i));
  if (state.is_hovered) {
    const auto i = static_cast<std::size_t>(std::max(0.0f, (mouse.y - rect.min.y + scroll_) / row_height));
    if (i < count) response.pointed = i;
  }
  const bool is_by_mouse = state.is_hovered && ImGui::IsMouseReleased(ImGuiMouseButton_Left);
  if (state.was_pressed) response.pressed = is_by_mouse ? response.pointed : cursor_;
  if (response.has_keys && cursor_ && is_pressed(ImGuiKey_Enter)) response.pressed = cursor_;
  if (is_by_mouse && response.pressed) cursor_ = response.pressed;
  draw_focus_ring(state, rows, 0.0f);
  return response;
}

}  // namespace gramscope::app
