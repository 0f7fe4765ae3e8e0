#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/ui/rect.h"
#include "core/registry/parameter.h"

namespace gramscope::app {

/// The height of a parameter's row at scale 1.
inline constexpr float kParameterRowHeight = 25.0f;

/// What the user did to a parameter in this frame.
struct ParameterEdit {
  std::optional<Value> value;    ///< the new one
  bool wants_file = false;       ///< asks for a file to be chosen
  bool is_held = false;          ///< the hand is on the control: more values of the same change may follow
  bool is_double_click = false;  ///< of which the first click may have been a change already
};

/// What choosing it brings with it ("changes the model to UFM"); empty if nothing more. Asked while the list is open.
using ChoiceNote = std::function<std::string(const Choice&)>;

/// A row of the parameter panel: label with symbol and restart mark, then a slider with its value, a list, a
/// switch or a file's name, as the parameter's type asks. Gives the new value when the user changes it: at once for
/// live parameters, on release for those that restart the run. Double-click resets, Ctrl+click or a click on the
/// number types a value, arrow keys move the focused slider. What is not available is grey, and its card says why.
/// Reports "parameter.<key>" (the control), "label.parameter.<key>", "value.parameter.<key>", and of a file
/// "open.parameter.<key>" and "clear.parameter.<key>".
/// `label_width` is the width of the first column.
ParameterEdit parameter_row(const Parameter& parameter, const Value& current, const Rect& row, float label_width,
                            const ChoiceNote& note = {});

/// The width a row's first column needs for the label, the symbol and the restart mark.
float parameter_label_width(const Parameter& parameter);

}  // namespace gramscope::app
