#pragma once

#include "core/linalg/types.h"

namespace gramscope::app {

/// Which square part of a square matrix is seen. Lengths are shares of the matrix's side, from its top left
/// corner, so that matrices over the same rows can be looked at alike whatever their sizes on the screen.
class MatrixZoom {
 public:
  double left() const { return left_; }
  double top() const { return top_; }
  double span() const { return span_; }  ///< 1: the whole matrix
  bool is_whole() const { return span_ >= 1.0; }

  /// To be called before use: a matrix with another number of rows than the one before is seen whole.
  void adopt(Index rows);
  void show_whole();
  /// Of the next matrix that is adopted that part, as far as it is one: 0 < span <= 1, left and top from 0 to 1 - span.
  void show(double left, double top, double span);
  /// Shows 1/factor times as much, and not less than four cells, with the point (x, y) of the matrix at the
  /// share (at_x, at_y) of the picture, as far as there is matrix to show.
  void zoom(double factor, double x, double y, double at_x, double at_y);
  /// The same about the middle of the picture.
  void zoom(double factor) { zoom(factor, left_ + 0.5 * span_, top_ + 0.5 * span_, 0.5, 0.5); }
  /// Moves the window by shares of the matrix's side.
  void pan(double x, double y);

  friend bool operator==(const MatrixZoom&, const MatrixZoom&) = default;

 private:
  double least_span() const;
  void keep_inside();

  double left_ = 0.0;
  double top_ = 0.0;
  double span_ = 1.0;
  Index rows_ = 0;  ///< of the matrix that was adopted last; 0: none since it was told what to show
};

}  // namespace gramscope::app
