#include "core/theory/in_support.h"

#include <cassert>
#include <cmath>

namespace gramscope {

namespace {

/// The words that can follow a context, as an index into a column.
auto words_of(const SparseColumns& targets, Index context) {
  const auto begin = targets.begin[static_cast<std::size_t>(context)];
  return Eigen::Map<const Eigen::Matrix<Index, Eigen::Dynamic, 1>>(
      targets.word.data() + begin, targets.begin[static_cast<std::size_t>(context) + 1] - begin);
}

}  // namespace

VectorD centred_log_probabilities(const SparseColumns& targets, Index context) {
  const auto begin = targets.begin[static_cast<std::size_t>(context)];
  const auto size = targets.begin[static_cast<std::size_t>(context) + 1] - begin;
  if (size == 1) return VectorD::Zero(1);
  const VectorD logs = Eigen::Map<const VectorD>(targets.probability.data() + begin, size).array().log();
  return logs.array() - logs.mean();
}

double in_support_norm(const SparseColumns& targets) {
  double squared = 0.0;
  for (Index j = 0; j < targets.columns(); ++j) squared += centred_log_probabilities(targets, j).squaredNorm();
  const double norm = std::sqrt(squared);
  return norm > 1e-13 * std::sqrt(static_cast<double>(targets.word.size())) ? norm : 0.0;
}

MatrixD in_support_logits(const SparseColumns& targets, Index words) {
  MatrixD result = MatrixD::Zero(words, targets.columns());
  for (Index j = 0; j < targets.columns(); ++j) result.col(j)(words_of(targets, j)) = centred_log_probabilities(targets, j);
  return result;
}

MatrixD project_on_supports(const MatrixD& logits, const Supports& supports) {
  assert(logits.rows() == supports.words && logits.cols() == supports.contexts());
  MatrixD result = MatrixD::Zero(logits.rows(), logits.cols());
  for (Index j = 0; j < logits.cols(); ++j) {
    const auto& support = supports.of(j);
    double mean = 0.0;
    for (const Index word : support) mean += logits(word, j);
    mean /= static_cast<double>(support.size());
    for (const Index word : support) result(word, j) = support.size() == 1 ? 0.0 : logits(word, j) - mean;
  }
  return result;
}

double in_support_distance(const MatrixD& logits, const SparseColumns& targets) {
  assert(logits.cols() == targets.columns());
  double squared = 0.0;
  for (Index j = 0; j < logits.cols(); ++j) {
    const VectorD own = logits.col(j)(words_of(targets, j));
    if (own.size() < 2) continue;
    squared += (own - VectorD::Constant(own.size(), own.mean()) - centred_log_probabilities(targets, j)).squaredNorm();
  }
  return std::sqrt(squared);
}

MatrixD support_proxy(const Supports& supports) {
  MatrixD result(supports.words, supports.contexts());
  for (Index j = 0; j < result.cols(); ++j) {
    const auto& support = supports.of(j);
    const double share = static_cast<double>(support.size()) / static_cast<double>(supports.words);
    result.col(j).setConstant(-share);
    for (const Index word : support) result(word, j) = 1.0 - share;
  }
  return result;
}

}  // namespace gramscope
