#pragma once

#include "core/registry/parameter.h"

namespace gramscope::app {

/// Where a numeric parameter's value lies on its slider, from 0 (left end) to 1.
double slider_position(const Parameter& parameter, double value);

/// The value at a position of the slider: rounded to what a hand can mean (two significant digits on
/// logarithmic scales, a two-hundredth of the range on linear ones, whole numbers for integers) and never out
/// of range.
double slider_value(const Parameter& parameter, double position);

/// The next value a step along the slider, for the arrow keys: direction is -1 or +1. `is_coarse`: five times
/// as far.
double stepped_value(const Parameter& parameter, double value, int direction, bool is_coarse);

/// The number in a value of type integer or real; NaN for the others.
double number_in(const Value& value);
/// A number as a value of the parameter's type.
Value value_of(const Parameter& parameter, double number);

}  // namespace gramscope::app
