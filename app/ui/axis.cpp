#include "app/ui/axis.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "app/ui/format.h"

namespace gramscope::app {
namespace {

std::vector<Tick> linear_ticks(double first, double last, int most) {
  std::vector<Tick> result;
  const double spacing = round_up_125((last - first) / std::max(1, most - 1));
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(spacing) - 1e-9)), 0, 9);
  const double margin = 1e-6 * spacing;
  for (double i = std::ceil((first - margin) / spacing); i * spacing <= last + margin; ++i) {
    const double value = i * spacing;
    result.push_back({value, decimals == 0 && std::abs(value) < 1e15 ? format_count(std::llround(value))
                                                                     : format_fixed(value, decimals)});
  }
  return result;
}

std::vector<Tick> log_ticks(double first, double last, int most) {
  std::vector<Tick> result;
  auto add = [&](double value, bool has_label) {
    if (value >= first && value <= last)
      result.push_back({value, has_label ? format_count(std::llround(value)) : std::string()});
  };
  const double decades = to_axis(AxisScale::log1p, last) - to_axis(AxisScale::log1p, first);
  // Zoomed in to less than a decade, powers of ten may all lie outside: round linear spacings read better.
  if (decades < 1.0) return linear_ticks(std::max(0.0, first), last, most);
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / std::max(1, most - 1))));
  const bool label_between = decades * 3.0 <= most;
  add(0.0, true);
  int decade = 0;
  for (double power = 1.0; power <= last && decade < 18; power *= 10.0, ++decade) {
    // 1 and 0 are a third of a decade apart: both have a label only where there is room.
    add(power, decade % stride == 0 && (decade > 0 || first > 0.0 || decades * 2.0 <= most));
    for (int factor = 2; factor <= 9; ++factor)
      add(factor * power, label_between && (factor == 2 || factor == 5));
  }
  return result;
}

/// The label of a power of ten, or 2 or 5 times one: as short as it can be read.
std::string positive_label(double value) {
  if (value >= 0.9999e4 || value < 0.9999e-3) {
    const int exponent = static_cast<int>(std::floor(std::log10(value) + 1e-9));
    const int digit = static_cast<int>(std::lround(value / std::pow(10.0, exponent)));
    return std::to_string(digit) + "e" + format_count(exponent);
  }
  return value >= 0.9999 ? format_count(std::llround(value))
                         : format_fixed(value, static_cast<int>(std::ceil(-std::log10(value) - 1e-9)));
}

std::vector<Tick> positive_ticks(double first, double last, int most) {
  if (!(first > 0.0)) return {};
  const double decades = std::log10(last / first);
  if (decades < 1.0) return linear_ticks(first, last, most);
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / std::max(1, most - 1))));
  const bool label_between = decades * 3.0 <= most;
  const int lowest = static_cast<int>(std::floor(std::log10(first)));
  const int highest = static_cast<int>(std::ceil(std::log10(last)));
  std::vector<Tick> result;
  for (int decade = lowest; decade <= highest; ++decade) {
    for (int factor = 1; factor <= 9; ++factor) {
      const double value = factor * std::pow(10.0, decade);
      if (value < first || value > last) continue;
      // Counted from 1, so that the same powers keep their labels while the axis grows.
      const bool has_label = factor == 1 ? decade % stride == 0 : label_between && (factor == 2 || factor == 5);
      // Of many decades the ticks between are noise.
      if (factor > 1 && stride > 1) break;
      result.push_back({value, has_label ? positive_label(value) : std::string()});
    }
  }
  return result;
}

}  // namespace

double round_up_125(double size) {
  const double power = std::pow(10.0, std::floor(std::log10(size)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= size * (1.0 - 1e-9)) return factor * power;
  return 10.0 * power;
}

void LogExtent::add(double value) {
  if (!(value > 0.0) || !std::isfinite(value)) return;
  least_ = least_ > 0.0 ? std::min(least_, value) : value;
  most_ = std::max(most_, value);
}

Extent LogExtent::fitted() const {
  if (!(least_ > 0.0)) return {};
  double first = std::log10(least_);
  double last = std::log10(most_);
  const double lacking = std::max(0.0, 1.0 - (last - first));
  const double room = 0.06 * std::max(1.0, last - first);
  first -= 0.5 * lacking + room;
  last += 0.5 * lacking + room;
  return {std::pow(10.0, first), std::pow(10.0, last)};
}

double to_axis(AxisScale scale, double value) {
  switch (scale) {
    case AxisScale::linear:
      return value;
    case AxisScale::log1p:
      return std::log10(1.0 + std::max(value, 0.0));
    case AxisScale::log10:
      return value > 0.0 ? std::log10(value) : std::numeric_limits<double>::quiet_NaN();
  }
  return value;
}

double from_axis(AxisScale scale, double position) {
  switch (scale) {
    case AxisScale::linear:
      return position;
    case AxisScale::log1p:
      return std::pow(10.0, position) - 1.0;
    case AxisScale::log10:
      return std::pow(10.0, position);
  }
  return position;
}

std::vector<Tick> ticks(AxisScale scale, double first, double last, int most) {
  if (!(last > first) || !std::isfinite(first) || !std::isfinite(last)) return {};
  switch (scale) {
    case AxisScale::linear:
      return linear_ticks(first, last, most);
    case AxisScale::log1p:
      return log_ticks(first, last, most);
    case AxisScale::log10:
      return positive_ticks(first, last, most);
  }
  return {};
}

std::vector<PixelPoint> thinned(const std::vector<PixelPoint>& points, float column) {
  std::vector<PixelPoint> result;
  std::size_t begin = 0;
  while (begin < points.size()) {
    std::size_t end = begin + 1;
    while (end < points.size() && points[end].x < points[begin].x + column) ++end;
    const auto first = points.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = points.begin() + static_cast<std::ptrdiff_t>(end);
    auto [low, high] = std::minmax_element(first, last, [](auto a, auto b) { return a.y < b.y; });
    if (high < low) std::swap(low, high);
    result.push_back(*low);
    if (high != low) result.push_back(*high);
    begin = end;
  }
  // The last point is where the run is now; it must not be swallowed by an extreme of its column.
  if (!points.empty() && result.back().x != points.back().x) result.push_back(points.back());
  return result;
}

}  // namespace gramscope::app
