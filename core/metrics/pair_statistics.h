#pragma once

#include <span>
#include <vector>

#include "core/linalg/small_gram.h"
#include "core/metrics/point_factors.h"

namespace gramscope {

/// What the metrics need of all pairs c < c' of columns x_c (d×K), from one pass over their products in blocks: memory does
/// not grow with K^2, and every product of two blocks is made once.
struct PairStatistics {
  /// Population standard deviation of cos(x_c, x_c'); nc2_equiangular. NaN where a column is 0 and has no direction.
  double cosine_deviation = 0.0;
  /// Mean of |cos(x_c, x_c') + 1/(K-1)|; nc2_max_angle. NaN likewise.
  double distance_from_simplex = 0.0;
  /// Mean of -log |u_c - u_c'| with u = x/|x|; gnc2_log. NaN likewise, and where two columns have one direction.
  double minus_log_distance = 0.0;
  /// Mean of (v_c + v_c') / (2 |x_c - x_c'|^2); nc1_cdnv. NaN where two columns are equal, or no variances are given.
  double variance_per_distance = 0.0;
  /// Of each factor the share of the columns whose nearest other one has their value, see NearestPoints; purity_<factor>.
  /// NaN where a column is 0 or the factor has no values.
  std::vector<double> purity;
};

/// What to gather besides what the cosines give.
struct PairOptions {
  std::span<const double> variances = {};  ///< K: v_c; empty: no variance_per_distance
  std::span<const PointFactor> factors = {};
  double resolution = 0.0;  ///< lengths up to this are what rounding leaves; see CentredMeans
};

/// All NaN for K < 2. Calls `done` every few hundredths of a second.
PairStatistics pair_statistics(const MatrixD& x, const PairOptions& options = {}, const WorkDone& done = {});

/// The multiplications that it takes, as long as few columns tie for the nearest.
double pair_statistics_work(Index rows, Index cols);

}  // namespace gramscope
