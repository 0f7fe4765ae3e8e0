#include "core/theory/in_support.h"

#include <cassert>
#include <cmath>

namespace gramscope {

namespace {

/// log P of a column's entries minus their mean.
class CentredLogs {
 public:
  CentredLogs(const SparseColumns& targets, Index context)
      : targets_(targets),
        begin_(static_cast<std::size_t>(targets.begin[static_cast<std::size_t>(context)])),
        end_(static_cast<std::size_t>(targets.begin[static_cast<std::size_t>(context) + 1])) {
    for (std::size_t i = begin_; i < end_; ++i) mean_ += std::log(targets.probability[i]);
    if (end_ > begin_) mean_ /= static_cast<double>(end_ - begin_);
  }

  /// visit(word, log P - mean) for every word of the support.
  template <class Visit>
  void each(const Visit& visit) const {
    for (std::size_t i = begin_; i < end_; ++i)
      visit(targets_.word[i], end_ - begin_ == 1 ? 0.0 : std::log(targets_.probability[i]) - mean_);
  }

 private:
  const SparseColumns& targets_;
  std::size_t begin_;
  std::size_t end_;
  double mean_ = 0.0;
};

}  // namespace

MatrixD in_support_logits(const SparseColumns& targets, Index words) {
  MatrixD result = MatrixD::Zero(words, targets.columns());
  for (Index j = 0; j < targets.columns(); ++j)
    CentredLogs(targets, j).each([&](Index word, double value) { result(word, j) = value; });
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
    const CentredLogs logs(targets, j);
    double mean = 0.0;
    Index size = 0;
    logs.each([&](Index word, double) { mean += logits(word, j), ++size; });
    if (size < 2) continue;
    mean /= static_cast<double>(size);
    logs.each([&](Index word, double value) {
      const double difference = logits(word, j) - mean - value;
      squared += difference * difference;
    });
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
