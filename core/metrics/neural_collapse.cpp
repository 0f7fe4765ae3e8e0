#include "core/metrics/neural_collapse.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/gram.h"
#include "core/linalg/undefined.h"

namespace gramscope {

namespace {

/// Columns whose cosines with all before them are held at a time.
constexpr Index kColumns = 1024;

/// Mean of f(cosine) over the pairs c < c' of columns of length 1.
template <class F>
double mean_over_pairs(const MatrixD& unit, F f) {
  const Index count = unit.cols();
  double sum = 0.0;
  MatrixD cosines;
  for (Index first = 0; first < count; first += kColumns) {
    const Index n = std::min(kColumns, count - first);
    cosines.noalias() = unit.leftCols(first + n).transpose() * unit.middleCols(first, n);
    for (double& cosine : cosines.reshaped()) cosine = cosine < -1.0 ? -1.0 : cosine > 1.0 ? 1.0 : cosine;  // NaN stays
    for (Index k = 0; k < n; ++k)
      for (Index j = 0; j < first + k; ++j) sum += f(cosines(j, k));
  }
  return sum / (0.5 * static_cast<double>(count) * static_cast<double>(count - 1));
}

/// |G/|G| - T|_F of G = X^T X through the d×d matrix X X^T, whose norm is the same: |G/|G| - T|^2 = 2 - 2 <G/|G|, T>
/// with <G, T> = (tr G - |X 1|^2/K) / sqrt(K-1). With K > d + 1 it is never near 0, where this would lose digits.
double etf_error_from_scatter(const MatrixD& x) {
  MatrixD scatter;
  scatter.noalias() = x * x.transpose();
  const double norm = scatter.norm();
  if (!(norm > 0.0)) return kUndefined;
  const auto k = static_cast<double>(x.cols());
  const double along = (scatter.trace() - x.rowwise().sum().squaredNorm() / k) / std::sqrt(k - 1.0) / norm;
  return std::sqrt(std::max(0.0, 2.0 - 2.0 * along));
}

}  // namespace

double nc2_equinorm(const MatrixD& x) {
  if (x.cols() < 2) return kUndefined;
  const VectorD norms = x.colwise().stableNorm();
  const double mean = norms.mean();
  if (!(norms.minCoeff() > 0.0)) return kUndefined;
  return std::sqrt((norms.array() - mean).square().mean()) / mean;
}

double nc2_equiangular(const MatrixD& x) {
  if (x.cols() < 2) return kUndefined;
  const MatrixD unit = unit_columns(x);
  const double mean = mean_over_pairs(unit, [](double cosine) { return cosine; });
  return std::sqrt(mean_over_pairs(unit, [&](double cosine) { return (cosine - mean) * (cosine - mean); }));
}

double nc2_max_angle(const MatrixD& x) {
  if (x.cols() < 2) return kUndefined;
  const double ideal = 1.0 / static_cast<double>(x.cols() - 1);
  return mean_over_pairs(unit_columns(x), [&](double cosine) { return std::abs(cosine + ideal); });
}

double nc2_etf_error(const MatrixD& x) {
  const Index k = x.cols();
  if (k < 2) return kUndefined;
  if (k > kColumns && k > x.rows() + 1) return etf_error_from_scatter(x);
  MatrixD gram(k, k);
  gram.noalias() = x.transpose() * x;
  const double norm = gram.norm();
  if (!(norm > 0.0)) return kUndefined;
  gram /= norm;
  const double scale = 1.0 / std::sqrt(static_cast<double>(k - 1));
  gram.array() += scale / static_cast<double>(k);
  gram.diagonal().array() -= scale;
  return gram.norm();
}

}  // namespace gramscope
