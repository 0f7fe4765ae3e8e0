#pragma once

#include <cstdint>
#include <vector>

#include "app/ui/rect.h"
#include "core/train/pair_histogram.h"

namespace gramscope::app {

/// A bar of a histogram: as many neighbouring bins as it takes to be seen.
struct HistogramBar {
  int begin = 0;  ///< bins [begin, end)
  int end = 0;
  std::int64_t alike = 0;
  std::int64_t other = 0;
};

/// The bars of a histogram drawn `width` pixels wide, none narrower than `least`: 200, 100, 50, 40, 25 or 20
/// of them, all of as many bins.
std::vector<HistogramBar> histogram_bars(const PairHistogram& histogram, float width, float least);

/// The height of a count as a share of the axis, from 0 to `most` > 0: linear, or log(1 + count), on which 0
/// has a place.
double count_height(std::int64_t count, double most, bool is_log);

/// The end of the axis of counts: a little above the largest bar of either kind; 1 where all are empty.
double count_axis_end(const std::vector<HistogramBar>& bars);

}  // namespace gramscope::app
