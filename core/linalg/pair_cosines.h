#pragma once

#include <algorithm>

#include "core/linalg/types.h"
#include "core/linalg/work_done.h"

namespace gramscope {

/// Calls visit(j, k, <u_j, u_k>) for every pair j < k of the columns of U (d×n), each once and always in the
/// same order. For columns of length 1 these are cosines, within rounding of [-1, 1]; NaN where a column is
/// NaN. Products are made in tiles, so that memory does not grow with n.
template <class Visit>
void for_each_pair_cosine(const MatrixD& unit, Visit visit, const WorkDone& done = {}) {
  constexpr Index kTile = 512;
  const Index count = unit.cols();
  MatrixD tile;
  for (Index right = 0; right < count; right += kTile) {
    const Index columns = std::min(kTile, count - right);
    for (Index left = 0; left <= right; left += kTile) {
      const Index rows = std::min(kTile, count - left);
      tile.noalias() = unit.middleCols(left, rows).transpose() * unit.middleCols(right, columns);
      for (Index k = 0; k < columns; ++k) {
        const Index last = std::min(rows, right + k - left);
        for (Index j = 0; j < last; ++j) visit(left + j, right + k, tile(j, k));
      }
      if (done) done(static_cast<double>(unit.rows()) * static_cast<double>(rows) * static_cast<double>(columns));
    }
  }
}

/// The multiplications that it takes.
inline double pair_cosine_work(Index rows, Index cols) {
  return 0.5 * static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(cols + 512);
}

}  // namespace gramscope
