#pragma once

#include <cstdint>

#include "core/tasks/task_work.h"
#include "core/theory/spherical_code_bound.h"

namespace gramscope {

struct SphericalCodeOptions {
  std::uint64_t seed = 1;
  Index most_starts = 80;  ///< random arrangements to begin from; fewer where each takes long
};

/// K unit vectors, as far apart as they could be brought.
struct SphericalCode {
  MatrixD points;                ///< d×K, columns of length 1
  double largest_cosine = -1.0;  ///< between two of them; -1 for a single point
  LargestCosineBound bound;      ///< what no arrangement falls below

  /// largest_cosine - bound, 0 or more but for rounding. 0: no arrangement is better.
  double gap() const { return largest_cosine - bound.cosine; }
};

/// Arranges `points` unit vectors in `dimension` dimensions so that their largest cosine is small: where K >
/// d + 1, the counterpart of the simplex that class means tend to (math.md section 5).
///
/// Exact where the answer is known: a simplex for K <= d + 1, the regular polygon at d = 2, axes and their
/// opposites for K <= 2d. Otherwise the soft maximum log(sum over i < j of exp(beta x_i.x_j)) / beta is
/// minimised (L-BFGS; Nocedal and Wright 2006, section 7.2) from several random starts, beta rising fourfold
/// from stage to stage; the best arrangements then go on to beta = 1e10, where the soft maximum is the
/// maximum to 2e-9. That is a local minimum: it has reached the best known cosine of the classical
/// arrangements of 8 to 240 points in 3 to 8 dimensions, and is an upper bound of it in general.
/// Deterministic for a seed. 27 points in 8 dimensions take a third of a second, 100 in 32 two seconds.
/// Throws Cancelled when `work` says so, and UsageError as largest_cosine_bound() does.
SphericalCode find_spherical_code(Index points, Index dimension, const SphericalCodeOptions& options = {},
                                  const TaskWork& work = {});

}  // namespace gramscope
