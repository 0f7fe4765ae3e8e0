#include "app/matrix_zoom.h"

#include <doctest/doctest.h>

using namespace gramscope;
using namespace gramscope::app;

namespace {

MatrixZoom zoom_over(Index rows) {
  MatrixZoom zoom;
  zoom.adopt(rows);
  return zoom;
}

}  // namespace

TEST_CASE("MatrixZoom: the point under the mouse stays under the mouse, in and out again") {
  MatrixZoom zoom = zoom_over(100);
  const double at_x = 0.3;
  const double at_y = 0.65;
  for (const double factor : {1.25, 1.25, 1.25, 2.0, 1.0 / 1.25, 1.25}) {
    const double x = zoom.left() + at_x * zoom.span();
    const double y = zoom.top() + at_y * zoom.span();
    zoom.zoom(factor, x, y, at_x, at_y);
    CHECK(zoom.left() + at_x * zoom.span() == doctest::Approx(x).epsilon(1e-12));
    CHECK(zoom.top() + at_y * zoom.span() == doctest::Approx(y).epsilon(1e-12));
  }
  CHECK_FALSE(zoom.is_whole());
  for (int i = 0; i < 40; ++i) zoom.zoom(1.0 / 1.25, 0.9, 0.1, 0.5, 0.5);
  CHECK(zoom.is_whole());
  CHECK(zoom == zoom_over(100));
}

TEST_CASE("MatrixZoom: never beyond the matrix, never less than four cells") {
  MatrixZoom zoom = zoom_over(50);
  for (int i = 0; i < 60; ++i) zoom.zoom(1.25, 0.99, 0.01, 0.0, 1.0);
  CHECK(zoom.span() == doctest::Approx(4.0 / 50.0));
  CHECK(zoom.left() + zoom.span() <= 1.0 + 1e-12);
  CHECK(zoom.top() >= 0.0);
  zoom.pan(5.0, -5.0);
  CHECK(zoom.left() == doctest::Approx(1.0 - zoom.span()));
  CHECK(zoom.top() == 0.0);
  zoom.pan(-0.1, 0.2);
  CHECK(zoom.left() == doctest::Approx(0.9 - zoom.span()));
  CHECK(zoom.top() == doctest::Approx(0.2));
}

TEST_CASE("MatrixZoom: of four rows and fewer there is nothing to zoom into") {
  for (const Index rows : {0, 1, 4}) {
    MatrixZoom zoom = zoom_over(rows);
    zoom.zoom(3.0);
    CHECK(zoom.is_whole());
    zoom.pan(0.2, 0.2);
    CHECK(zoom.left() == 0.0);
  }
}

TEST_CASE("MatrixZoom: kept for the same rows, given up for another number of them") {
  MatrixZoom zoom = zoom_over(27);
  zoom.zoom(2.0);
  zoom.adopt(27);
  CHECK(zoom.span() == doctest::Approx(0.5));
  zoom.adopt(81);
  CHECK(zoom.is_whole());
}

TEST_CASE("MatrixZoom: what it is told to show is seen of the next matrix, to the bit, as far as there is so much of it") {
  MatrixZoom zoom = zoom_over(50);
  zoom.zoom(3.0, 0.3, 0.7, 0.4, 0.6);
  MatrixZoom other = zoom_over(9);
  other.show(zoom.left(), zoom.top(), zoom.span());
  other.adopt(50);
  CHECK(other == zoom);
  other.adopt(51);
  CHECK(other.is_whole());
  // A tenth of eight rows is less than one may see of them.
  other.show(0.9, 0.2, 0.1);
  other.adopt(8);
  CHECK(other.span() == 0.5);
  CHECK(other.left() == 0.5);
  CHECK(other.top() == 0.2);
  other.show(0.0, 0.0, 1.0);
  CHECK(other.is_whole());
}
