#include "core/metrics/neural_collapse.h"

#include <cmath>
#include <limits>

#include "core/linalg/gram.h"

namespace gramscope {

namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// Mean of f(cosine) over the pairs c < c'.
template <class F>
double mean_over_pairs(const MatrixD& cosines, F f) {
  double sum = 0.0;
  for (Index k = 0; k < cosines.cols(); ++k)
    for (Index j = 0; j < k; ++j) sum += f(cosines(j, k));
  return sum / (0.5 * static_cast<double>(cosines.cols()) * static_cast<double>(cosines.cols() - 1));
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
  const MatrixD cosines = cosine_gram(x);
  const double mean = mean_over_pairs(cosines, [](double cosine) { return cosine; });
  return std::sqrt(mean_over_pairs(cosines, [&](double cosine) { return (cosine - mean) * (cosine - mean); }));
}

double nc2_max_angle(const MatrixD& x) {
  if (x.cols() < 2) return kUndefined;
  const double ideal = 1.0 / static_cast<double>(x.cols() - 1);
  return mean_over_pairs(cosine_gram(x), [&](double cosine) { return std::abs(cosine + ideal); });
}

double nc2_etf_error(const MatrixD& x) {
  const Index k = x.cols();
  if (k < 2) return kUndefined;
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
