#pragma once

#include "core/linalg/types.h"

namespace gramscope {

/// The squared singular values of X (d×n), descending, min(d, n) of them, as eigenvalues of the smaller of X X^T and
/// X^T X. Each is within a few units in the last place of the largest, so a singular value below 1e-8 of the largest
/// is noise; shares of the variance (math.md section 3) are exact to rounding.
VectorD squared_singular_values(const MatrixD& x);

/// exp(entropy of s_i^2 / sum s^2) (math.md section 3): from 1 (one direction) to the number of directions (all
/// equal). NaN if all are 0.
double effective_rank(const VectorD& squared_singular_values);

/// (sum s^2)^2 / sum s^4: from 1 to the number of directions. NaN if all are 0.
double participation_ratio(const VectorD& squared_singular_values);

/// The share of sum s^2 in the first `count`: 0 to 1. NaN if all are 0.
double explained_variance(const VectorD& squared_singular_values, Index count);

}  // namespace gramscope
