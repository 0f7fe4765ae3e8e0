#pragma once

#include <string>
#include <string_view>

#include "app/ui/rect.h"
#include "core/metrics/metrics.h"

namespace gramscope::app {

/// How |L|^2 is divided: into what soft labels fix (the part in F), what lies along the max-margin logits, and the rest,
/// which are at right angles to each other (math.md section 6). Shares of 1.
struct Decomposition {
  double in_support = 0.0;
  double max_margin = 0.0;          ///< NaN where L_mm is not there
  double rest = 0.0;                ///< of all that is not in F where L_mm is not there
  std::string undefined;            ///< why there is nothing to divide; empty where there is
  std::string max_margin_missing;   ///< why L_mm is not there; empty where it is

  bool has_max_margin() const { return max_margin_missing.empty(); }
};

/// From share_in_support and share_max_margin.
Decomposition decomposition_of(const Metrics& metrics);

/// The height of the meter: a bar, and a line of numbers below it.
float decomposition_meter_height();

/// Draws the bar, explained to the mouse. Labels are reported as "label.<view>.<n>", counted from `first_label`; numbers
/// that do not fit are left out.
void draw_decomposition_meter(const Rect& rect, const Decomposition& decomposition, std::string_view view,
                              int first_label);

}  // namespace gramscope::app
