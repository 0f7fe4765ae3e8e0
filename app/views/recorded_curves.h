#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "app/ui/plot.h"
#include "app/views/reading.h"

namespace gramscope::app {

// What plots over the recorded steps have in common.

/// A plot of the run so far on the axis log10(1 + step), up to where the run is to end, of a recording from its first step to
/// its last: axis, playhead, and what was changed on the way. Without curves.
PlotContent plot_over_steps(const Observatory& observatory, std::string name);

/// A metric over the recorded steps, NaN where it is not defined; its explanation is what the metric means.
PlotSeries series_of(std::span<const Record> records, const std::string& key);

/// Where there is no curve, its place in the legend says why. To be called last: takes label and colour away.
void explain_if_undefined(PlotSeries& series, std::span<const Record> records);

/// The value of a curve at a recorded step, or at the first after it; NaN after the last.
double value_at(const PlotSeries& series, std::int64_t step);

}  // namespace gramscope::app
