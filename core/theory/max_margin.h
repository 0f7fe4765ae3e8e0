#pragma once

#include "core/tasks/task_work.h"
#include "core/theory/supports.h"

namespace gramscope {

struct MaxMarginOptions {
  double relative_gap = 1e-6;  ///< stop when the certificate has proved this
  Index most_iterations = 20'000;
};

/// The solution of the nuclear-norm max-margin problem of a task's supports, and how well it is proved.
struct MaxMargin {
  MatrixD logits;             ///< L_mm (V×m): satisfies every constraint to rounding
  double nuclear_norm = 0.0;  ///< |L_mm|_*
  double lower_bound = 0.0;   ///< no feasible matrix has a smaller norm: the value of the dual certificate
  Index iterations = 0;
  Index rank = 0;  ///< of L_mm, singular values above 1e-6 of the largest

  /// (norm - bound) / norm; 0 where L_mm is 0.
  double relative_gap() const {
    return nuclear_norm > 0.0 ? (nuclear_norm - lower_bound) / nuclear_norm : 0.0;
  }
};

/// L_mm = argmin |L|_* subject to L_zj = L_z'j for z, z' in S_j and L_zj - L_vj >= 1 for z in S_j, v outside
/// (IG eq. 4; math.md section 6): where the logits point as the ridge vanishes.
///
/// Over-relaxed ADMM (Boyd et al. 2011, sections 3.4 and 6.5) that alternates singular value thresholding
/// with an exact projection of each column on its constraints. Contexts with equal supports are one column of
/// weight sqrt(their number): they get identical columns. The penalty comes from the singular values of the
/// smallest feasible matrix. The lower bound comes from the scaled dual variable, made feasible: entries off
/// the support clipped to <= 0, column sums restored to 0 on the support, the whole divided by an upper bound
/// of its spectral norm; its value is the sum over j of minus its entries off the support. The norm is that
/// of a singular value decomposition of the result. Deterministic. The share of progress never falls. One-hot
/// labels, each of equally many contexts, have a closed form, whatever words are no label: the columns of I -
/// 11^T/V, without an iteration. Degenerate: a column whose support is all words is 0. Throws Cancelled when
/// `work` says so. Ends without proof of relative_gap after most_iterations: see the result.
MaxMargin solve_max_margin(const Supports& supports, const MaxMarginOptions& options = {},
                           const TaskWork& work = {});

/// Factors of the max-margin logits L_mm = U Sigma R^T: W_mm = U Sigma^(1/2) (V×r), H_mm = Sigma^(1/2) R^T
/// (r×m), singular values under 1e-9 of the largest left out (math.md section 6). corr(H_mm) and corr(W_mm^T)
/// are the predicted geometry.
struct MaxMarginFactors {
  MatrixD w;
  MatrixD h;
};
MaxMarginFactors max_margin_factors(const MatrixD& logits);

}  // namespace gramscope
