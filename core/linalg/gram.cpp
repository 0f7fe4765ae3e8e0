#include "core/linalg/gram.h"

#include <algorithm>
#include <limits>

#include "core/linalg/pair_cosines.h"

namespace gramscope {

MatrixD centre_columns(const MatrixD& x) {
  if (x.cols() == 0) return x;
  const VectorD mean = x.rowwise().mean();
  return x.colwise() - mean;
}

namespace {

/// U^T U, exactly symmetric and within [-1, 1].
MatrixD gram_of_units(const MatrixD& unit, const WorkDone& done = {}) {
  MatrixD gram(unit.cols(), unit.cols());
  for_each_product_tile(
      unit,
      [&](Index left, Index right, const MatrixD& tile) { gram.block(left, right, tile.rows(), tile.cols()) = tile; }, done);
  for (Index k = 0; k < gram.cols(); ++k) {
    for (Index j = 0; j < k; ++j) {
      const double cosine = gram(j, k);
      gram(j, k) = gram(k, j) = cosine < -1.0 ? -1.0 : cosine > 1.0 ? 1.0 : cosine;  // NaN passes through
    }
  }
  return gram;
}

MatrixD cosine_gram_of_units(const MatrixD& unit, const WorkDone& done) {
  MatrixD gram = gram_of_units(unit, done);
  for (Index k = 0; k < gram.cols(); ++k)
    if (gram(k, k) == gram(k, k)) gram(k, k) = 1.0;
  return gram;
}

}  // namespace

MatrixD unit_columns(const MatrixD& x) {
  // Each by its own norm first: the product of two norms could underflow where neither does.
  MatrixD unit = x;
  for (Index j = 0; j < unit.cols(); ++j) {
    const double norm = unit.col(j).stableNorm();
    if (norm > 0.0)
      unit.col(j) /= norm;
    else
      unit.col(j).setConstant(std::numeric_limits<double>::quiet_NaN());
  }
  return unit;
}

MatrixD cosine_gram(const MatrixD& x) { return cosine_gram_of_units(unit_columns(x), {}); }

double block_cosine_gram_work(Index rows, Index cols, Index block) {
  return product_tiles_work(rows, (cols + block - 1) / block);
}

MatrixD block_cosine_gram(const MatrixD& x, Index block, std::span<const Index> order, const WorkDone& done) {
  if (block <= 1) return cosine_gram_of_units(order.empty() ? unit_columns(x) : unit_columns(x(Eigen::all, order)), done);
  const Index blocks = (x.cols() + block - 1) / block;
  MatrixD means = MatrixD::Zero(x.rows(), blocks);
  VectorD counted = VectorD::Zero(blocks);
  for (Index i = 0; i < x.cols(); ++i) {
    const auto column = x.col(order.empty() ? i : order[static_cast<std::size_t>(i)]);
    const double norm = column.stableNorm();
    if (!(norm > 0.0)) continue;
    means.col(i / block) += column / norm;
    counted(i / block) += 1.0;
  }
  for (Index b = 0; b < blocks; ++b) means.col(b) /= counted(b);  // 0/0: undefined
  return gram_of_units(means, done);
}

VectorD centred_cosines_with(const MatrixD& x, Index j) {
  const VectorD mean = x.rowwise().mean();
  VectorD own = x.col(j) - mean;
  own /= own.stableNorm();  // 0/0: no direction
  VectorD cosines(x.cols());
  VectorD other(x.rows());
  for (Index k = 0; k < x.cols(); ++k) {
    other = x.col(k) - mean;
    other /= other.stableNorm();
    const double cosine = own.dot(other);
    cosines(k) = cosine < -1.0 ? -1.0 : cosine > 1.0 ? 1.0 : cosine;  // NaN passes through
  }
  if (cosines(j) == cosines(j)) cosines(j) = 1.0;
  return cosines;
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
