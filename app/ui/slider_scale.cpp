#include "app/ui/slider_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gramscope::app {
namespace {

/// Share of a log_with_zero slider that stands for exactly 0: a landing place a hand can hit.
constexpr double kZeroShare = 0.04;

double log_position(double value, double low, double high) {
  return std::log(value / low) / std::log(high / low);
}

double log_value(double position, double low, double high) { return low * std::pow(high / low, position); }

double rounded_to_digits(double value, int digits) {
  if (value == 0.0) return 0.0;
  // Dividing by a power of ten rather than multiplying by its inverse keeps 5e-4 the double that "5e-4" reads
  // as.
  const double exponent = std::floor(std::log10(std::abs(value))) - (digits - 1);
  if (exponent < 0) {
    const double unit = std::pow(10.0, -exponent);
    return std::round(value * unit) / unit;
  }
  const double unit = std::pow(10.0, exponent);
  return std::round(value / unit) * unit;
}

double rounded_linear(const Parameter& parameter, double value) {
  const double step = (parameter.slider_maximum - parameter.slider_minimum) / 200.0;
  const double exponent = std::floor(std::log10(step));
  const double power = std::pow(10.0, -exponent);
  double factor = 1.0;  // the spacing is 1, 2 or 5 of the decade of step
  for (const double candidate : {2.0, 5.0})
    if (candidate <= step * power * (1.0 + 1e-9)) factor = candidate;
  return std::round(value * power / factor) * factor / power;
}

}  // namespace

double slider_position(const Parameter& parameter, double value) {
  const double low = parameter.slider_minimum;
  const double high = parameter.slider_maximum;
  if (!std::isfinite(value) || high <= low) return 0.0;
  double position = 0.0;
  switch (parameter.scale) {
    case Scale::linear:
      position = (value - low) / (high - low);
      break;
    case Scale::log:
      position = value > 0.0 ? log_position(value, low, high) : 0.0;
      break;
    case Scale::log_with_zero:
      if (value > 0.0)
        position =
            kZeroShare + (1.0 - kZeroShare) * std::max(0.0, log_position(value, parameter.log_floor, high));
      break;
  }
  return std::clamp(position, 0.0, 1.0);
}

double slider_value(const Parameter& parameter, double position) {
  const double low = parameter.slider_minimum;
  const double high = parameter.slider_maximum;
  position = std::clamp(position, 0.0, 1.0);
  // The ends are the range exactly, whatever rounding would make of them.
  if (position <= 0.0) return low;
  if (position >= 1.0) return high;
  double value = 0.0;
  switch (parameter.scale) {
    case Scale::linear:
      value = low + position * (high - low);
      if (parameter.type == ParameterType::real) value = rounded_linear(parameter, value);
      break;
    case Scale::log:
      value = log_value(position, low, high);
      if (parameter.type == ParameterType::real) value = rounded_to_digits(value, 2);
      break;
    case Scale::log_with_zero:
      if (position < 0.5 * kZeroShare) return 0.0;
      value =
          log_value(std::max(0.0, (position - kZeroShare) / (1.0 - kZeroShare)), parameter.log_floor, high);
      if (parameter.type == ParameterType::real) value = rounded_to_digits(value, 2);
      break;
  }
  if (parameter.type == ParameterType::integer) value = std::round(value);
  return std::clamp(value, low, high);
}

double stepped_value(const Parameter& parameter, double value, int direction, bool is_coarse) {
  if (parameter.type == ParameterType::integer && parameter.scale == Scale::linear)
    return std::clamp(value + direction * (is_coarse ? 5.0 : 1.0), parameter.slider_minimum,
                      parameter.slider_maximum);
  const double start = slider_position(parameter, value);
  // Rounding can give back the value it started from (small integers on a log slider): go on until it moves.
  for (double distance = is_coarse ? 0.05 : 0.01; distance <= 1.0; distance += 0.01) {
    const double next = slider_value(parameter, start + direction * distance);
    if (next != value) return next;
  }
  return value;
}

double number_in(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::numeric_limits<double>::quiet_NaN();
}

Value value_of(const Parameter& parameter, double number) {
  if (parameter.type == ParameterType::integer) return static_cast<std::int64_t>(std::llround(number));
  return number;
}

}  // namespace gramscope::app
