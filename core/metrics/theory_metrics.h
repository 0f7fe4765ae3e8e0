#pragma once

#include <string>

#include "core/linalg/small_gram.h"
#include "core/metrics/measure.h"

namespace gramscope {

/// What of L = W H (V×m) the theory speaks of, summed over contexts. L is not formed: all is O(d² (V + m) + d nnz(P)).
///
/// With L' = L - P_F(L), which has one value per context on its support, |L'_j|² = |W h_j|² - sum over S_j of L² + |S_j| mean².
/// Contexts that every word can follow are left out of what is said of L'; so are columns of L' below 1e-7 of the column of L,
/// which are 0 but for rounding and have no direction.
struct LogitReading {
  double squared_norm = 0.0;       ///< |L|²
  double in_support = 0.0;         ///< |P_F(L)|²
  double in_support_distance = 0.0;///< |P_F(L) - L_in|²
  /// Mean cosine of two columns of L', over pairs of contexts with the same support and over the others: -1 to 1. NaN where
  /// there is no such pair. At the max-margin solution same is 1 (IG Prop. 1).
  double same_support_cosine = 0.0;
  double other_support_cosine = 0.0;
};
LogitReading read_logits(const Task& task, const Supports& supports, const MatrixD& w, const MatrixD& h,
                         const WorkDone& done = {});

/// The smallest over contexts j of (mean over S_j of L_zj - largest off S_j of L_zj), which is the margin of L - P_F(L); in nats.
/// Contexts that every word can follow are left out: infinite where no other is. NaN where the logits overflow. L is formed
/// `most_logits` entries at a time.
double smallest_margin(const Supports& supports, const MatrixD& w, const MatrixD& h,
                       Index most_logits = Index{1} << 22);

/// |L - P_F(L)|_*, over the contexts that not every word can follow (those whose column of L_mm is not 0); in nats. By the
/// triangular factors of W and H^T where no context has two next words and P_F(L) = 0, else by a decomposition of V×m.
double outside_nuclear_norm(const Supports& supports, const MatrixD& w, const MatrixD& h);
/// Multiplications that outside_nuclear_norm() and smallest_margin() take, in order of magnitude and at the speed of a
/// decomposition; d columns of W.
double outside_nuclear_norm_work(const Supports& supports, Index d);

/// The metrics of math.md section 6, in the order of metric_entries(): pf_error ... share_max_margin, then mode_1 ...
/// mode_k, one of which stands for all with the reason where the task has no modes. With a bias L = W H + b 1^T.
void add_theory_metrics(Metrics& metrics, const Embeddings& embeddings, const TaskTheory& theory, MeasureDepth depth,
                        const WorkDone& done = {});

/// The same keys, all undefined: of a recording without W or without labels. mode_1 stands for all modes.
void add_undefined_theory_metrics(Metrics& metrics, const std::string& reason);

/// Those that depend on L_mm: nuclear_ratio, sim_h_mm, sim_w_mm, share_max_margin.
void add_max_margin_metrics(Metrics& metrics, const Embeddings& embeddings, const TaskTheory& theory, MeasureDepth depth);

}  // namespace gramscope
