#pragma once

#include <algorithm>

#include "core/linalg/types.h"
#include "core/linalg/work_done.h"

namespace gramscope {

/// Calls visit(left, right, tile) with the products of columns from `left` on with columns from `right` on, tile by tile of U^T U
/// (U d×n) on the diagonal and above it, always in the same order, so that memory does not grow with n.
template <class Visit>
void for_each_product_tile(const MatrixD& unit, Visit visit, const WorkDone& done = {}) {
  constexpr Index kTile = 512;
  const Index count = unit.cols();
  MatrixD tile;
  for (Index right = 0; right < count; right += kTile) {
    const Index columns = std::min(kTile, count - right);
    for (Index left = 0; left <= right; left += kTile) {
      const Index rows = std::min(kTile, count - left);
      tile.noalias() = unit.middleCols(left, rows).transpose() * unit.middleCols(right, columns);
      visit(left, right, tile);
      if (done) done(static_cast<double>(unit.rows()) * static_cast<double>(rows) * static_cast<double>(columns));
    }
  }
}

/// The multiplications that it takes.
inline double product_tiles_work(Index rows, Index cols) {
  return 0.5 * static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(cols + 512);
}

/// Calls visit(j, k, <u_j, u_k>) for every pair j < k of the columns of U (d×n), each once and always in the
/// same order. For columns of length 1 these are cosines, within rounding of [-1, 1]; NaN where a column is
/// NaN. Takes product_tiles_work().
template <class Visit>
void for_each_pair_cosine(const MatrixD& unit, Visit visit, const WorkDone& done = {}) {
  for_each_product_tile(
      unit,
      [&](Index left, Index right, const MatrixD& tile) {
        for (Index k = 0; k < tile.cols(); ++k) {
          const Index last = std::min(tile.rows(), right + k - left);
          for (Index j = 0; j < last; ++j) visit(left + j, right + k, tile(j, k));
        }
      },
      done);
}

}  // namespace gramscope
