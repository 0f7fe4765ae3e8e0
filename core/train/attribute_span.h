#pragma once

#include <vector>

#include "core/tasks/task.h"

namespace gramscope {

/// What contexts share: the span A of the centred indicators of all values of a task's factors, a subspace of
/// R^m. A factor of which every context has a value of its own is nothing that contexts share and is left
/// out.
class AttributeSpan {
 public:
  AttributeSpan() = default;
  explicit AttributeSpan(const Task& task);

  /// Whether there is a direction that contexts share at all.
  bool is_empty() const { return factors_.empty(); }

  /// |P_A v|^2 of every column v (m×r, of length 1): how much of it lies inside the span, 0 to 1, to 1e-12.
  /// By conjugate gradients on the least-squares problem min |A z - C v| (Paige and Saunders, 1982) with
  /// sparse A: memory and time grow with m and the number of values, never with their product. 0 where
  /// nothing is shared.
  VectorD shares(const MatrixD& directions) const;

 private:
  double share(VectorD residual) const;
  VectorD sums(const VectorD& contexts) const;
  VectorD spread(const VectorD& values) const;

  Index contexts_ = 0;
  std::vector<std::vector<Index>>
      factors_;    ///< of each factor, the column of A that each context has its one in
  VectorD scale_;  ///< of each column of A: 1 / sqrt(contexts that have the value)
};

}  // namespace gramscope
