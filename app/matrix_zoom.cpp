#include "app/matrix_zoom.h"

#include <algorithm>

namespace gramscope::app {
namespace {

constexpr double kFewestCells = 4.0;

}  // namespace

void MatrixZoom::adopt(Index rows) {
  if (rows == rows_) return;
  const bool is_first = rows_ == 0;
  rows_ = rows;
  if (!is_first) return show_whole();
  // What it was told to show may be less of this one than can be seen of any.
  span_ = std::max(span_, least_span());
  keep_inside();
}

void MatrixZoom::show(double left, double top, double span) {
  left_ = left;
  top_ = top;
  span_ = std::clamp(span, 0.0, 1.0);
  rows_ = 0;
  keep_inside();
}

void MatrixZoom::show_whole() {
  left_ = top_ = 0.0;
  span_ = 1.0;
}

void MatrixZoom::zoom(double factor, double x, double y, double at_x, double at_y) {
  span_ = std::clamp(span_ / factor, least_span(), 1.0);
  // Rounding must not leave a picture that is whole but for a hair, and says that it is not.
  if (span_ > 1.0 - 1e-9) return show_whole();
  left_ = x - at_x * span_;
  top_ = y - at_y * span_;
  keep_inside();
}

void MatrixZoom::pan(double x, double y) {
  left_ += x;
  top_ += y;
  keep_inside();
}

double MatrixZoom::least_span() const {
  return rows_ > 0 ? std::min(1.0, kFewestCells / static_cast<double>(rows_)) : 1.0;
}

void MatrixZoom::keep_inside() {
  left_ = std::clamp(left_, 0.0, 1.0 - span_);
  top_ = std::clamp(top_, 0.0, 1.0 - span_);
}

}  // namespace gramscope::app
