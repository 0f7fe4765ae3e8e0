#include "app/ui/plot.h"

#include <algorithm>
#include <cmath>

#include "app/ui/draw_list.h"
#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/items.h"
#include "app/ui/plot_frame.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

/// Space of the axes' labels around the plot.
constexpr float kLeft = 46.0f;
constexpr float kRight = 18.0f;
constexpr float kBottom = 22.0f;
constexpr double kClosestZoom = 0.02;  ///< of an axis unit: a fiftieth of a decade

}  // namespace

bool Plot::is_hidden(const std::string& key) const {
  const auto found = hidden_.find(key);
  return found != hidden_.end() && found->second;
}

std::pair<double, double> Plot::visible_range(const PlotContent& content) const {
  if (!view_) return {content.x_first, content.x_last};
  return {from_axis(content.x_scale, view_->first), from_axis(content.x_scale, view_->last)};
}

void Plot::draw(const Rect& rect, const PlotContent& content) {
  const float scale = ui_scale();
  Frame frame;
  const LegendLayout legend = lay_out_legend(rect, content);
  frame.plot = {{std::round(rect.min.x + kLeft * scale), std::round(legend.bottom)},
                {std::round(rect.max.x - kRight * scale), std::round(rect.max.y - kBottom * scale)}};
  if (frame.plot.width() < 20.0f || frame.plot.height() < 10.0f) return;
  frame.x_scale = content.x_scale;
  frame.y_scale = content.y_scale;
  frame.y_first = to_axis(content.y_scale, content.y_first);
  frame.y_last = to_axis(content.y_scale, content.y_last);
  const double fit_first = to_axis(content.x_scale, content.x_first);
  const double fit_last = std::max(to_axis(content.x_scale, content.x_last), fit_first + kClosestZoom);
  frame.first = view_ ? view_->first : fit_first;
  frame.last = view_ ? view_->last : fit_last;

  sought_.reset();
  if (content.is_playhead_movable) grab_playhead(frame, content);
  const auto state = interact(content.name, frame.plot);
  frame.is_hovered = state.is_hovered;
  frame.is_dragging = state.is_held;
  // Zoomed, a drag pans; a click seeks all the same.
  const bool is_scrubbing = state.is_held && !view_;
  const bool was_clicked = state.was_pressed && ImGui::GetIO().MouseDragMaxDistanceSqr[0] <= 9.0f;
  if (content.is_playhead_movable && (is_scrubbing || was_clicked) && ImGui::IsMousePosValid())
    sought_ = frame.value_at(std::clamp(ImGui::GetIO().MousePos.x, frame.plot.min.x, frame.plot.max.x));
  interact_with(frame, content);
  if (view_) {
    frame.first = view_->first;
    frame.last = view_->last;
  }

  draw_bands(frame, content);
  draw_axes(frame);
  {
    ScopedClip clip({{frame.plot.min.x, frame.plot.min.y - 2.0f * scale},
                     {frame.plot.max.x, frame.plot.max.y + 2.0f * scale}});
    for (const auto& series : content.series)
      if (!is_hidden(series.key)) draw_series(frame, series);
  }
  draw_stops(frame, content);
  draw_marks(frame, content);
  draw_playhead(frame, content);
  draw_notes(frame, content);
  draw_legend(legend, content);
  if (frame.is_handle_hot) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  if (frame.is_hovered && !(frame.is_dragging && ImGui::IsMouseDragging(ImGuiMouseButton_Left)))
    draw_read_out(frame, content);
  draw_focus_ring(state, frame.plot, 0.0f);
}

void Plot::grab_playhead(Frame& frame, const PlotContent& content) {
  if (!content.playhead) return;
  const float scale = ui_scale();
  const float x = std::clamp(frame.x(*content.playhead), frame.plot.min.x, frame.plot.max.x);
  const float reach = 6.0f * scale;
  const auto state = interact(content.name + ".handle", {{x - reach, frame.plot.min.y - 7.0f * scale},
                                                         {x + reach, frame.plot.min.y + 12.0f * scale}});
  frame.is_handle_hot = state.is_hovered || state.is_held;
  if (state.is_held && ImGui::IsMousePosValid())
    sought_ = frame.value_at(std::clamp(ImGui::GetIO().MousePos.x, frame.plot.min.x, frame.plot.max.x));
}

void Plot::interact_with(const Frame& frame, const PlotContent& content) {
  const auto& io = ImGui::GetIO();
  if (frame.is_hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
    view_.reset();
    return;
  }
  const double fit_first = to_axis(content.x_scale, content.x_first);
  const double fit_last = std::max(to_axis(content.x_scale, content.x_last), fit_first + kClosestZoom);
  double first = frame.first;
  double last = frame.last;
  if (frame.is_hovered && io.MouseWheel != 0.0f) {
    const double about = first + (last - first) * (io.MousePos.x - frame.plot.min.x) / frame.plot.width();
    const double factor = std::pow(0.8, static_cast<double>(io.MouseWheel));
    const double width = std::clamp((last - first) * factor, kClosestZoom, fit_last - fit_first);
    const double share = (about - first) / (last - first);
    first = about - share * width;
    last = first + width;
  }
  if (frame.is_dragging && view_ && io.MouseDelta.x != 0.0f) {
    const double shift = (last - first) * io.MouseDelta.x / frame.plot.width();
    first -= shift;
    last -= shift;
  }
  if (first == frame.first && last == frame.last) return;
  // Never beyond what fits: there is nothing to see there.
  const double width = last - first;
  if (first < fit_first) first = fit_first;
  if (first + width > fit_last) first = fit_last - width;
  if (width >= (fit_last - fit_first) * 0.9999)
    view_.reset();
  else
    view_ = View{first, first + width};
}

void Plot::draw_axes(const Frame& frame) const {
  const auto& colours = palette();
  const float scale = ui_scale();
  const auto& plot = frame.plot;
  const double x_first = from_axis(frame.x_scale, frame.first);
  const double x_last = from_axis(frame.x_scale, frame.last);
  const float label_y = plot.max.y + 5.0f * scale;
  float free_from = plot.min.x - 40.0f * scale;
  for (const auto& tick :
       ticks(frame.x_scale, x_first, x_last, static_cast<int>(plot.width() / (90.0f * scale)))) {
    const float x = std::round(frame.x(tick.value));
    if (tick.label.empty()) {
      canvas().AddLine({x, plot.max.y}, {x, plot.max.y + 3.0f * scale}, colours.line);
      continue;
    }
    canvas().AddLine({x, plot.min.y}, {x, plot.max.y + 4.0f * scale}, colours.line);
    const float half = 0.5f * text_size(fonts().small, tick.label).x;
    // Labels that would touch the one before, or leave the window, are left out.
    if (x - half < free_from || x + half > plot.max.x + kRight * scale) continue;
    draw_text_centred(fonts().small, x, label_y, colours.text_muted, tick.label);
    free_from = x + half + 10.0f * scale;
  }
  const int most = std::clamp(static_cast<int>(plot.height() / (28.0f * scale)), 3, 6);
  for (const auto& tick : ticks(frame.y_scale, from_axis(frame.y_scale, frame.y_first),
                                from_axis(frame.y_scale, frame.y_last), most)) {
    const float y = std::round(frame.y(tick.value));
    if (tick.label.empty()) {
      canvas().AddLine({plot.min.x - 3.0f * scale, y}, {plot.min.x, y}, colours.line);
      continue;
    }
    canvas().AddLine({plot.min.x, y}, {plot.max.x, y}, colours.line);
    draw_text_right(fonts().small, plot.min.x - 8.0f * scale, y - 0.5f * fonts().small->FontSize,
                    colours.text_muted, tick.label);
  }
}

void Plot::draw_bands(const Frame& frame, const PlotContent& content) const {
  const float scale = ui_scale();
  for (const auto& band : content.bands) {
    const float left = std::max(frame.plot.min.x, frame.x(band.first));
    const float right = std::min(frame.plot.max.x, frame.x(band.last));
    if (right <= left) continue;
    canvas().AddRectFilled({left, frame.plot.min.y}, {right, frame.plot.max.y}, band.colour);
    const float width = text_size(fonts().small, band.label).x;
    if (width + 12.0f * scale > right - left) continue;
    draw_text(fonts().small, {left + 6.0f * scale, frame.plot.max.y - fonts().small->FontSize - 3.0f * scale},
              band.label_colour, band.label);
  }
}

}  // namespace gramscope::app
