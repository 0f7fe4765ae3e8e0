#pragma once

#include <span>
#include <vector>

#include "core/linalg/small_gram.h"
#include "core/metrics/point_factors.h"

namespace gramscope {

/// How points stand to those that share a factor's value (math.md section 4).
struct ValueContrast {
  /// Mean cosine over the pairs that share the value minus the mean over the others: -2 to 2, 0 at the symmetric state. NaN
  /// where there are no pairs of one of the two kinds, or a column is 0 and has no direction.
  double contrast = 0.0;
  /// Mean of (b - a) / max(a, b) with a the mean distance 1 - cos to the others of a point's value and b the smallest mean
  /// distance to those of another value (Rousseeuw 1987); points alone in their value count 0. -1 to 1; 0 at the symmetric
  /// state. NaN likewise.
  double silhouette = 0.0;
};

/// Of every factor, for the columns of X (d×n). Exact, from the sums of the unit vectors of each value: O(n d) for each
/// value of a factor, and nothing over pairs.
std::vector<ValueContrast> value_contrasts(const MatrixD& x, std::span<const PointFactor> factors, const WorkDone& done = {});

/// The multiplications that it takes.
double value_contrasts_work(Index rows, std::span<const PointFactor> factors);

}  // namespace gramscope
