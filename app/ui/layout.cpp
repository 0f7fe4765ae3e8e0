#include "app/ui/layout.h"

#include <algorithm>
#include <cmath>

namespace gramscope::app {
namespace {

constexpr float kTopBar = 48.0f;
constexpr float kStatus = 24.0f;
constexpr float kMetricRow = 22.0f;
constexpr float kMetricHead = 40.0f;
constexpr float kContrastHead = 32.0f;
constexpr int kFewestMetricRows = 3;

/// Heights of what stands in the right panel, from top to bottom.
struct SideHeights {
  float metrics = 0.0f;
  float contrasts = 0.0f;
  float spectrum = 0.0f;
  float explanation = 0.0f;
};

/// Everything at its least, then what is left goes to the metrics, the contrasts and the spectrum in turn.
/// What does not even fit at its least is dropped: the spectrum first, then the contrasts, then the metrics.
SideHeights share_out(float height, const LayoutNeeds& needs) {
  const float s = needs.scale;
  const auto factors = static_cast<float>(std::max(1, needs.factor_count));
  SideHeights least;
  if (!needs.hides_metrics)
    least.metrics =
        (kMetricHead + kMetricRow * static_cast<float>(std::min(kFewestMetricRows, needs.metric_count))) * s;
  if (!needs.hides_contrasts) least.contrasts = (kContrastHead + 20.0f * factors) * s;
  if (!needs.hides_spectrum) least.spectrum = 96.0f * s;
  least.explanation = needs.explanation_height;
  auto total = [](const SideHeights& h) { return h.metrics + h.contrasts + h.spectrum + h.explanation; };
  if (total(least) > height) least.spectrum = 0.0f;
  if (total(least) > height) least.contrasts = 0.0f;
  if (total(least) > height) least.metrics = 0.0f;
  if (total(least) > height) least.explanation = 0.0f;

  float left = std::max(0.0f, height - total(least));
  auto grow = [&left](float& part, float most) {
    if (part <= 0.0f) return;
    const float more = std::clamp(most - part, 0.0f, left);
    part += more;
    left -= more;
  };
  SideHeights result = least;
  // Six rows of metrics, then room to see the bars and the spectrum, then the rest of the metrics.
  grow(result.metrics, (kMetricHead + kMetricRow * static_cast<float>(std::min(6, needs.metric_count))) * s);
  grow(result.contrasts, (kContrastHead + 27.0f * factors) * s);
  grow(result.spectrum, 132.0f * s);
  grow(result.metrics, (kMetricHead + kMetricRow * static_cast<float>(needs.metric_count)) * s);
  grow(result.spectrum, 260.0f * s);
  return result;
}

}  // namespace

float side_panel_width(float window_width, float scale) {
  return std::round(std::clamp(0.24f * window_width, 264.0f * scale, 276.0f * scale));
}

Layout compute_layout(ImVec2 size, const LayoutNeeds& needs) {
  const float s = std::max(0.1f, needs.scale);
  const float width = std::max(0.0f, std::floor(size.x));
  const float height = std::max(0.0f, std::floor(size.y));
  Layout layout;

  const float top = std::min(std::round(kTopBar * s), height);
  const float status = std::min(std::round(kStatus * s), height - top);
  layout.top_bar = {{0, 0}, {width, top}};
  layout.status = {{0, height - status}, {width, height}};

  const float room = height - top - status;
  float timeline = std::round(std::clamp(0.21f * height, 128.0f * s, 300.0f * s));
  // The pictures come first: below a height at which they would be stamps, the timeline goes.
  if (needs.hides_timeline || room - timeline < 160.0f * s) timeline = 0.0f;
  const float bottom = height - status - timeline;
  layout.timeline = {{0, bottom}, {width, height - status}};
  if (needs.has_run_tree && timeline > 0.0f) {
    layout.timeline.min.x = std::round(std::clamp(0.2f * width, 180.0f * s, 276.0f * s));
    if (layout.timeline.width() < 260.0f * s) layout.timeline.min.x = 0.0f;
    layout.run_tree = {{0, bottom}, {layout.timeline.min.x, height - status}};
  }

  const float side = side_panel_width(width, s);
  const float least_centre = 320.0f * s;
  const float right = width - 2.0f * side >= least_centre ? side : 0.0f;
  const float left = width - right - side >= least_centre ? side : 0.0f;
  layout.parameters = {{0, top}, {left, bottom}};
  layout.side = {{width - right, top}, {width, bottom}};
  layout.centre = {{left, top}, {width - right, bottom}};
  if (needs.has_two_columns) {
    const float strip = std::min(std::round(26.0f * s), layout.centre.height());
    layout.column_titles = {layout.centre.min, {layout.centre.max.x, top + strip}};
    layout.centre.min.y += strip;
  }

  const float middle_x = std::round(0.5f * (layout.centre.min.x + layout.centre.max.x));
  const float middle_y = std::round(0.5f * (layout.centre.min.y + bottom));
  const auto& c = layout.centre;
  layout.views = {Rect{c.min, {middle_x, middle_y}}, Rect{{middle_x, c.min.y}, {c.max.x, middle_y}},
                  Rect{{c.min.x, middle_y}, {middle_x, c.max.y}}, Rect{{middle_x, middle_y}, c.max}};

  if (right > 0.0f) {
    const auto heights = share_out(bottom - top, needs);
    float y = top;
    auto take = [&](float part) {
      const Rect rect{{width - right, y}, {width, y + std::floor(part)}};
      y = rect.max.y;
      return rect;
    };
    layout.metrics = take(heights.metrics);
    layout.contrasts = take(heights.contrasts);
    layout.spectrum = take(heights.spectrum);
    layout.explanation = take(heights.explanation);
  }
  return layout;
}

}  // namespace gramscope::app
