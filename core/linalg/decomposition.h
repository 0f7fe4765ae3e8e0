#pragma once

#include "core/linalg/types.h"

namespace gramscope {

/// A = U diag(s) V^T with s descending (a×b; U a×min(a, b), V b×min(a, b)). Compiled in one place: Eigen's
/// decompositions are the slowest thing to compile in the tree.
struct ThinSvd {
  MatrixD u;
  VectorD s;
  MatrixD v;
};
ThinSvd thin_svd(const MatrixD& a);
/// The singular values alone (a×b; min(a, b) of them, descending), each within a few units in the last place of the
/// largest: unlike roots of a Gram matrix's eigenvalues, which lose half the digits of the small ones.
VectorD singular_values(const MatrixD& a);

/// |A|_*, the sum of the singular values: each within a few units in the last place of the largest. 0 for an empty matrix.
double nuclear_norm(const MatrixD& a);

/// A = V diag(values) V^T of a symmetric matrix, eigenvalues descending; `vectors` in the columns.
struct SymmetricEigen {
  VectorD values;
  MatrixD vectors;
};
SymmetricEigen symmetric_eigen(const MatrixD& a);
/// The eigenvalues alone, descending: a third of the work.
VectorD symmetric_eigenvalues(const MatrixD& a);
/// The eigenvalues of the symmetric tridiagonal matrix with that diagonal (n) and those entries beside it (n - 1), descending.
VectorD tridiagonal_eigenvalues(const VectorD& diagonal, const VectorD& beside);

/// A = L L^T of a symmetric positive definite matrix, L lower triangular. `reciprocal_condition` estimates 1/(|A|_1 |A^-1|_1),
/// which the smallest eigenvalue over the largest is not below; 0 where A is not positive definite.
struct Cholesky {
  MatrixD l;
  double reciprocal_condition = 0.0;
};
Cholesky cholesky(const MatrixD& a);

/// A (a×b) = Q R with R min(a, b)×b upper triangular and Q a×columns, columns <= a: orthonormal, cut or completed to
/// that many columns.
struct Qr {
  MatrixD q;
  MatrixD r;
};
Qr householder_qr(const MatrixD& a, Index columns);

/// An orthonormal basis (a×rank) of the columns of A, directions under `threshold` of the largest left out.
MatrixD column_basis(const MatrixD& a, double threshold);

}  // namespace gramscope
