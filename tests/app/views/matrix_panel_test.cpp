#include "app/views/matrix_panel.h"

#include <doctest/doctest.h>
#include <cmath>


using namespace gramscope;
using namespace gramscope::app;

TEST_CASE("SteadyLimit: at least the largest entry, always 1, 2 or 5 times a power of ten") {
  SteadyLimit limit;
  CHECK(limit.follow(0.0f) == 1.0f);
  for (const float largest : {1e-6f, 0.013f, 0.02f, 3.0f, 4.9f, 77.0f, 1e5f}) {
    const float found = limit.follow(largest);
    CHECK(found >= largest);
    const double digits = found / std::pow(10.0, std::floor(std::log10(found) + 1e-6));
    CHECK(std::min({std::abs(digits - 1), std::abs(digits - 2), std::abs(digits - 5)}) < 1e-4);
  }
}

TEST_CASE("SteadyLimit: rises at once, falls late, and does not flicker about a step") {
  SteadyLimit limit;
  CHECK(limit.follow(4.9f) == 5.0f);
  CHECK(limit.follow(5.1f) == 10.0f);
  CHECK(limit.follow(4.9f) == 10.0f);
  CHECK(limit.follow(4.1f) == 10.0f);
  CHECK(limit.follow(3.9f) == 5.0f);
  CHECK(limit.follow(0.0f) == 5.0f);
  CHECK(limit.follow(0.0011f) == doctest::Approx(0.002f));
}

TEST_CASE("fitting_cells: cells lie inside the room, whole pixels and no bars where they are seen one by one") {
  for (const auto& [rows, columns] : {std::pair<Index, Index>{24, 48}, {3, 200}, {27, 27}, {5000, 400}, {1, 1}}) {
    for (const auto& [width, height] : {std::pair{428.0f, 240.0f}, {100.0f, 60.0f}, {860.0f, 500.0f}}) {
      CAPTURE(rows);
      CAPTURE(width);
      const CellSize cell = fitting_cells(width, height, rows, columns);
      CHECK(cell.width * static_cast<float>(columns) <= width * 1.0001f);
      CHECK(cell.height * static_cast<float>(rows) <= height * 1.0001f);
      CHECK(cell.area() > 0.0f);
      const float longer = std::max(cell.width, cell.height);
      const float shorter = std::min(cell.width, cell.height);
      if (longer > 6.5f) CHECK(longer <= 2.0f * shorter + 1.0f);
      if (shorter >= 6.0f) CHECK(cell.width == std::floor(cell.width));
    }
  }
  CHECK(fitting_cells(0, 100, 3, 3).area() == 0.0f);
  CHECK(fitting_cells(100, 100, 0, 3).area() == 0.0f);
}

TEST_CASE("arrange_matrices: wide matrices go below each other, high ones beside each other") {
  const Rect body{{10, 20}, {870, 520}};
  CHECK(arrange_matrices(body, 4, 200, 10, 20, 20).columns == 4);
  CHECK(arrange_matrices(body, 4, 24, 48, 20, 20).columns == 2);
  CHECK(arrange_matrices(body, 4, 6, 200, 20, 20).columns == 1);
}

TEST_CASE("arrange_matrices: places lie inside the body and apart") {
  const Rect body{{10, 20}, {438, 320}};
  for (const auto& [rows, columns] : {std::pair<Index, Index>{24, 48}, {200, 10}, {6, 200}, {27, 27}}) {
    const PanelGrid grid = arrange_matrices(body, 4, rows, columns, 20, 20);
    for (int i = 0; i < 4; ++i) {
      const Rect a = grid.place(i);
      CHECK(a.min.x >= body.min.x - 0.5f);
      CHECK(a.min.y >= body.min.y - 0.5f);
      CHECK(a.max.x <= body.max.x + 0.5f);
      CHECK(a.max.y <= body.max.y + 0.5f);
      for (int j = 0; j < i; ++j) {
        const Rect b = grid.place(j);
        CHECK((a.min.x >= b.max.x || b.min.x >= a.max.x || a.min.y >= b.max.y || b.min.y >= a.max.y));
      }
    }
  }
}
