#include "app/ridge_limit.h"

#include <cmath>

namespace gramscope::app {
namespace {

constexpr int kMostIterations = 500;
constexpr double kPrecision = 1e-12;  ///< relative change of the squared singular value at which the iteration ends

/// M v, with M = (P - 11^T/V) diag(pi).
VectorD forward(const Task& task, const VectorD& v) {
  const VectorD weighted = task.weight.cwiseProduct(v);
  VectorD result = VectorD::Constant(task.words, -weighted.sum() / static_cast<double>(task.words));
  for (Index j = 0; j < task.contexts; ++j) {
    const auto at = static_cast<std::size_t>(j);
    for (Index i = task.targets.begin[at]; i < task.targets.begin[at + 1]; ++i) {
      const auto entry = static_cast<std::size_t>(i);
      result(task.targets.word[entry]) += task.targets.probability[entry] * weighted(j);
    }
  }
  return result;
}

/// M^T u.
VectorD backward(const Task& task, const VectorD& u) {
  VectorD result = VectorD::Constant(task.contexts, -u.sum() / static_cast<double>(task.words));
  for (Index j = 0; j < task.contexts; ++j) {
    const auto at = static_cast<std::size_t>(j);
    for (Index i = task.targets.begin[at]; i < task.targets.begin[at + 1]; ++i) {
      const auto entry = static_cast<std::size_t>(i);
      result(j) += task.targets.probability[entry] * u(task.targets.word[entry]);
    }
  }
  return task.weight.cwiseProduct(result);
}

/// A start that no symmetry of a task makes orthogonal to the leading direction.
VectorD irregular_start(Index size) {
  VectorD v(size);
  for (Index j = 0; j < size; ++j) v(j) = std::sin(1.0 + 2.3 * static_cast<double>(j));
  return v.normalized();
}

}  // namespace

double ridge_limit(const Task& task) {
  if (task.contexts == 0 || task.words == 0 || task.targets.columns() != task.contexts) return 0.0;
  VectorD v = irregular_start(task.contexts);
  double squared = 0.0;
  for (int i = 0; i < kMostIterations; ++i) {
    VectorD next = backward(task, forward(task, v));
    const double size = next.norm();
    if (size == 0.0) return 0.0;
    const bool is_settled = std::abs(size - squared) <= kPrecision * size;
    squared = size;
    if (is_settled) break;
    v = next / size;
  }
  return std::sqrt(squared);
}

}  // namespace gramscope::app
