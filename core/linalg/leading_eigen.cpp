#include "core/linalg/leading_eigen.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/random/philox.h"

namespace gramscope {

namespace {

// Measured on a flat spectrum of 1,024, the slowest there is, with 64 wanted: narrow blocks take a third of
// the products with A that blocks of 64 take, since their powers of A are higher.
constexpr Index kBlock = 16;
constexpr Index kRoom = 4;          ///< vectors of the basis, times those wanted, at which it restarts
constexpr Index kKept = 2;          ///< Ritz vectors that it restarts with, likewise
constexpr double kLost = 1e-10;     ///< of a column: what is left is no direction of its own any more
constexpr int kMostPasses = 8;      ///< reached where nothing is finite
constexpr int kMostRestarts = 400;  ///< far beyond what a flat spectrum takes; what is there then is given

void fill_randomly(Eigen::Ref<VectorD> vector, Random& random) {
  for (double& value : vector) value = random.normal();
}

MatrixD random_block(Index rows, Random& random) {
  MatrixD block(rows, kBlock);
  for (Index j = 0; j < kBlock; ++j) fill_randomly(block.col(j), random);
  return block;
}

/// Orthonormal columns in place of `block` (n×b) that are orthogonal to `basis` (n×k), n >= k + b. Until
/// twice nothing was lost, since what cancels (of a block that is nearly inside the basis) leaves rounding. A
/// column of which nothing is left gives way to a random one, in which the search goes on.
void orthonormalise(MatrixD& block, const Eigen::Ref<const MatrixD>& basis, Random& random) {
  int clean = 0;
  for (int pass = 0; pass < kMostPasses && clean < 2; ++pass) {
    const VectorD before = block.colwise().norm();
    const MatrixD inside = basis.transpose() * block;
    block.noalias() -= basis * inside;
    Qr qr = householder_qr(block, block.cols());
    block = std::move(qr.q);
    ++clean;
    for (Index j = 0; j < block.cols(); ++j)
      if (!(std::abs(qr.r(j, j)) > kLost * before(j))) {
        fill_randomly(block.col(j), random);
        clean = 0;
      }
  }
}

/// The space that is searched, of orthonormal columns Q, and its image.
struct KrylovSpace {
  KrylovSpace(const MatrixD& matrix, Index room)
      : a(matrix), basis(matrix.rows(), room), image(matrix.rows(), room) {}

  /// Fills the room with `next`, its image, the image of that, and so on; what would come next is in `next`
  /// then.
  void fill(MatrixD& next, Random& random) {
    while (filled + kBlock <= basis.cols()) {
      basis.middleCols(filled, kBlock) = next;
      image.middleCols(filled, kBlock).noalias() = a * next;
      next = image.middleCols(filled, kBlock);
      filled += kBlock;
      orthonormalise(next, basis.leftCols(filled), random);
    }
  }

  /// Eigenvalues of Q^T A Q and the vectors that belong to them, in place of Q: the leading `kept`.
  VectorD restart(Index kept) {
    const MatrixD projected = basis.leftCols(filled).transpose() * image.leftCols(filled);
    const SymmetricEigen ritz = symmetric_eigen(0.5 * (projected + projected.transpose()));
    basis.leftCols(kept) = (basis.leftCols(filled) * ritz.vectors.leftCols(kept)).eval();
    image.leftCols(kept) = (image.leftCols(filled) * ritz.vectors.leftCols(kept)).eval();
    filled = kept;
    return ritz.values.head(kept);
  }

  const MatrixD& a;
  MatrixD basis;  ///< Q
  MatrixD image;  ///< A Q
  Index filled = 0;
};

}  // namespace

SymmetricEigen leading_eigen(const MatrixD& a, Index count) {
  const Index room = std::max(kRoom * count, kRoom * kBlock);
  if (a.rows() < room + 2 * kBlock) {
    const SymmetricEigen all = symmetric_eigen(a);
    const Index there = std::min(count, a.rows());
    return {all.values.head(there), all.vectors.leftCols(there)};
  }
  Random random(0x6c656164);
  KrylovSpace space(a, room);
  MatrixD next = random_block(a.rows(), random);
  orthonormalise(next, space.basis.leftCols(0), random);
  VectorD confirmed;  // values that have converged, to be found again in spite of fresh vectors
  for (int restart = 0;; ++restart) {
    space.fill(next, random);
    const VectorD values = space.restart(kKept * count);
    const auto leading = values.head(count);
    const double tolerance = kEigenResidual * values.cwiseAbs().maxCoeff();
    const MatrixD residual = space.image.leftCols(count) - space.basis.leftCols(count) * leading.asDiagonal();
    const bool has_converged = !(residual.colwise().norm().maxCoeff() > tolerance);
    const bool is_confirmed =
        has_converged && confirmed.size() > 0 && !((leading - confirmed).cwiseAbs().maxCoeff() > tolerance);
    if (is_confirmed || restart == kMostRestarts) return {leading, space.basis.leftCols(count)};
    if (!has_converged) continue;
    confirmed = leading;
    next = random_block(a.rows(), random);
    orthonormalise(next, space.basis.leftCols(space.filled), random);
  }
}

}  // namespace gramscope
