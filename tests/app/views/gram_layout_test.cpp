#include "app/views/gram_layout.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/tasks/attributes.h"
#include "tests/app/ui/imgui_scope.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

const Rect kBody{{20, 30}, {460, 340}};

MatrixZoom zoomed(Index rows, double factor, double x, double y) {
  MatrixZoom zoom;
  zoom.adopt(rows);
  zoom.zoom(factor, x, y, 0.5, 0.5);
  return zoom;
}

GramOrder flagship_order() { return order_contexts(*make_attributes(3, 3), {Grouping::By::factor, 0}); }

}  // namespace

TEST_CASE("lay_out_gram: every cell is found where it is drawn, whole and zoomed") {
  const ImGuiScope scope;
  for (const Index rows : {5, 27, 300, 4096}) {
    for (const double factor : {1.0, 1.3, 2.9, 17.0, 1e6}) {
      const MatrixZoom zoom = zoomed(rows, factor, 0.7, 0.2);
      const GramLayout layout = lay_out_gram(kBody, rows, {}, zoom);
      CAPTURE(rows);
      CAPTURE(factor);
      REQUIRE(layout.cell > 0.0f);
      const auto visible_rows = layout.visible_rows();
      const auto visible_columns = layout.visible_columns();
      CHECK(visible_rows.begin >= 0);
      CHECK(visible_columns.end <= rows);
      // The picture is full of cells, to its last pixel.
      CHECK(layout.x_of(visible_columns.begin) <= layout.matrix.min.x + 0.01f);
      CHECK(layout.x_of(visible_columns.end) >= layout.matrix.max.x - 0.5f);
      CHECK(layout.y_of(visible_rows.end) >= layout.matrix.max.y - 0.5f);
      for (Index i = visible_rows.begin + 1; i < visible_rows.end - 1; i += 1 + rows / 40) {
        for (Index j = visible_columns.begin + 1; j < visible_columns.end - 1; j += 1 + rows / 40) {
          const Rect cell = layout.rect_of({i, j});
          CHECK(layout.cell_at({0.5f * (cell.min.x + cell.max.x), 0.5f * (cell.min.y + cell.max.y)}) ==
                GramCell{i, j});
        }
      }
      CHECK(layout.is_whole() == zoom.is_whole());
    }
  }
}

TEST_CASE("lay_out_gram: cells that are told apart are whole pixels wide and begin at whole pixels") {
  const ImGuiScope scope;
  for (const double factor : {1.1, 2.0, 3.7, 6.6}) {
    const GramLayout layout = lay_out_gram(kBody, 60, {}, zoomed(60, factor, 0.41, 0.63));
    if (layout.cell < kTellApartFrom) continue;
    CHECK(layout.cell == std::floor(layout.cell));
    CHECK(std::abs(layout.x_of(30) - std::round(layout.x_of(30))) < 0.01f);
    CHECK(std::abs(layout.y_of(30) - std::round(layout.y_of(30))) < 0.01f);
  }
}

TEST_CASE("lay_out_gram: while zoomed the picture stays where it is") {
  const ImGuiScope scope;
  const GramOrder order = order_contexts(*make_attributes(3, 6), {Grouping::By::factor, 0});
  const Rect first = lay_out_gram(kBody, 216, order.levels, zoomed(216, 1.25, 0.5, 0.5)).matrix;
  for (const double factor : {2.0, 8.0, 54.0}) {
    const Rect later = lay_out_gram(kBody, 216, order.levels, zoomed(216, factor, 0.1, 0.9)).matrix;
    CHECK(later.min.x == first.min.x);
    CHECK(later.max.y == first.max.y);
  }
}

TEST_CASE("lay_out_gram: the names of rows appear once cells are large enough, beside what is seen of them") {
  const ImGuiScope scope;
  const GramOrder order = order_contexts(*make_attributes(3, 6), {Grouping::By::factor, 0});
  const auto single_rows = [&](const GramLayout& layout) {
    int count = 0;
    for (const auto& label : layout.labels) count += label.block->end - label.block->begin == 1 ? 1 : 0;
    return count;
  };
  CHECK(single_rows(lay_out_gram(kBody, 216, order.levels)) == 0);
  const GramLayout close = lay_out_gram(kBody, 216, order.levels, zoomed(216, 20.0, 0.5, 0.5));
  const auto seen = close.visible_rows();
  CHECK(single_rows(close) >= static_cast<int>(seen.end - seen.begin) - 2);
  for (const auto& label : close.labels) {
    CHECK(label.block->end > seen.begin);
    CHECK(label.block->begin < seen.end);
    CHECK(label.at.y >= close.matrix.min.y - 1.0f);
    CHECK(label.at.y <= close.matrix.max.y);
    CHECK(label.at.x >= kBody.min.x);
  }
}

TEST_CASE("lay_out_gram: whole, it is what it was before anybody zoomed") {
  const ImGuiScope scope;
  const GramOrder order = flagship_order();
  MatrixZoom zoom = zoomed(27, 3.0, 0.2, 0.2);
  zoom.show_whole();
  const GramLayout before = lay_out_gram(kBody, 27, order.levels);
  const GramLayout after = lay_out_gram(kBody, 27, order.levels, zoom);
  CHECK(after.matrix.min.x == before.matrix.min.x);
  CHECK(after.cell == before.cell);
  CHECK(after.labels.size() == before.labels.size());
  CHECK(after.first_row == 0.0);
}
