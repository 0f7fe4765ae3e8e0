#pragma once

#include "core/linalg/types.h"

namespace gramscope {

/// X (d×n) with the mean column subtracted from every column.
MatrixD centre_columns(const MatrixD& x);

/// corr(X)[j,k] = <x_j, x_k> / (|x_j| |x_k|), the cosines of the columns of X (d×n) (math.md section 3).
/// n×n, symmetric, in [-1, 1], 1 on the diagonal. At a simplex of centred columns: -1/(n-1) off it.
/// Columns of norm 0 have no direction: their row and column are NaN.
MatrixD cosine_gram(const MatrixD& x);

/// C K C with C = I - 11^T/n: a symmetric kernel (n×n) with row and column means removed.
MatrixD centre_kernel(const MatrixD& kernel);

}  // namespace gramscope
