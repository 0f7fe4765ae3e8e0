#pragma once

#include "core/linalg/decomposition.h"

namespace gramscope {

/// The `count` largest eigenvalues of a symmetric matrix A (n×n), descending, with their eigenvectors
/// (n×min(count, n)).
///
/// Block Lanczos with thick restarts (Wu and Simon, SIAM J. Matrix Anal. Appl. 22, 2000) until |A v - theta
/// v| <= kEigenResidual max |theta| for all of them: each value is then within that of an eigenvalue of A,
/// and usually within its square. What has converged is searched on from fresh vectors, until those find
/// nothing new: no copy of a multiple eigenvalue is missed. Begins with fixed random vectors: the same A
/// gives the same bits. Where A is hardly larger than the space that is searched in, it is decomposed in
/// full. Not finite where A is not.
SymmetricEigen leading_eigen(const MatrixD& a, Index count);

inline constexpr double kEigenResidual = 1e-10;

}  // namespace gramscope
