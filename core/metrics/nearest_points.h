#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/linalg/small_gram.h"
#include "core/metrics/point_factors.h"

namespace gramscope {

/// Cosines this far from the largest tie with it: at a simplex everything ties.
inline constexpr double kNearestTie = 1e-9;

/// The nearest neighbours of n points, from the cosines of all pairs, and how many of them share a point's value of a factor.
class NearestPoints {
 public:
  explicit NearestPoints(Index points) : nearest_(static_cast<std::size_t>(points)) {}

  /// Points j and k have that cosine.
  void add(Index j, Index k, double cosine) {
    if (cosine >= nearest_[static_cast<std::size_t>(j)].threshold) keep(nearest_[static_cast<std::size_t>(j)], k, cosine);
    if (cosine >= nearest_[static_cast<std::size_t>(k)].threshold) keep(nearest_[static_cast<std::size_t>(k)], j, cosine);
  }

  /// Columns first ... first + count - 1, of length 1 (d×count).
  using Units = std::function<MatrixD(Index first, Index count)>;

  /// Of each factor: the mean over the points of the share, among those nearest to it, that have its value (math.md section
  /// 4). To be called once all pairs have been added. Where a point has more ties than are kept, its cosines are made again
  /// from `units`. NaN for a factor without values.
  std::vector<double> purity(std::span<const PointFactor> factors, const Units& units, const WorkDone& done) const;

 private:
  struct Candidate {
    Index point = 0;
    double cosine = 0.0;
  };
  struct Nearest {
    double largest = -2.0;
    double threshold = -2.0;  ///< the least cosine that ties
    bool has_too_many = false;
    std::vector<Candidate> candidates;
  };

  static void keep(Nearest& nearest, Index point, double cosine);

  std::vector<Nearest> nearest_;
};

}  // namespace gramscope
