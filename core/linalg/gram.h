#pragma once

#include <span>

#include "core/linalg/types.h"
#include "core/linalg/work_done.h"

namespace gramscope {

/// X (d×n) with the mean column subtracted from every column.
MatrixD centre_columns(const MatrixD& x);

/// X with its columns at length 1; NaN where they are 0 and have no direction.
MatrixD unit_columns(const MatrixD& x);

/// corr(X)[j,k] = <x_j, x_k> / (|x_j| |x_k|), the cosines of the columns of X (d×n) (math.md section 3).
/// n×n, symmetric, in [-1, 1], 1 on the diagonal. At a simplex of centred columns: -1/(n-1) off it.
/// Columns of norm 0 have no direction: their row and column are NaN.
MatrixD cosine_gram(const MatrixD& x);

/// corr(X) averaged over blocks: entry (a, b) is the mean cosine of the pairs with one column in the a-th run of `block`
/// neighbouring columns and one in the b-th (the last run may be shorter), which is the product of the runs' mean unit
/// vectors. ceil(n/block) square, symmetric, in [-1, 1]; corr(X) itself where block = 1. Columns of norm 0 are left out,
/// and a run of nothing else is NaN. Memory and time grow with n, not with n^2. Where `order` is given (n indices, each
/// column once), runs are of columns that are neighbours in it.
MatrixD block_cosine_gram(const MatrixD& x, Index block, std::span<const Index> order = {}, const WorkDone& done = {});

/// The multiplications that it takes.
double block_cosine_gram_work(Index rows, Index cols, Index block);

/// One column of corr(X C), C = I - 11^T/n: the cosines of column j of X (d×n), less the mean column, with all of them. n, in
/// [-1, 1], 1 for j itself; NaN for columns that equal the mean, and all of them where j does. No copy of X is made.
VectorD centred_cosines_with(const MatrixD& x, Index j);

/// C K C with C = I - 11^T/n: a symmetric kernel (n×n) with row and column means removed.
MatrixD centre_kernel(const MatrixD& kernel);

}  // namespace gramscope
