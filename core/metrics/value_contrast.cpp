#include "core/metrics/value_contrast.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/linalg/gram.h"
#include "core/linalg/undefined.h"

namespace gramscope {

namespace {

constexpr Index kColumns = 256;

/// Mean distances up to this are what rounding leaves of 0, for points of one direction.
constexpr double kNoDistance = 1e-13;

bool has_both_kinds_of_pairs(const PointFactor& factor) {
  return factor.is_defined() && factor.values > 1 && static_cast<std::size_t>(factor.values) < factor.value.size();
}

/// Calls use(first, units) for all columns, at length 1, some at a time.
template <class Use>
void for_units(const MatrixD& x, Use use) {
  for (Index first = 0; first < x.cols(); first += kColumns)
    use(first, unit_columns(x.middleCols(first, std::min(kColumns, x.cols() - first))));
}

/// The sum of the unit vectors of each value (d×values).
MatrixD sums_by_value(const MatrixD& x, const PointFactor& factor) {
  MatrixD sums = MatrixD::Zero(x.rows(), factor.values);
  for_units(x, [&](Index first, const MatrixD& units) {
    for (Index j = 0; j < units.cols(); ++j) sums.col(factor.value[static_cast<std::size_t>(first + j)]) += units.col(j);
  });
  return sums;
}

double contrast_of(const MatrixD& sums, const PointFactor& factor) {
  const auto n = static_cast<double>(factor.value.size());
  // Over ordered pairs of different points: |sum|^2 counts each with itself once.
  double same = 0.0;
  double same_pairs = 0.0;
  for (Index v = 0; v < factor.values; ++v) {
    const double count = factor.points[static_cast<std::size_t>(v)];
    same += sums.col(v).squaredNorm() - count;
    same_pairs += count * (count - 1.0);
  }
  const double all = sums.rowwise().sum().squaredNorm() - n;
  const double other_pairs = n * (n - 1.0) - same_pairs;
  return same / same_pairs - (all - same) / other_pairs;
}

/// `along` are the products of one point with the sums of each value.
template <class Products>
double silhouette_of_point(const Products& along, const PointFactor& factor, Index own) {
  const double count = factor.points[static_cast<std::size_t>(own)];
  if (count < 2.0) return 0.0;
  const double within = (count - along(own)) / (count - 1.0);
  double nearest = std::numeric_limits<double>::infinity();
  for (Index v = 0; v < factor.values; ++v)
    if (v != own) nearest = std::min(nearest, 1.0 - along(v) / factor.points[static_cast<std::size_t>(v)]);
  const double larger = std::max(within, nearest);
  return larger > kNoDistance ? std::clamp((nearest - within) / larger, -1.0, 1.0) : 0.0;
}

double silhouette_of(const MatrixD& x, const MatrixD& sums, const PointFactor& factor, const WorkDone& done) {
  double sum = 0.0;
  MatrixD along;
  for_units(x, [&](Index first, const MatrixD& units) {
    along.noalias() = sums.transpose() * units;
    for (Index j = 0; j < units.cols(); ++j)
      sum += silhouette_of_point(along.col(j), factor, factor.value[static_cast<std::size_t>(first + j)]);
    if (done) done(static_cast<double>(along.size()) * static_cast<double>(x.rows()));
  });
  return sum / static_cast<double>(x.cols());
}

}  // namespace

std::vector<ValueContrast> value_contrasts(const MatrixD& x, std::span<const PointFactor> factors, const WorkDone& done) {
  std::vector<ValueContrast> contrasts(factors.size(), {kUndefined, kUndefined});
  for (std::size_t f = 0; f < factors.size(); ++f) {
    if (!has_both_kinds_of_pairs(factors[f])) continue;
    const MatrixD sums = sums_by_value(x, factors[f]);
    if (!sums.allFinite()) continue;
    contrasts[f] = {contrast_of(sums, factors[f]), silhouette_of(x, sums, factors[f], done)};
  }
  return contrasts;
}

double value_contrasts_work(Index rows, std::span<const PointFactor> factors) {
  double work = 0.0;
  for (const auto& factor : factors)
    if (has_both_kinds_of_pairs(factor))
      work += static_cast<double>(rows) * static_cast<double>(factor.value.size()) * static_cast<double>(factor.values + 8);
  return work;
}

}  // namespace gramscope
