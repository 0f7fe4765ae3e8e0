#include "app/views/histogram_bars.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace gramscope;
using namespace gramscope::app;

namespace {

PairHistogram ramp_histogram() {
  PairHistogram histogram;
  for (std::size_t b = 0; b < PairHistogram::kBins; ++b) {
    histogram.alike.count[b] = static_cast<std::int64_t>(b);
    histogram.other.count[b] = 3;
  }
  return histogram;
}

}  // namespace

TEST_CASE("histogram_bars: however wide, they hold all bins in turn and sum to all pairs") {
  const PairHistogram histogram = ramp_histogram();
  for (const float width : {30.0f, 60.0f, 150.0f, 399.0f, 400.0f, 1200.0f}) {
    const auto bars = histogram_bars(histogram, width, 2.0f);
    std::int64_t alike = 0;
    std::int64_t other = 0;
    int next = 0;
    for (const auto& bar : bars) {
      CHECK(bar.begin == next);
      CHECK(bar.end - bar.begin == bars.front().end);
      next = bar.end;
      alike += bar.alike;
      other += bar.other;
    }
    CHECK(next == PairHistogram::kBins);
    CHECK(alike == 199 * 200 / 2);
    CHECK(other == 600);
    if (width >= 40.0f) CHECK(width / static_cast<float>(bars.size()) >= 2.0f);
  }
  CHECK(histogram_bars(histogram, 400.0f, 2.0f).size() == 200);
  CHECK(histogram_bars(histogram, 399.0f, 2.0f).size() == 100);
}

TEST_CASE("count_height: 0 is the foot and the end of the axis the top, in either scale") {
  for (const bool is_log : {false, true}) {
    CHECK(count_height(0, 500.0, is_log) == 0.0);
    CHECK(count_height(500, 500.0, is_log) == doctest::Approx(1.0));
    double before = 0.0;
    for (const std::int64_t count : {1, 2, 10, 100, 499}) {
      CHECK(count_height(count, 500.0, is_log) > before);
      before = count_height(count, 500.0, is_log);
    }
  }
  // A logarithmic axis shows one pair among a million.
  CHECK(count_height(1, 1e6, true) > 0.04);
}

TEST_CASE("count_axis_end: above every bar, but not by much") {
  const auto bars = histogram_bars(ramp_histogram(), 400.0f, 2.0f);
  CHECK(count_axis_end(bars) > 199.0);
  CHECK(count_axis_end(bars) < 1.1 * 199.0);
  CHECK(count_axis_end(histogram_bars(PairHistogram{}, 400.0f, 2.0f)) == 1.0);
}
