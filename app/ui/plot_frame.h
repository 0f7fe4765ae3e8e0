#pragma once

#include <algorithm>

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
  double y_first = 0.0;
  double y_last = 1.0;
  bool is_hovered = false;
  bool is_dragging = false;

  float x(double value) const {
    const double share = (to_axis(x_scale, value) - first) / (last - first);
    // Far outside is as good as outside, and floats have no room for 1e30 pixels.
    return plot.min.x + static_cast<float>(std::clamp(share, -50.0, 50.0)) * plot.width();
  }
  float y(double value) const {
    const double share = (value - y_first) / (y_last - y_first);
    return plot.max.y - static_cast<float>(std::clamp(share, -50.0, 50.0)) * plot.height();
  }
  double value_at(float pixel) const {
    return from_axis(x_scale, first + (last - first) * (pixel - plot.min.x) / std::max(1.0f, plot.width()));
  }
};

}  // namespace gramscope::app
