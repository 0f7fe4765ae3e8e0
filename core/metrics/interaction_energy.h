#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/linalg/small_gram.h"
#include "core/metrics/point_factors.h"

namespace gramscope {

/// The orthogonal ANOVA decomposition of points over crossed factors (math.md section 4): of X (d×n, columns of mean 0) the
/// share of |X|_F^2 = tr(C G C) that lies in the main effects, in the interactions of two factors, and so on.
struct InteractionEnergies {
  /// share[o - 1]: in interactions of exactly o factors; one for each factor that varies. 0 to 1. They sum to 1 where every
  /// combination of values has one point, else to the share between combinations. At the symmetric state each is its number
  /// of dimensions, sum over sets of o factors of prod (values - 1), over n - 1: 6/26 for the main effects of 3×3×3.
  std::vector<double> share;
  std::string undefined;  ///< why there are none: not every combination of values has equally many points
};

/// Every component is a difference of marginal means by inclusion and exclusion. They are had by an orthonormal change of
/// basis along one factor after another, from values to their mean and their v - 1 Helmert contrasts (Helmert 1876), so that
/// small shares keep their digits, and n d (sum of values) multiplications suffice. All shares NaN where X is 0.
InteractionEnergies interaction_energies(const MatrixD& x, std::span<const PointFactor> factors, const WorkDone& done = {});

/// The multiplications that it takes.
double interaction_energies_work(Index rows, Index cols, std::size_t factors);

}  // namespace gramscope
