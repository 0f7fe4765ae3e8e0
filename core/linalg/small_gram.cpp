#include "core/linalg/small_gram.h"

#include <algorithm>

namespace gramscope {

namespace {

constexpr Index kDepth = 512;  ///< columns or rows of Y that are summed over at a time
constexpr Index kTile = 512;   ///< side of the squares in which the lower triangle is made

}  // namespace

MatrixD small_gram(const MatrixD& x, const VectorD& shift, const WorkDone& done) {
  const bool is_wide = x.rows() < x.cols();
  const Index size = is_wide ? x.rows() : x.cols();
  const Index depth = is_wide ? x.cols() : x.rows();
  MatrixD gram = MatrixD::Zero(size, size);
  MatrixD part;
  for (Index first = 0; first < depth; first += kDepth) {
    const Index count = std::min(kDepth, depth - first);
    if (is_wide)
      part = x.middleCols(first, count).colwise() - shift;
    else
      part = (x.middleRows(first, count).colwise() - shift.segment(first, count)).transpose();
    for (Index column = 0; column < size; column += kTile) {
      const Index columns = std::min(kTile, size - column);
      for (Index row = column; row < size; row += kTile) {
        const Index rows = std::min(kTile, size - row);
        gram.block(row, column, rows, columns).noalias() +=
            part.middleRows(row, rows) * part.middleRows(column, columns).transpose();
        if (done) done(static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(count));
      }
    }
  }
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
  return gram;
}

MatrixD small_gram(const MatrixD& x, const WorkDone& done) { return small_gram(x, VectorD::Zero(x.rows()), done); }

double small_gram_work(Index rows, Index cols) {
  const auto size = static_cast<double>(std::min(rows, cols));
  // Of the squares on the diagonal both halves are made.
  return 0.5 * size * (size + std::min(size, static_cast<double>(kTile))) * static_cast<double>(std::max(rows, cols));
}

}  // namespace gramscope
