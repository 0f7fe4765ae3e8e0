#pragma once

#include "core/linalg/types.h"

namespace gramscope {

/// The points and dimensions that bounds and arrangements are made for.
inline constexpr Index kMostCodePoints = 2000;
inline constexpr Index kMostCodeDimensions = 4096;

/// What the largest cosine between K unit vectors in R^d cannot fall below.
struct LargestCosineBound {
  double cosine = 0.0;  ///< -1 to 1
  bool is_attained =
      false;  ///< some arrangement is known to have it as its largest cosine, for any K and d of this kind
  const char* name =
      "";  ///< "simplex", "regular polygon", "Rankin", "Fejes Tóth", "Levenshtein", "coincidence"
};

/// The best of the classical lower bounds on the largest cosine between `points` unit vectors in `dimension`
/// dimensions: how far apart class means can be where K > d + 1 leaves no room for a simplex (math.md section
/// 5).
///
/// K <= d + 1: -1/(K - 1), the simplex. d = 2: cos(2 pi/K), the regular polygon. d + 1 < K <= 2d: 0 (Rankin
/// 1955), attained by the axes and their opposites. Beyond, the larger of two: for d = 3 Fejes Tóth's (1943),
/// 1/(2 sin^2(pi K / (6 (K - 2)))) - 1, sharp for K = 6 and 12; and Levenshtein's (1979; "Universal bounds
/// for codes and designs", 1998, theorem 5.42), sharp for (d, K) = (5, 16), (6, 27), (7, 56), (8, 240) and
/// others. Welch's bound is none of these: it is on absolute values, and the icosahedron's largest cosine is
/// below it.
///
/// Degenerate: one point has no pair, the cosine is -1; three points on a line coincide, 1.
/// Throws UsageError unless 1 <= points <= kMostCodePoints and 1 <= dimension <= kMostCodeDimensions.
LargestCosineBound largest_cosine_bound(Index points, Index dimension);

}  // namespace gramscope
