#pragma once

#include <string>
#include <vector>

namespace gramscope::app {

/// How a quantity is laid out along an axis.
enum class AxisScale {
  linear,
  log1p,  ///< log10(1 + x): step 0 has a place, and late decades look like straight logarithms
  log10,  ///< of positive quantities only: what is zero or less has no position
};

/// Quantity to position along the axis, in its own units, and back. NaN where it has no position.
double to_axis(AxisScale scale, double value);
double from_axis(AxisScale scale, double position);

struct Tick {
  double value = 0.0;
  std::string label;  ///< empty for a minor tick
};

/// Ticks at round values inside [first, last] (quantities, first < last), at most about `most` with labels.
/// On log axes: powers of ten ("1", "10", "1,000"), with 2 and 5 between them where there is room; on log1p 0 as well.
std::vector<Tick> ticks(AxisScale scale, double first, double last, int most);

/// 1, 2 or 5 times a power of ten, the smallest that is at least `size` > 0.
double round_up_125(double size);

/// A range of a logarithmic axis.
struct Extent {
  double first = 1.0;
  double last = 10.0;
};

/// Finds the range that fits what is shown on a logarithmic axis.
class LogExtent {
 public:
  /// Does nothing unless `value` is positive and finite.
  void add(double value);
  /// All that was added, with a little room at either end, and a decade at least; 1 to 10 where nothing was.
  Extent fitted() const;

 private:
  double least_ = 0.0;  ///< 0: nothing yet
  double most_ = 0.0;
};

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
