#pragma once

#include <optional>

#include "app/ui/rect.h"
#include "core/registry/parameter.h"

namespace gramscope::app {

/// The height of a parameter's row at scale 1.
inline constexpr float kParameterRowHeight = 25.0f;

/// A row of the parameter panel: label with symbol and restart mark, then a slider with its value, a list, or
/// a switch, as the parameter's type asks. Gives the new value when the user changes it: at once for live
/// parameters, on release for those that restart the run. Double-click resets, Ctrl+click or a click on the
/// number types a value, arrow keys move the focused slider. Reports "parameter.<key>" (the control),
/// "label.parameter.<key>" and "value.parameter.<key>".
/// `label_width` is the width of the first column.
std::optional<Value> parameter_row(const Parameter& parameter, const Value& current, const Rect& row,
                                   float label_width);

/// The width a row's first column needs for the label and the restart mark.
float parameter_label_width(const Parameter& parameter);

}  // namespace gramscope::app
