#include "app/ui/axis.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace gramscope::app;

namespace {

std::vector<std::string> labels(const std::vector<Tick>& all) {
  std::vector<std::string> result;
  for (const auto& tick : all)
    if (!tick.label.empty()) result.push_back(tick.label);
  return result;
}

}  // namespace

TEST_CASE("to_axis and from_axis are inverse") {
  for (const auto scale : {AxisScale::linear, AxisScale::log1p})
    for (const double value : {0.0, 1.0, 9.0, 620.0, 12000.0, 1e9})
      CHECK(from_axis(scale, to_axis(scale, value)) == doctest::Approx(value));
}

TEST_CASE("ticks: the log axis names step 0 and the powers of ten, with separators") {
  const auto found = labels(ticks(AxisScale::log1p, 0.0, 12000.0, 6));
  CHECK(found == std::vector<std::string>{"0", "10", "100", "1,000", "10,000"});
}

TEST_CASE("ticks: stay inside the range, ascend, and keep to the number asked for") {
  const double ends[][2] = {{0, 1},     {0, 1.08},      {-1, 1},  {0, 12000},
                            {200, 230}, {199.5, 200.5}, {0, 1e6}, {3, 5000}};
  for (const auto scale : {AxisScale::linear, AxisScale::log1p}) {
    for (const auto& [first, last] : ends) {
      if (scale == AxisScale::log1p && first < 0) continue;
      for (const int most : {2, 4, 8, 14}) {
        CAPTURE(first);
        CAPTURE(last);
        CAPTURE(most);
        const auto all = ticks(scale, first, last, most);
        double before = -INFINITY;
        const double margin = 1e-6 * (last - first);
        for (const auto& tick : all) {
          CHECK(tick.value >= first - margin);
          CHECK(tick.value <= last + margin);
          CHECK(tick.value > before);
          before = tick.value;
        }
        CHECK(labels(all).size() <= static_cast<std::size_t>(most + 2));
      }
    }
  }
}

TEST_CASE("ticks: nothing for an empty or endless range") {
  CHECK(ticks(AxisScale::linear, 1.0, 1.0, 5).empty());
  CHECK(ticks(AxisScale::linear, 2.0, 1.0, 5).empty());
  CHECK(ticks(AxisScale::log1p, 0.0, INFINITY, 5).empty());
  CHECK(ticks(AxisScale::linear, NAN, 1.0, 5).empty());
}

TEST_CASE("thinned: as many points as there are pixels, the extremes and the last one kept") {
  std::vector<PixelPoint> points;
  for (int i = 0; i < 20000; ++i)
    points.push_back({static_cast<float>(i) * 0.05f, std::sin(static_cast<float>(i) * 0.01f) * 100.0f});
  points[7777].y = 500.0f;
  points[12345].y = -500.0f;
  const auto thin = thinned(points, 1.5f);
  CHECK(thin.size() <= 2 * 1000 / 1.5 + 3);
  auto has = [&](float y) { return std::any_of(thin.begin(), thin.end(), [y](auto p) { return p.y == y; }); };
  CHECK(has(500.0f));
  CHECK(has(-500.0f));
  CHECK(thin.back().x == points.back().x);
  CHECK(std::is_sorted(thin.begin(), thin.end(), [](auto a, auto b) { return a.x < b.x; }));
}

TEST_CASE("thinned: few points stay as they are") {
  const std::vector<PixelPoint> points{{0, 1}, {10, 2}, {20, 3}};
  const auto thin = thinned(points, 1.5f);
  REQUIRE(thin.size() == 3);
  CHECK(thin[1].y == 2);
  CHECK(thinned({}, 1.5f).empty());
}
