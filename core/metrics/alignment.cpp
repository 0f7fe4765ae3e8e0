#include "core/metrics/alignment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

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

double cka_with_identity_of_small_gram(const MatrixD& gram, Index points) {
  const double norm = gram.norm();
  if (!(norm > 0.0)) return kUndefined;
  return gram.trace() / norm / std::sqrt(static_cast<double>(points - 1));
}

double cka_with_identity_of_columns(const MatrixD& centred) {
  return cka_with_identity_of_small_gram(small_gram(centred), centred.cols());
}

namespace {

constexpr Index kRowsByValue = 128;  ///< of X that are summed by value at a time

/// |X Z|_F^2
double squared_sums_by_value(const MatrixD& x, const PointFactor& factor, const WorkDone& done) {
  double squared = 0.0;
  for (Index first = 0; first < x.rows(); first += kRowsByValue) {
    const Index rows = std::min(kRowsByValue, x.rows() - first);
    MatrixD sums = MatrixD::Zero(rows, factor.values);
    for (Index j = 0; j < x.cols(); ++j)
      sums.col(factor.value[static_cast<std::size_t>(j)]) += x.col(j).segment(first, rows);
    squared += sums.squaredNorm();
    if (done) done(static_cast<double>(rows) * static_cast<double>(x.cols()));
  }
  return squared;
}

double sum_of_squares(const std::vector<double>& counts) {
  double sum = 0.0;
  for (const double count : counts) sum += count * count;
  return sum;
}

/// <C Z_f Z_f^T C, C Z_g Z_g^T C> = |Z_f^T C Z_g|_F^2 = sum over pairs of values of (n_vw - n_v n_w / n)^2, where n_vw points
/// have both; most n_vw may be 0.
double kernel_product(const PointFactor& f, const PointFactor& g) {
  const auto n = static_cast<double>(f.value.size());
  std::vector<std::pair<Index, Index>> both;
  for (std::size_t j = 0; j < f.value.size(); ++j) both.emplace_back(f.value[j], g.value[j]);
  std::sort(both.begin(), both.end());
  double sum = (sum_of_squares(f.points) / n) * (sum_of_squares(g.points) / n);
  for (std::size_t first = 0; first < both.size();) {
    std::size_t last = first;
    while (last < both.size() && both[last] == both[first]) ++last;
    const auto count = static_cast<double>(last - first);
    const double expected = f.points[static_cast<std::size_t>(both[first].first)] *
                            g.points[static_cast<std::size_t>(both[first].second)] / n;
    sum += count * (count - 2.0 * expected);
    first = last;
  }
  return sum;
}

}  // namespace

double cka_with_factors(const MatrixD& centred, std::span<const PointFactor> factors, double gram_norm,
                        const WorkDone& done) {
  double along = 0.0;
  double kernel_squared = 0.0;
  bool varies = false;
  for (const auto& f : factors) {
    if (!f.is_defined()) return kUndefined;
    varies = varies || f.values > 1;
    for (const auto& g : factors) kernel_squared += kernel_product(f, g);
  }
  if (!varies || !(gram_norm > 0.0)) return kUndefined;
  for (const auto& f : factors) along += squared_sums_by_value(centred, f, done);
  return along / gram_norm / std::sqrt(kernel_squared);
}

}  // namespace gramscope
