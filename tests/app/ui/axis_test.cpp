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

TEST_CASE("log10: what is zero or less has no position, the rest returns from its own") {
  for (const double value : {0.0, -1.0, -1e9}) CHECK(std::isnan(to_axis(AxisScale::log10, value)));
  for (const double value : {1e-12, 0.5, 1.0, 620.0, 1e9})
    CHECK(from_axis(AxisScale::log10, to_axis(AxisScale::log10, value)) == doctest::Approx(value));
}

TEST_CASE("ticks: the log10 axis names powers of ten, shortest where they are extreme") {
  CHECK(labels(ticks(AxisScale::log10, 5e-4, 2e4, 9)) ==
        std::vector<std::string>{"0.001", "0.01", "0.1", "1", "10", "100", "1,000", "1e4"});
  CHECK(labels(ticks(AxisScale::log10, 0.009, 1.5, 9)) ==
        std::vector<std::string>{"0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"});
  CHECK(labels(ticks(AxisScale::log10, 1e-7, 1.5, 4)) == std::vector<std::string>{"1e−6", "0.001", "1"});
}

TEST_CASE("ticks: the log10 axis keeps to its range and to the number asked for") {
  const double ends[][2] = {{1e-9, 1}, {0.3, 0.9}, {0.3, 4}, {1, 1e12}, {2e-5, 3e-3}};
  for (const auto& [first, last] : ends) {
    for (const int most : {3, 4, 6, 12}) {
      CAPTURE(first);
      CAPTURE(most);
      const auto all = ticks(AxisScale::log10, first, last, most);
      CHECK(labels(all).size() >= 1);
      CHECK(labels(all).size() <= static_cast<std::size_t>(most + 2));
      CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.value < b.value; }));
      CHECK(all.front().value >= first * (1 - 1e-9));
      CHECK(all.back().value <= last * (1 + 1e-9));
    }
  }
  CHECK(ticks(AxisScale::log10, 0.0, 1.0, 5).empty());
}

TEST_CASE("round_up_125: the next of 1, 2 and 5 times a power of ten, and such a number itself") {
  CHECK(round_up_125(0.03) == doctest::Approx(0.05));
  CHECK(round_up_125(5.0) == doctest::Approx(5.0));
  CHECK(round_up_125(5.001) == doctest::Approx(10.0));
  CHECK(round_up_125(1.2e-8) == doctest::Approx(2e-8));
}

TEST_CASE("LogExtent: a decade at least, all that is positive inside, and nothing else counts") {
  LogExtent extent;
  CHECK(extent.fitted().first < extent.fitted().last);
  for (const double value : {0.0, -3.0, std::nan(""), static_cast<double>(INFINITY)}) extent.add(value);
  CHECK(extent.fitted().last == 10.0);
  extent.add(0.4);
  CHECK(extent.fitted().last / extent.fitted().first >= 10.0);
  extent.add(7e-5);
  CHECK(extent.fitted().first < 7e-5);
  CHECK(extent.fitted().first > 1e-5);
  CHECK(extent.fitted().last > 0.4);
  CHECK(extent.fitted().last < 1.0);
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
