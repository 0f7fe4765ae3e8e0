#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/ui/axis.h"
#include "app/ui/plot.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// Where the quantities of a plot lie on the screen this frame.
struct Plot::Frame {
  Rect plot;  ///< inside the axes
  AxisScale x_scale = AxisScale::linear;
  double first = 0.0;  ///< visible axis positions
  double last = 1.0;
  AxisScale y_scale = AxisScale::linear;
  double y_first = 0.0;  ///< axis positions
  double y_last = 1.0;
  bool is_hovered = false;
  bool is_dragging = false;
  bool is_handle_hot = false;  ///< the playhead's handle is under the mouse or held

  float x(double value) const {
    const double share = (to_axis(x_scale, value) - first) / (last - first);
    // Far outside is as good as outside, and floats have no room for 1e30 pixels.
    return plot.min.x + static_cast<float>(std::clamp(share, -50.0, 50.0)) * plot.width();
  }
  /// Whether a quantity has a place on the y axis: a curve is interrupted where it has none.
  bool has_place(double value) const { return std::isfinite(to_axis(y_scale, value)); }
  float y(double value) const {
    const double share = (to_axis(y_scale, value) - y_first) / (y_last - y_first);
    return plot.max.y - static_cast<float>(std::clamp(share, -50.0, 50.0)) * plot.height();
  }
  double value_at(float pixel) const {
    return from_axis(x_scale, first + (last - first) * (pixel - plot.min.x) / std::max(1.0f, plot.width()));
  }
};

/// Where the entries of a legend stand.
struct Plot::LegendLayout {
  bool is_short = false;       ///< short labels
  std::vector<Rect> entries;   ///< one for every curve, empty for companions and where there is no room
  ImVec2 axis_label{0, 0};
  float bottom = 0.0f;         ///< where the plot begins
};

}  // namespace gramscope::app
