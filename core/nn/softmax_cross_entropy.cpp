#include "core/nn/softmax_cross_entropy.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

namespace gramscope {

namespace {

// Columns are taken in groups that stay in the first-level cache between the passes over them.
constexpr Index kGroupEntries = 4096;
constexpr Index kGroupColumns = 64;

}  // namespace

template <class T>
double softmax_cross_entropy(Eigen::Ref<Matrix<T>> logits, const SparseColumns& targets,
                             const VectorD& weight, Index first_context, double smoothing) {
  const Index words = logits.rows();
  const Index columns = logits.cols();
  assert(first_context + columns <= targets.columns() && targets.columns() == weight.size());
  const Index group = words == 0 ? 1 : std::clamp<Index>(kGroupEntries / words, 1, kGroupColumns);

  double cross_entropy = 0.0;
  // Per column of a group: sum_z P_zj (L_zj - max L_:j), which the exponential would overwrite.
  std::array<double, kGroupColumns> expected_logit;
  // What smoothing adds to the loss of a column: eps (sum_z P_zj L_zj - mean L_:j).
  std::array<double, kGroupColumns> smoothing_loss{};
  const double uniform = smoothing / static_cast<double>(words);  // eps/V

  for (Index group_begin = 0; group_begin < columns; group_begin += group) {
    const Index n = std::min(group, columns - group_begin);
    auto block = logits.middleCols(group_begin, n);

    // L <- L - max, so that the exponentials stay in (0, 1] with a 1 among them
    for (Index i = 0; i < n; ++i) {
      auto column = block.col(i);
      const T highest = column.template maxCoeff<Eigen::PropagateNaN>();
      const T lowest = column.template minCoeff<Eigen::PropagateNaN>();
      if (!std::isfinite(highest) || !std::isfinite(lowest)) {
        column.setConstant(std::numeric_limits<T>::quiet_NaN());
        expected_logit[static_cast<std::size_t>(i)] = std::numeric_limits<double>::quiet_NaN();
        continue;
      }
      column.array() -= highest;
      const auto context = static_cast<std::size_t>(first_context + group_begin + i);
      double expected = 0.0;
      for (Index e = targets.begin[context]; e < targets.begin[context + 1]; ++e) {
        const auto entry = static_cast<std::size_t>(e);
        expected += targets.probability[entry] * static_cast<double>(column(targets.word[entry]));
      }
      expected_logit[static_cast<std::size_t>(i)] = expected;
      if (smoothing > 0.0)
        smoothing_loss[static_cast<std::size_t>(i)] = smoothing * expected - uniform * column.template cast<double>().sum();
    }

    // One pass over the whole group: a short column by itself would fall mostly to the scalar exponential.
    if (block.outerStride() == words) {
      Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>> flat(block.data(), words * n);
      flat = flat.exp();
    } else {
      block.array() = block.array().exp();
    }

    // dL = (softmax(L) - P~) diag(pi), -sum_z P~_z log softmax(L)_z = log sum exp L - sum_z P_z L_z + smoothing_loss
    for (Index i = 0; i < n; ++i) {
      const double expected = expected_logit[static_cast<std::size_t>(i)];
      auto column = block.col(i);
      if (std::isnan(expected)) {
        // The vectorised exponential may lose a NaN.
        column.setConstant(std::numeric_limits<T>::quiet_NaN());
        cross_entropy = std::numeric_limits<double>::quiet_NaN();
        continue;
      }
      const Index context = first_context + group_begin + i;
      const Index begin = targets.begin[static_cast<std::size_t>(context)];
      const Index end = targets.begin[static_cast<std::size_t>(context) + 1];
      const double pi = weight(context);
      if (end - begin == 1) {
        // With one word z both 1 - softmax(L)_z and -log softmax(L)_z are small differences near collapse:
        // they are taken from the sum over the other words, not by subtraction.
        T& target = column(targets.word[static_cast<std::size_t>(begin)]);
        const double own = static_cast<double>(target);
        target = T(0);
        const double others = static_cast<double>(column.sum());
        const double total = own + others;
        column *= static_cast<T>(pi / total);
        target = static_cast<T>(-pi * others / total);
        if (smoothing > 0.0) {
          column.array() -= static_cast<T>(pi * uniform);
          target = static_cast<T>(pi * (uniform * static_cast<double>(words - 1) - others / total));
        }
        cross_entropy += pi * (others < own ? std::log1p(others / own) : std::log(total) - expected);
      } else {
        const double total = static_cast<double>(column.sum());
        column *= static_cast<T>(pi / total);
        for (Index e = begin; e < end; ++e) {
          const auto entry = static_cast<std::size_t>(e);
          column(targets.word[entry]) -= static_cast<T>(pi * (1.0 - smoothing) * targets.probability[entry]);
        }
        if (smoothing > 0.0) column.array() -= static_cast<T>(pi * uniform);
        cross_entropy += pi * (std::log(total) - expected);
      }
      if (smoothing > 0.0) cross_entropy += pi * smoothing_loss[static_cast<std::size_t>(i)];
    }
  }
  return cross_entropy;
}

template double softmax_cross_entropy<float>(Eigen::Ref<MatrixF>, const SparseColumns&, const VectorD&, Index,
                                             double);
template double softmax_cross_entropy<double>(Eigen::Ref<MatrixD>, const SparseColumns&, const VectorD&, Index,
                                              double);

double entropy_floor(const SparseColumns& targets, const VectorD& weight, Index words, double smoothing) {
  assert(targets.columns() == weight.size());
  const double uniform = smoothing / static_cast<double>(words);
  double floor = 0.0;
  for (Index j = 0; j < targets.columns(); ++j) {
    const Index begin = targets.begin[static_cast<std::size_t>(j)];
    const Index end = targets.begin[static_cast<std::size_t>(j) + 1];
    double entropy = 0.0;
    for (Index e = begin; e < end; ++e) {
      const double p = targets.probability[static_cast<std::size_t>(e)];
      const double smoothed = (1.0 - smoothing) * p + uniform;
      // A probability near 1 has a logarithm much smaller than its own rounding.
      entropy -= smoothed * (smoothed > 0.5 ? std::log1p(p - 1.0 - smoothing * p + uniform) : std::log(smoothed));
    }
    const auto others = static_cast<double>(words - (end - begin));
    if (uniform > 0.0 && others > 0.0) entropy -= others * uniform * std::log(uniform);
    floor += weight(j) * entropy;
  }
  return floor;
}

}  // namespace gramscope
