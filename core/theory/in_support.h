#pragma once

#include "core/theory/supports.h"

namespace gramscope {

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
