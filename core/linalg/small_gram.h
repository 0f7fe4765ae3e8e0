#pragma once

#include "core/linalg/types.h"
#include "core/linalg/work_done.h"

namespace gramscope {

/// The smaller of Y Y^T and Y^T Y for Y = X - shift 1^T (X d×n, shift d): both have the same eigenvalues but for zeros, and
/// so the same trace and Frobenius norm. d×d where d < n, else n×n; exactly symmetric. Y is made in parts, so that memory
/// beside the result stays below a thousand columns or rows of X.
MatrixD small_gram(const MatrixD& x, const VectorD& shift, const WorkDone& done = {});

/// With no shift.
MatrixD small_gram(const MatrixD& x, const WorkDone& done = {});

/// The multiplications that small_gram() takes.
double small_gram_work(Index rows, Index cols);

}  // namespace gramscope
