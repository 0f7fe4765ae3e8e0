// The curves of a plot and the words on it; plot.cpp has its axes and the hand on it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "app/ui/draw_list.h"
#include "app/ui/format.h"
#include "app/ui/info_card.h"
#include "app/ui/interaction.h"
#include "app/ui/items.h"
#include "app/ui/plot_frame.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

/// Of a legend: the sample before each name, and the height of a line.
constexpr float kLegendStroke = 16.0f;
constexpr float kLegendLine = 18.0f;

void stroke_solid(const std::vector<PixelPoint>& points, ImU32 colour, float thickness) {
  std::vector<ImVec2> line;
  line.reserve(points.size());
  for (const auto& point : points) line.emplace_back(point.x, point.y);
  canvas().AddPolyline(line.data(), static_cast<int>(line.size()), colour, 0, thickness);
}

/// Dashes of equal length along the curve.
void stroke_dashed(const std::vector<PixelPoint>& points, ImU32 colour, float thickness, float dash,
                   float gap) {
  float along = 0.0f;  // since the last dash began
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto a = points[i - 1];
    const auto b = points[i];
    const float length = std::hypot(b.x - a.x, b.y - a.y);
    float done = 0.0f;
    while (done < length) {
      const bool is_dash = along < dash;
      const float piece = std::min(length - done, (is_dash ? dash : dash + gap) - along);
      if (is_dash) {
        const float s = done / length;
        const float e = (done + piece) / length;
        canvas().AddLine({a.x + (b.x - a.x) * s, a.y + (b.y - a.y) * s},
                         {a.x + (b.x - a.x) * e, a.y + (b.y - a.y) * e}, colour, thickness);
      }
      done += std::max(piece, 1e-3f);
      along += std::max(piece, 1e-3f);
      if (along >= dash + gap - 1e-3f) along = 0.0f;
    }
  }
}

/// Dims what passes under a line of small text.
void draw_backing(ImVec2 pos, float width) {
  const float reach = 3.0f * ui_scale();
  canvas().AddRectFilled({pos.x - reach, pos.y}, {pos.x + width + reach, pos.y + fonts().small->FontSize},
                         with_opacity(palette().panel, 0.7f), reach);
}

void stroke(const std::vector<PixelPoint>& points, const PlotSeries& series) {
  if (points.size() < 2) return;
  const float scale = ui_scale();
  const float thickness = std::max(1.0f, series.thickness * scale);
  switch (series.stroke) {
    case PlotSeries::Stroke::solid:
      return stroke_solid(points, series.colour, thickness);
    case PlotSeries::Stroke::dashed:
      return stroke_dashed(points, series.colour, thickness, 5.0f * scale, 4.0f * scale);
    case PlotSeries::Stroke::dotted:
      return stroke_dashed(points, series.colour, thickness, 1.5f * scale, 4.0f * scale);
  }
}

std::string read_out_of(const PlotSeries& series, std::size_t index) {
  return series.read_out ? series.read_out(index) : format_fixed(series.y[index], 3);
}

/// The index of the point of `series` whose x lies nearest to `value` on the axis; empty for a series without
/// points.
std::optional<std::size_t> nearest_point(const PlotSeries& series, AxisScale scale, double value) {
  if (series.x.empty()) return std::nullopt;
  const auto after = std::lower_bound(series.x.begin(), series.x.end(), value);
  const auto i = static_cast<std::size_t>(after - series.x.begin());
  if (i == series.x.size()) return i - 1;
  if (i == 0) return i;
  const double place = to_axis(scale, value);
  return to_axis(scale, series.x[i]) - place < place - to_axis(scale, series.x[i - 1]) ? i : i - 1;
}

/// Where the words of a note about `point` go: above or below it as wanted, else on the other side or beside it, clear of
/// the notes before; nowhere if there is no room.
std::optional<ImVec2> place_note(const Rect& plot, ImVec2 point, ImVec2 size, bool is_above,
                                 const std::vector<Rect>& taken) {
  const float scale = ui_scale();
  const float gap = 6.0f * scale;
  const float least = plot.min.x + 4.0f * scale;
  const float left = std::clamp(point.x - 0.5f * size.x, least, std::max(least, plot.max.x - size.x - 4.0f * scale));
  const float above = point.y - gap - size.y;
  const float below = point.y + gap;
  const float beside = point.y - 0.5f * size.y;
  for (const ImVec2 at : {ImVec2{left, is_above ? above : below}, ImVec2{left, is_above ? below : above},
                          ImVec2{point.x + gap, beside}, ImVec2{point.x - gap - size.x, beside}}) {
    const bool is_clear = std::none_of(taken.begin(), taken.end(), [&](const Rect& other) {
      return at.x < other.max.x && other.min.x < at.x + size.x && at.y < other.max.y && other.min.y < at.y + size.y;
    });
    if (is_clear) return at;
  }
  return std::nullopt;
}

}  // namespace

void Plot::draw_series(const Frame& frame, const PlotSeries& series) const {
  std::vector<PixelPoint> points;
  const float column = 1.5f * ui_scale();
  auto flush = [&] {
    stroke(thinned(points, column), series);
    points.clear();
  };
  for (std::size_t i = 0; i < series.x.size() && i < series.y.size(); ++i) {
    const float x = frame.x(series.x[i]);
    if (!frame.has_place(series.y[i])) {
      flush();
      continue;
    }
    const PixelPoint point{x, frame.y(series.y[i])};
    // Of what lies to the left of the plot only the last point matters: the line from it comes into view.
    if (x < frame.plot.min.x && !points.empty() && points.back().x < frame.plot.min.x) points.clear();
    points.push_back(point);
    if (x > frame.plot.max.x) break;
  }
  flush();
}

/// Where on its line the text of a level stands: where the run has not come to yet, if there is room; else off both
/// ends and clear of the notes.
float Plot::place_beside_notes(const Frame& frame, const PlotContent& content, float y, float width) {
  const float scale = ui_scale();
  const float ahead = frame.plot.max.x - width - 8.0f * scale;
  if (content.playhead && frame.x(*content.playhead) < ahead - 8.0f * scale) return ahead;
  const auto is_clear = [&](float left) {
    for (const auto& note : content.notes) {
      const float reach = 0.5f * text_size(fonts().small, note.text).x + 12.0f * scale;
      const float x = frame.x(note.x);
      if (std::abs(frame.y(note.y) - y) < 36.0f * scale && x + reach > left && x - reach < left + width) return false;
    }
    return true;
  };
  constexpr std::array kPlaces{0.42f, 0.2f, 0.65f, 0.05f};
  for (const float place : kPlaces) {
    const float left = frame.plot.min.x + place * (frame.plot.width() - width);
    if (is_clear(left)) return left;
  }
  return frame.plot.min.x + kPlaces.front() * (frame.plot.width() - width);
}

void Plot::draw_notes(const Frame& frame, const PlotContent& content) const {
  const float scale = ui_scale();
  for (const auto& level : content.levels) {
    if (!frame.has_place(level.y)) continue;
    const float y = std::round(frame.y(level.y));
    if (y < frame.plot.min.y || y > frame.plot.max.y) continue;
    stroke_dashed({{frame.plot.min.x, y}, {frame.plot.max.x, y}}, level.colour, std::max(1.0f, scale),
                  2.0f * scale, 4.0f * scale);
    const float width = text_size(fonts().small, level.text).x;
    const float left = std::round(place_beside_notes(frame, content, y, width));
    const float top = y - fonts().small->FontSize - 2.0f * scale;
    if (left < frame.plot.min.x) continue;
    draw_backing({left, top}, width);
    draw_text(fonts().small, {left, top}, level.colour, level.text);
    report_item(content.name + ".level", {left, top}, {left + width, top + fonts().small->FontSize});
  }
  std::vector<Rect> taken;
  for (const auto& note : content.notes) {
    if (!frame.has_place(note.y)) continue;
    const float x = frame.x(note.x);
    const float y = frame.y(note.y);
    if (x < frame.plot.min.x || x > frame.plot.max.x) continue;
    if (note.has_dot) {
      canvas().AddCircleFilled({x, y}, 4.5f * scale, palette().panel, 16);
      canvas().AddCircleFilled({x, y}, 3.0f * scale, note.colour, 16);
    }
    const ImVec2 size{text_size(fonts().small, note.text).x, fonts().small->FontSize};
    const auto place = place_note(frame.plot, {x, y}, size, note.is_above, taken);
    if (!place) continue;
    taken.push_back({*place, {place->x + size.x, place->y + size.y}});
    draw_backing(*place, size.x);
    draw_text(fonts().small, *place, note.colour, note.text);
    report_item(content.name + ".note", taken.back().min, taken.back().max);
  }
}

void Plot::draw_marks(const Frame& frame, const PlotContent& content) const {
  const float scale = ui_scale();
  const float mouse = ImGui::GetIO().MousePos.x;
  InfoCard card;
  for (const auto& mark : content.marks) {
    const float x = std::round(frame.x(mark.x));
    if (x < frame.plot.min.x || x > frame.plot.max.x) continue;
    const float bottom = frame.plot.max.y;
    canvas().AddLine({x, bottom - 12.0f * scale}, {x, bottom}, mark.colour, std::max(1.0f, scale));
    canvas().AddTriangleFilled({x - 4.0f * scale, bottom + 5.0f * scale},
                               {x + 4.0f * scale, bottom + 5.0f * scale}, {x, bottom - 2.0f * scale},
                               mark.colour);
    if (frame.is_hovered && std::abs(mouse - x) < 5.0f * scale)
      card.fact("step " + format_count(std::llround(mark.x)), mark.text);
  }
  if (!card.lines.empty()) show_info_card(card);
}

void Plot::draw_stops(const Frame& frame, const PlotContent& content) const {
  const float scale = ui_scale();
  float last = -1e6f;
  for (const double stop : content.stops) {
    const float x = std::round(frame.x(stop));
    // Of those too close to be told apart the first is enough.
    if (x < frame.plot.min.x || x > frame.plot.max.x || x - last < 2.0f * scale) continue;
    canvas().AddRectFilled({x, frame.plot.max.y - 5.0f * scale}, {x + std::max(1.0f, scale), frame.plot.max.y},
                           with_opacity(palette().text_muted, 0.7f));
    last = x;
  }
}

void Plot::draw_playhead(const Frame& frame, const PlotContent& content) const {
  if (!content.playhead) return;
  const float scale = ui_scale();
  const float x = std::round(frame.x(*content.playhead));
  if (x < frame.plot.min.x - 1.0f || x > frame.plot.max.x + 1.0f) return;
  const ImU32 colour = frame.is_handle_hot ? mixed(palette().accent, palette().text, 0.3f) : palette().accent;
  const float top = frame.plot.min.y;
  canvas().AddRectFilled({x - 0.75f * scale, top}, {x + 0.75f * scale, frame.plot.max.y}, colour);
  if (content.is_playhead_movable) {
    // A handle that a hand can see and take.
    canvas().AddRectFilled({x - 5.5f * scale, top - 7.0f * scale}, {x + 5.5f * scale, top + 3.0f * scale}, colour, 2.5f * scale);
    canvas().AddTriangleFilled({x - 5.5f * scale, top + 1.5f * scale}, {x + 5.5f * scale, top + 1.5f * scale},
                               {x, top + 9.0f * scale}, colour);
  } else {
    canvas().AddTriangleFilled({x - 5.5f * scale, top - 5.0f * scale}, {x + 5.5f * scale, top - 5.0f * scale},
                               {x, top + 4.0f * scale}, colour);
  }
  report_item(content.name + ".playhead", {x - 1, top}, {x + 1, frame.plot.max.y});
}

Plot::LegendLayout Plot::lay_out_legend(const Rect& rect, const PlotContent& content) {
  const LegendLayout full = lay_out_legend(rect, content, false);
  // What is plotted is to be seen: long names take a line at most, or an eighth of the height.
  const float most = std::max((kLegendLine + 12.0f) * ui_scale(), 0.125f * rect.height());
  return full.bottom - rect.min.y <= most ? full : lay_out_legend(rect, content, true);
}

Plot::LegendLayout Plot::lay_out_legend(const Rect& rect, const PlotContent& content, bool is_short) {
  const float scale = ui_scale();
  const float gap = 20.0f * scale;
  const float left = rect.min.x + 46.0f * scale;
  const float right = rect.max.x - 18.0f * scale - content.legend_margin;
  const float axis_label = text_size(fonts().small, content.x_label).x;
  LegendLayout legend;
  legend.is_short = is_short;
  float x = left;
  float top = rect.min.y + 3.0f * scale;
  // In a small plot the last names are left out: a legend without curves says nothing.
  const float lowest = rect.min.y + std::max(24.0f * scale, 0.4f * rect.height());
  // The name of the axis has the end of the first line.
  float end = right - axis_label - gap;
  legend.axis_label = {right - axis_label, centred_y(fonts().small, top, top + kLegendLine * scale)};
  for (const auto& series : content.series) {
    if (series.is_companion) {
      legend.entries.emplace_back();
      continue;
    }
    const auto& label = is_short ? series.short_label : series.label;
    const float width = (kLegendStroke + 7.0f) * scale + text_size(fonts().small, label).x;
    if (x > left && x + width > end) {
      x = left;
      top += kLegendLine * scale;
      end = right;
    }
    if (is_short && top + kLegendLine * scale > lowest) {
      legend.entries.resize(content.series.size());
      top -= kLegendLine * scale;
      break;
    }
    legend.entries.push_back({{x, top}, {x + width, top + kLegendLine * scale}});
    x += width + gap;
  }
  legend.bottom = top + (kLegendLine + 9.0f) * scale;
  return legend;
}

void Plot::draw_legend(const LegendLayout& legend, const PlotContent& content) {
  const auto& colours = palette();
  const float scale = ui_scale();
  const float stroke_width = kLegendStroke * scale;
  draw_text(fonts().small, legend.axis_label, colours.text_dim, content.x_label);
  for (std::size_t i = 0; i < content.series.size(); ++i) {
    const auto& series = content.series[i];
    const Rect& entry = legend.entries[i];
    if (entry.width() <= 0.0f) continue;
    const auto state = interact(content.name + ".legend." + series.key, entry);
    if (state.was_pressed) hidden_[series.key] = !is_hidden(series.key);
    const bool is_shown = !is_hidden(series.key);
    const float y = std::round(0.5f * (entry.min.y + entry.max.y));
    PlotSeries sample;
    sample.colour = is_shown ? series.colour : colours.text_dim;
    sample.stroke = series.stroke;
    sample.thickness = series.thickness;
    stroke({{entry.min.x, y}, {entry.min.x + stroke_width, y}}, sample);
    const ImU32 ink = !is_shown
                          ? colours.text_dim
                          : (state.is_hovered ? colours.text : mixed(series.colour, colours.text, 0.25f));
    draw_text(fonts().small,
              {entry.min.x + stroke_width + 7.0f * scale, centred_y(fonts().small, entry.min.y, entry.max.y)}, ink,
              legend.is_short ? series.short_label : series.label);
    if (!series.explanation.empty() && wants_info_card(state)) show_info_card(series.label, series.explanation);
    draw_focus_ring(state, entry, 3.0f * scale);
  }
}

void Plot::draw_read_out(const Frame& frame, const PlotContent& content) const {
  const double value = frame.value_at(ImGui::GetIO().MousePos.x);
  InfoCard card;
  std::optional<double> at;
  for (const auto& series : content.series) {
    if (series.is_companion || is_hidden(series.key)) continue;
    const auto index = nearest_point(series, frame.x_scale, value);
    if (!index) continue;
    if (!at) at = series.x[*index];
    card.fact(series.short_label, read_out_of(series, *index), series.colour);
    if (frame.has_place(series.y[*index]))
      canvas().AddCircleFilled({frame.x(series.x[*index]), frame.y(series.y[*index])}, 3.5f * ui_scale(), series.colour, 16);
  }
  if (!at) return;
  const float x = std::round(frame.x(*at));
  if (x >= frame.plot.min.x && x <= frame.plot.max.x)
    canvas().AddLine({x, frame.plot.min.y}, {x, frame.plot.max.y}, with_opacity(palette().text, 0.35f));
  card.title = content.x_unit + " " + format_count(std::llround(*at));
  for (const auto& band : content.bands)
    if (*at >= band.first && *at < band.last && !band.label.empty()) card.caption = band.label;
  show_info_card(card);
}

}  // namespace gramscope::app
