#pragma once

#include "core/linalg/small_gram.h"

namespace gramscope {

/// The eigenvalues of a symmetric A (n×n, whose lower triangle is read), descending, each within a few units in the last
/// place of the largest in size: A is brought to tridiagonal form by Householder reflections (Golub and Van Loan, "Matrix
/// Computations", 4th ed., algorithm 8.3.1; in panels of columns: Dongarra, Sorensen and
/// Hammarling, J. Comput. Appl. Math. 27, 1989), whose eigenvalues are found by QR steps. Unlike
/// symmetric_eigenvalues(), it tells `done` how far it is, which may throw. A is overwritten. Not finite where A is not.
VectorD eigenvalues_by_tridiagonal(MatrixD a, const WorkDone& done = {});

/// The multiplications that it takes, at the speed of a product of large matrices: most of them read A from memory, which
/// takes several times as long.
double eigenvalues_work(Index size);

}  // namespace gramscope
