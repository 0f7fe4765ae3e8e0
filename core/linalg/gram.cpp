#include "core/linalg/gram.h"

#include <algorithm>
#include <limits>

namespace gramscope {

MatrixD centre_columns(const MatrixD& x) {
  if (x.cols() == 0) return x;
  const VectorD mean = x.rowwise().mean();
  return x.colwise() - mean;
}

MatrixD cosine_gram(const MatrixD& x) {
  // Columns are brought to length 1 first: the product of two norms could underflow where neither does.
  MatrixD unit = x;
  for (Index j = 0; j < unit.cols(); ++j) {
    const double norm = unit.col(j).stableNorm();
    if (norm > 0.0)
      unit.col(j) /= norm;
    else
      unit.col(j).setConstant(std::numeric_limits<double>::quiet_NaN());
  }
  MatrixD gram(x.cols(), x.cols());
  gram.noalias() = unit.transpose() * unit;
  for (Index k = 0; k < gram.cols(); ++k) {
    for (Index j = 0; j < k; ++j) {
      const double cosine = gram(j, k);
      gram(j, k) = gram(k, j) = cosine < -1.0 ? -1.0 : cosine > 1.0 ? 1.0 : cosine;  // NaN passes through
    }
    if (gram(k, k) == gram(k, k)) gram(k, k) = 1.0;
  }
  return gram;
}

MatrixD centre_kernel(const MatrixD& kernel) {
  if (kernel.cols() == 0) return kernel;
  const VectorD row_mean = kernel.rowwise().mean();
  const double mean = row_mean.mean();
  MatrixD centred = kernel;
  centred.colwise() -= row_mean;
  centred.rowwise() -= row_mean.transpose();
  centred.array() += mean;
  return centred;
}

}  // namespace gramscope
