#pragma once

#include <string>
#include <vector>

namespace gramscope::app {

/// How a quantity is laid out along an axis.
enum class AxisScale {
  linear,
  log1p,  ///< log10(1 + x): step 0 has a place, and late decades look like straight logarithms
};

/// Quantity to position along the axis, in its own units, and back.
double to_axis(AxisScale scale, double value);
double from_axis(AxisScale scale, double position);

struct Tick {
  double value = 0.0;
  std::string label;  ///< empty for a minor tick
};

/// Ticks at round values inside [first, last] (quantities, first < last), at most about `most` with labels.
/// On the log axis: 0 and powers of ten ("1", "10", "1,000"), with 2 and 5 between them where there is room.
std::vector<Tick> ticks(AxisScale scale, double first, double last, int most);

/// A segment of a line in pixels.
struct PixelPoint {
  float x = 0.0f;
  float y = 0.0f;
};

/// The polyline thinned to at most about two points per `column` pixels (the extremes of each column, in
/// order): what is drawn looks the same, and costs what the screen has, not what the data have. Points must
/// ascend in x.
std::vector<PixelPoint> thinned(const std::vector<PixelPoint>& points, float column);

}  // namespace gramscope::app
