#pragma once

#include "core/linalg/types.h"
#include "core/tasks/task.h"

namespace gramscope {

/// Cross-entropy -sum_j pi_j sum_z P_zj log softmax(L_:j)_z of a set of contexts, and its gradient
/// (softmax(L) - P) diag(pi) written over the logits.
///
/// Source: math.md section 2 and the UFM gradient in section 7.
/// Shapes: `logits` V×n, for the contexts first_context ... first_context + n - 1 of `targets` (V×m) and
/// `weight` (m). Returns the cross-entropy in nats, summed in double; at least the contexts' share of the
/// entropy floor. At collapse (one-hot targets, logits growing along the simplex): 0, with full relative
/// precision also in float. Degenerate: a column with a logit that is not finite makes that column's gradient
/// and the result NaN. n = 0 gives 0. Does not allocate.
template <class T>
double softmax_cross_entropy(Eigen::Ref<Matrix<T>> logits, const SparseColumns& targets,
                             const VectorD& weight, Index first_context = 0);

}  // namespace gramscope
