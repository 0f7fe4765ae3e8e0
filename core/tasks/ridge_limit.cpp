#include "core/tasks/ridge_limit.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/decomposition.h"
#include "core/random/philox.h"

namespace gramscope {

namespace {

// Lanczos finds the top singular value of matrices far larger than these tasks to rounding within so many products.
constexpr Index kMostProducts = 64;

/// A = (P - 11^T/V) diag(pi), applied without being formed.
class CentredTargets {
 public:
  CentredTargets(const SparseColumns& targets, const VectorD& weight, Index words)
      : targets_(targets), weight_(weight), words_(words) {}

  /// A^T A x (m)
  VectorD gram_times(const VectorD& x) const {
    VectorD y = VectorD::Zero(words_);
    for (Index j = 0; j < targets_.columns(); ++j) {
      const double share = weight_(j) * x(j);
      for_column(j, [&](Index word, double p) { y(word) += p * share; });
    }
    // 1^T P = 1^T, so that taking the mean off y is the centring of P.
    y.array() -= y.mean();
    VectorD result(weight_.size());
    for (Index j = 0; j < targets_.columns(); ++j) {
      double sum = 0.0;
      for_column(j, [&](Index word, double p) { sum += p * y(word); });
      result(j) = weight_(j) * sum;
    }
    return result;
  }

 private:
  template <class F>
  void for_column(Index j, F f) const {
    for (Index e = targets_.begin[static_cast<std::size_t>(j)]; e < targets_.begin[static_cast<std::size_t>(j) + 1]; ++e)
      f(targets_.word[static_cast<std::size_t>(e)], targets_.probability[static_cast<std::size_t>(e)]);
  }

  const SparseColumns& targets_;
  const VectorD& weight_;
  Index words_;
};

}  // namespace

double ridge_limit(const SparseColumns& targets, const VectorD& weight, Index words) {
  const Index m = weight.size();
  if (m == 0 || words == 0) return 0.0;
  const CentredTargets a(targets, weight, words);
  const Index products = std::min(m, kMostProducts);
  MatrixD basis(m, products);
  MatrixD tridiagonal = MatrixD::Zero(products, products);
  Random random(0);  // any start that no singular vector is orthogonal to
  VectorD q(m);
  for (Index j = 0; j < m; ++j) q(j) = random.normal();
  q.normalize();
  Index size = 0;
  while (size < products) {
    basis.col(size) = q;
    q = a.gram_times(basis.col(size));
    tridiagonal(size, size) = basis.col(size).dot(q);
    ++size;
    const auto known = basis.leftCols(size);
    for (int pass = 0; pass < 2; ++pass) q -= known * (known.transpose() * q).eval();
    const double norm = q.norm();
    if (size == products || !(norm > 1e-14 * tridiagonal(0, 0))) break;
    tridiagonal(size, size - 1) = tridiagonal(size - 1, size) = norm;
    q /= norm;
  }
  return std::sqrt(std::max(0.0, symmetric_eigenvalues(tridiagonal.topLeftCorner(size, size))(0)));
}

}  // namespace gramscope
