#include "core/linalg/spectrum.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/decomposition.h"
#include "core/linalg/undefined.h"

namespace gramscope {

VectorD squared_singular_values(const MatrixD& x) {
  if (x.size() == 0) return {};
  MatrixD gram;
  if (x.rows() <= x.cols())
    gram.noalias() = x * x.transpose();
  else
    gram.noalias() = x.transpose() * x;
  return symmetric_eigenvalues(gram).cwiseMax(0.0);
}

double effective_rank(const VectorD& squared) {
  const double total = squared.sum();
  if (!(total > 0.0)) return kUndefined;
  double entropy = 0.0;
  for (const double value : squared) {
    const double share = value / total;
    if (share > 0.0) entropy -= share * std::log(share);
  }
  return std::exp(entropy);
}

double participation_ratio(const VectorD& squared) {
  const double total = squared.sum();
  if (!(total > 0.0)) return kUndefined;
  return 1.0 / (squared / total).squaredNorm();
}

double explained_variance(const VectorD& squared, Index count) {
  const double total = squared.sum();
  if (!(total > 0.0)) return kUndefined;
  return std::min(1.0, squared.head(std::min(count, squared.size())).sum() / total);
}

}  // namespace gramscope
