#pragma once

#include <vector>

#include "core/tasks/task.h"

namespace gramscope {

/// The attribute matrix A (attribute values × m) of a task by column: which factor values a context has, one per
/// factor. Products with A cost k additions per entry instead of a dense product.
class AttributeIndex {
 public:
  explicit AttributeIndex(const Task& task) : factors_(static_cast<Index>(task.factors.size())) {
    std::vector<Index> first;
    for (const auto& factor : task.factors) {
      first.push_back(values_);
      values_ += static_cast<Index>(factor.value_names.size());
    }
    for (Index j = 0; j < task.contexts; ++j)
      for (std::size_t f = 0; f < task.factors.size(); ++f)
        rows_.push_back(first[f] + task.factors[f].value[static_cast<std::size_t>(j)]);
  }

  Index factors() const { return factors_; }  ///< k
  Index values() const { return values_; }    ///< rows of A

  /// out (d×values) = x (d×m) A^T
  template <class X, class Out>
  void times_transpose(const X& x, Out&& out) const {
    out.setZero();
    for (Index j = 0; j < x.cols(); ++j)
      for (Index f = 0; f < factors_; ++f) out.col(row(j, f)) += x.col(j);
  }

  /// out (d×m) += x (d×values) A
  template <class X, class Out>
  void add_times(const X& x, Out&& out) const {
    for (Index j = 0; j < out.cols(); ++j)
      for (Index f = 0; f < factors_; ++f) out.col(j) += x.col(row(j, f));
  }

 private:
  Index row(Index context, Index factor) const {
    return rows_[static_cast<std::size_t>(context * factors_ + factor)];
  }

  Index factors_ = 0;
  Index values_ = 0;
  std::vector<Index> rows_;
};

}  // namespace gramscope
