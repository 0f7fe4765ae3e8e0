#include "app/gl/heat_map.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "app/gl/colour_map.h"
#include "tests/app/gl/stage.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

MatrixF ramp(Index m) {
  return MatrixF::NullaryExpr(m, m, [m](Index i, Index j) {
    return static_cast<float>(i * m + j) / static_cast<float>(m * m) * 2 - 1;
  });
}

int channel_distance(unsigned a, unsigned b) {
  int most = 0;
  for (int shift = 0; shift < 24; shift += 8)
    most = std::max(most,
                    std::abs(static_cast<int>((a >> shift) & 255u) - static_cast<int>((b >> shift) & 255u)));
  return most;
}

}  // namespace

TEST_CASE("reorder_and_average: row i of the picture is row order[i] of the matrix") {
  const MatrixF values = ramp(5);
  const std::vector<Index> order{3, 1, 4, 0, 2};
  const auto cells = reorder_and_average(values, order, order, {64, 64});
  REQUIRE(cells.size() == 25);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j) CHECK(cells[i * 5 + j] == values(order[i], order[j]));
}

TEST_CASE("reorder_and_average: a smaller picture holds the mean of each block") {
  const MatrixF values = ramp(6);
  const auto cells = reorder_and_average(values, {}, {}, {3, 3});
  REQUIRE(cells.size() == 9);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 3; ++j)
      CHECK(cells[static_cast<std::size_t>(i * 3 + j)] ==
            doctest::Approx(values.block(2 * i, 2 * j, 2, 2).mean()).epsilon(1e-6));
}

TEST_CASE("reorder_and_average: the mean of the whole survives sizes that do not divide") {
  const MatrixF values = ramp(7);
  const auto cells = reorder_and_average(values, {}, {}, {4, 4});
  // Blocks hold 1 to 4 entries: weigh them as they were made.
  std::vector<double> weight(4, 0.0);
  for (Index i = 0; i < 7; ++i) weight[static_cast<std::size_t>(i * 4 / 7)] += 1.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) sum += weight[i] * weight[j] * cells[i * 4 + j];
  CHECK(sum / 49.0 == doctest::Approx(values.mean()).epsilon(1e-5));
}

TEST_CASE("reorder_and_average: undefined entries are left out, and stay undefined alone") {
  MatrixF values = MatrixF::Constant(4, 4, 0.5f);
  values(0, 0) = kNaN;
  values.block(2, 2, 2, 2).setConstant(kNaN);
  const auto cells = reorder_and_average(values, {}, {}, {2, 2});
  CHECK(cells[0] == 0.5f);
  CHECK(std::isnan(cells[3]));
}

TEST_CASE("reorder_and_average: rows and columns of a rectangle have orders and sizes of their own") {
  const MatrixF values = MatrixF::NullaryExpr(3, 4, [](Index i, Index j) { return static_cast<float>(10 * i + j); });
  const std::vector<Index> rows{2, 0, 1};
  const std::vector<Index> columns{3, 1, 0, 2};
  const auto cells = reorder_and_average(values, rows, columns, {8, 2});
  REQUIRE(cells.size() == 6);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(cells[2 * i] == doctest::Approx((values(rows[i], 3) + values(rows[i], 1)) / 2));
    CHECK(cells[2 * i + 1] == doctest::Approx((values(rows[i], 0) + values(rows[i], 2)) / 2));
  }
}

TEST_CASE("HeatMap: a rectangle's entries are coloured by their share of the limit, however large") {
  const auto canvas = canvas_if_display(60, 20);
  if (!canvas) return;
  MatrixF values(2, 3);
  values << 40.0f, -20.0f, 0.0f, 90.0f, kNaN, 5.0f;
  HeatMap heat_map;
  heat_map.set(values, {}, {}, {20, 60});
  canvas->begin(0xff000000);
  heat_map.draw(whole(*canvas), {0, 0}, {60, 20}, 0.0f, 0, 40.0f);
  const Image image = canvas->read();
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      CHECK(channel_distance(pixel(image, 20 * j + 10, 10 * i + 5), diverging_map().at(values(i, j) / 40.0f)) <= 2);
}

TEST_CASE("HeatMap: every cell has its value's colour, row 0 on top") {
  const auto canvas = canvas_if_display(100, 90);
  if (!canvas) return;
  MatrixF values = ramp(8);
  values(2, 5) = kNaN;
  HeatMap heat_map;
  heat_map.set(values, {}, 80);
  canvas->begin(0xff000000);
  heat_map.draw(whole(*canvas), {11, 7}, {91, 87}, 1.0f, 0xffff00ff);
  const Image image = canvas->read();
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 8; ++j) {
      const unsigned shown = pixel(image, 11 + 10 * j + 4, 7 + 10 * i + 4);
      CHECK(channel_distance(shown, diverging_map().at(values(i, j))) <= 2);
    }
  }
  CHECK(pixel(image, 11 + 9, 7 + 3) == 0xffff00ffu);  // the line between cells
  CHECK(pixel(image, 10, 7) == 0xff000000u);          // nothing outside
  CHECK(pixel(image, 91, 86) == 0xff000000u);
  CHECK(pixel(image, 50, 87) == 0xff000000u);
}

TEST_CASE("HeatMap: new values are shown, whatever their address") {
  const auto canvas = canvas_if_display(20, 20);
  if (!canvas) return;
  HeatMap heat_map;
  MatrixF values = MatrixF::Constant(2, 2, 1.0f);
  for (const float value : {1.0f, -1.0f, 0.25f}) {
    values.setConstant(value);
    heat_map.set(values, {}, 20);
    canvas->begin(0xff000000);
    heat_map.draw(whole(*canvas), {0, 0}, {20, 20}, 0, 0);
    CHECK(channel_distance(pixel(canvas->read(), 10, 10), diverging_map().at(value)) <= 2);
  }
}

TEST_CASE("HeatMap: a change in one corner of a large matrix's size or order is seen") {
  HeatMap heat_map;
  const MatrixF values = ramp(40);
  std::vector<Index> order(40);
  std::iota(order.begin(), order.end(), Index{0});
  heat_map.set(values, order, 40);
  const std::vector<float> before(heat_map.cells().begin(), heat_map.cells().end());
  std::swap(order[0], order[39]);
  heat_map.set(values, order, 40);
  CHECK(heat_map.cells()[0] == values(39, 39));
  CHECK(before[0] == values(0, 0));
  heat_map.set(values, order, 10);
  CHECK(heat_map.size() == GridSize{10, 10});
}

TEST_CASE("reorder_and_average: rows in no order are left out, those shown keep their place") {
  const MatrixF values = ramp(6);
  const std::vector<Index> rows{5, 2};
  const std::vector<Index> columns{0, 3, 1};
  const auto cells = reorder_and_average(values, rows, columns, {64, 64});
  REQUIRE(cells.size() == 6);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 3; ++j) CHECK(cells[i * 3 + j] == values(rows[i], columns[j]));
  const auto mean = reorder_and_average(values, rows, columns, {1, 1});
  REQUIRE(mean.size() == 1);
  double sum = 0.0;
  for (const Index i : rows)
    for (const Index j : columns) sum += static_cast<double>(values(i, j));
  CHECK(mean[0] == doctest::Approx(sum / 6.0));
}

TEST_CASE("HeatMap: another part of the same matrix is seen, though of the same size") {
  HeatMap heat_map;
  const MatrixF values = ramp(10);
  const std::vector<Index> first{0, 1, 2, 3};
  const std::vector<Index> later{6, 7, 8, 9};
  heat_map.set(values, first, first, {40, 40});
  CHECK(heat_map.cells()[0] == values(0, 0));
  CHECK(heat_map.size() == GridSize{4, 4});
  heat_map.set(values, later, first, {40, 40});
  CHECK(heat_map.cells()[0] == values(6, 0));
  heat_map.set(values, first, later, {40, 40});
  CHECK(heat_map.cells()[0] == values(0, 6));
}
