#include "core/train/attribute_span.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gramscope {

namespace {

constexpr double kNegligible =
    1e-24;  ///< squared gradient, of a unit vector: the share's own error is far below its root
constexpr int kMostSearchSteps = 1000;  ///< as many as A has different singular values would do without rounding

}  // namespace

AttributeSpan::AttributeSpan(const Task& task) : contexts_(task.contexts) {
  std::vector<double> counts;
  for (const auto& factor : task.factors) {
    std::vector<int> distinct = factor.value;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    if (static_cast<Index>(distinct.size()) == task.contexts) continue;
    const auto first = static_cast<Index>(counts.size());
    counts.resize(counts.size() + distinct.size(), 0.0);
    std::vector<Index> columns;
    columns.reserve(factor.value.size());
    for (const int value : factor.value) {
      const auto found = std::lower_bound(distinct.begin(), distinct.end(), value);
      columns.push_back(first + (found - distinct.begin()));
      counts[static_cast<std::size_t>(columns.back())] += 1.0;
    }
    factors_.push_back(std::move(columns));
  }
  scale_ =
      Eigen::Map<const VectorD>(counts.data(), static_cast<Index>(counts.size())).cwiseSqrt().cwiseInverse();
}

/// A^T x with unit columns of A.
VectorD AttributeSpan::sums(const VectorD& contexts) const {
  VectorD values = VectorD::Zero(scale_.size());
  for (const auto& columns : factors_)
    for (std::size_t j = 0; j < columns.size(); ++j) values(columns[j]) += contexts(static_cast<Index>(j));
  return values.cwiseProduct(scale_);
}

/// A z.
VectorD AttributeSpan::spread(const VectorD& values) const {
  const VectorD scaled = values.cwiseProduct(scale_);
  VectorD contexts = VectorD::Zero(contexts_);
  for (const auto& columns : factors_)
    for (std::size_t j = 0; j < columns.size(); ++j) contexts(static_cast<Index>(j)) += scaled(columns[j]);
  return contexts;
}

double AttributeSpan::share(VectorD residual) const {
  // The indicators of a factor add up to 1: their span is that of the centred ones and 1, which a centred
  // vector has nothing of.
  residual.array() -= residual.mean();
  VectorD inside = VectorD::Zero(residual.size());
  VectorD gradient = sums(residual);
  VectorD direction = gradient;
  double squared = gradient.squaredNorm();
  const double negligible = kNegligible * residual.squaredNorm();
  for (int step = 0; step < kMostSearchSteps && squared > negligible; ++step) {
    const VectorD image = spread(direction);
    const double length = image.squaredNorm();
    if (!(length > 0.0)) break;
    inside += squared / length * image;
    residual -= squared / length * image;
    gradient = sums(residual);
    const double before = std::exchange(squared, gradient.squaredNorm());
    direction = gradient + squared / before * direction;
  }
  return std::clamp(inside.squaredNorm(), 0.0, 1.0);
}

VectorD AttributeSpan::shares(const MatrixD& directions) const {
  VectorD shares = VectorD::Zero(directions.cols());
  if (is_empty()) return shares;
  for (Index i = 0; i < directions.cols(); ++i) shares(i) = share(directions.col(i));
  return shares;
}

}  // namespace gramscope
