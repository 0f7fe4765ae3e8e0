#pragma once

#include "core/linalg/types.h"
#include "core/tasks/task.h"

namespace gramscope {

/// Cross-entropy -sum_j pi_j sum_z P~_zj log softmax(L_:j)_z of a set of contexts, and its gradient
/// (softmax(L) - P~) diag(pi) written over the logits. P~ = (1 - eps) P + eps/V are the targets with label smoothing
/// eps; P~ = P for eps = 0.
///
/// Source: math.md section 2 and the UFM gradient in section 7; Szegedy et al. 2016 (arXiv 1512.00567), section 7, for
/// label smoothing.
/// Shapes: `logits` V×n, for the contexts first_context ... first_context + n - 1 of `targets` (V×m) and
/// `weight` (m); `smoothing` is eps, 0 to 1. Returns the cross-entropy in nats, summed in double; at least the contexts'
/// share of entropy_floor(). At collapse (one-hot targets, logits growing along the simplex): 0, with full relative
/// precision also in float; with smoothing the floor, and a
/// gradient whose rounding is relative to eps/V, not to 1. Degenerate: a column with a logit that is not finite makes that
/// column's gradient and the result NaN. n = 0 gives 0. Does not allocate.
template <class T>
double softmax_cross_entropy(Eigen::Ref<Matrix<T>> logits, const SparseColumns& targets,
                             const VectorD& weight, Index first_context = 0, double smoothing = 0.0);

/// The smallest cross-entropy there can be, -sum_j pi_j sum_z P~_zj log P~_zj, without making P~ dense: words off the
/// support have eps/V each.
///
/// Source: math.md section 1. Shapes: `targets` V×m with V = `words`, `weight` m, `smoothing` eps, 0 to 1. In nats, 0 to
/// log V: the entropy of P for eps = 0 (0 for one-hot targets), log V for eps = 1.
double entropy_floor(const SparseColumns& targets, const VectorD& weight, Index words, double smoothing);

}  // namespace gramscope
