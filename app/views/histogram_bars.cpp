#include "app/views/histogram_bars.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gramscope::app {

std::vector<HistogramBar> histogram_bars(const PairHistogram& histogram, float width, float least) {
  static_assert(PairHistogram::kBins == 200);
  constexpr std::array kBinsPerBar{1, 2, 4, 5, 8, 10};
  int bins = kBinsPerBar.back();
  for (const int candidate : kBinsPerBar) {
    if (width * static_cast<float>(candidate) < least * PairHistogram::kBins) continue;
    bins = candidate;
    break;
  }
  std::vector<HistogramBar> bars;
  for (int begin = 0; begin < PairHistogram::kBins; begin += bins) {
    HistogramBar bar{begin, begin + bins, 0, 0};
    for (int b = bar.begin; b < bar.end; ++b) {
      bar.alike += histogram.alike.count[static_cast<std::size_t>(b)];
      bar.other += histogram.other.count[static_cast<std::size_t>(b)];
    }
    bars.push_back(bar);
  }
  return bars;
}

double count_height(std::int64_t count, double most, bool is_log) {
  const auto n = static_cast<double>(count);
  return is_log ? std::log1p(n) / std::log1p(most) : n / most;
}

double count_axis_end(const std::vector<HistogramBar>& bars) {
  std::int64_t most = 0;
  for (const auto& bar : bars) most = std::max({most, bar.alike, bar.other});
  constexpr double kAbove = 1.06;
  return most > 0 ? kAbove * static_cast<double>(most) : 1.0;
}

}  // namespace gramscope::app
