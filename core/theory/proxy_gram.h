#pragma once

#include "core/theory/supports.h"

namespace gramscope {

// Cosines of the proxy S~ = (I - 11^T/V) S of the max-margin logits, from the supports alone: |S_j ∩ S_k| says it all, and
// neither S~ (V×m) nor its centred columns are formed. IG section 5; math.md section 6. Entries are means over blocks of
// `block` neighbouring contexts or words, the last block may be smaller; cosines themselves where block = 1. Symmetric, in
// [-1, 1]. Columns without a direction (a context that any word can follow) are left out of the means; a block of nothing
// else is NaN.

/// corr(S~): what corr(H) is predicted to be; ceil(m/block) square. 1 for contexts of equal supports.
MatrixD proxy_context_cosines(const Supports& supports, Index block = 1);

/// The same of the columns of S~ with their mean subtracted, as the live Gram is shown; for one-hot labels of every
/// context a word of its own, -1/(m-1) off the diagonal.
MatrixD centred_proxy_context_cosines(const Supports& supports, Index block = 1);

/// corr(S~^T): what corr(W^T) is predicted to be; ceil(V/block) square. Words that follow the same contexts have 1, words
/// that follow none share the direction of -11^T S.
MatrixD proxy_word_cosines(const Supports& supports, Index block = 1);

}  // namespace gramscope
