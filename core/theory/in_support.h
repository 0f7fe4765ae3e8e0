#pragma once

#include "core/theory/supports.h"

namespace gramscope {

/// log P_zj - mean over S_j of log P of one context j, in nats, in the order of its words: column j of L_in on its support.
/// Sums to 0; exactly 0 for a single word.
VectorD centred_log_probabilities(const SparseColumns& targets, Index context);

/// |L_in|_F in nats, without forming it: exactly 0 where the next words of every context are equally likely, and rounding
/// is all there is.
double in_support_norm(const SparseColumns& targets);

/// L_in (V×m): L_in[z, j] = log P_zj - mean over S_j of log P, 0 off the support: the finite part of the logits that
/// soft labels fix (IG section 4; math.md section 6). In nats. Its columns sum to 0; 0 for one-hot labels and wherever
/// the next words of a context are equally likely.
MatrixD in_support_logits(const SparseColumns& targets, Index words);

/// P_F(L) (V×m): the projection of L on F, the span of (e_z - e_z') e_j^T with z, z' in S_j: within each column's
/// support the entries minus their mean, 0 off it. 0 for one-hot supports.
MatrixD project_on_supports(const MatrixD& logits, const Supports& supports);

/// |P_F(L) - L_in|_F, without forming either (IG Fig. 6). `logits` is V×m. In nats, >= 0; 0 in the limit of vanishing
/// ridge.
double in_support_distance(const MatrixD& logits, const SparseColumns& targets);

/// S~ = (I - 11^T/V) S (V×m), the proxy of the max-margin logits: corr(S~) predicts corr(H), corr(S~^T) predicts corr(W^T)
/// (IG section 5; math.md section 6). Columns sum to 0; the column of a context that any word can follow is 0.
MatrixD support_proxy(const Supports& supports);

}  // namespace gramscope
