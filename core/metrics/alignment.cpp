#include "core/metrics/alignment.h"

#include <cmath>

#include "core/linalg/gram.h"
#include "core/linalg/undefined.h"

namespace gramscope {

namespace {

/// A centred kernel is 0 when what is left of it is rounding.
bool vanishes(const MatrixD& centred, const MatrixD& kernel) {
  return !(centred.norm() > 1e-14 * kernel.norm());
}

}  // namespace

double cka(const MatrixD& gram, const MatrixD& kernel) {
  const MatrixD g = centre_kernel(gram);
  const MatrixD k = centre_kernel(kernel);
  if (vanishes(g, gram) || vanishes(k, kernel)) return kUndefined;
  return (g / g.norm()).cwiseProduct(k / k.norm()).sum();
}

double cka_with_identity(const MatrixD& gram) {
  const MatrixD g = centre_kernel(gram);
  if (vanishes(g, gram)) return kUndefined;
  // <CGC, C> = trace(CGC), |C|_F = sqrt(n-1)
  return g.trace() / g.norm() / std::sqrt(static_cast<double>(g.cols() - 1));
}

double cka_with_identity_of_columns(const MatrixD& centred) {
  MatrixD scatter;
  if (centred.rows() <= centred.cols())
    scatter.noalias() = centred * centred.transpose();
  else
    scatter.noalias() = centred.transpose() * centred;
  const double norm = scatter.norm();
  if (!(norm > 0.0)) return kUndefined;
  return scatter.trace() / norm / std::sqrt(static_cast<double>(centred.cols() - 1));
}

double contrast(const MatrixD& cosines, std::span<const int> value) {
  double same = 0.0;
  double other = 0.0;
  Index same_pairs = 0;
  Index other_pairs = 0;
  for (Index k = 0; k < cosines.cols(); ++k) {
    for (Index j = 0; j < k; ++j) {
      const bool is_same = value[static_cast<std::size_t>(j)] == value[static_cast<std::size_t>(k)];
      (is_same ? same : other) += cosines(j, k);
      ++(is_same ? same_pairs : other_pairs);
    }
  }
  if (same_pairs == 0 || other_pairs == 0) return kUndefined;
  return same / static_cast<double>(same_pairs) - other / static_cast<double>(other_pairs);
}

}  // namespace gramscope
