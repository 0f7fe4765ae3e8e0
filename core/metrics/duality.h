#pragma once

#include <span>

#include "core/linalg/small_gram.h"
#include "core/metrics/class_means.h"

namespace gramscope {

/// How far the word embeddings of the classes point where the class means do (NC3; math.md section 5). `words` d×K: the rows
/// of W of the K classes, transposed; `m` d×K: the class means minus their mean. All are 0 at collapse and unchanged by
/// a rotation of both and by the scale of either. NaN where W or M is 0.

/// |fro(W) - fro(M)|_F^2 with fro(A) = A/|A|_F (Papyan 2020). 0 to 4.
double nc3_self_duality(const MatrixD& words, const MatrixD& m);

/// |fro(W M^T) - T|_F with T = (I - 11^T/K)/sqrt(K-1) (Zhu et al. 2021). 0 to 2. K×K is formed where K <= d + 1; beyond it
/// the error is no less than sqrt(1 - d/(K-1)), and follows from the trace and the norm of W M^T. NaN also where W M^T is 0 or
/// K < 2.
double nc3_dual_etf(const MatrixD& words, const MatrixD& m, const WorkDone& done = {});
double nc3_dual_etf_work(Index rows, Index cols);

/// Mean of 1 - cos(w_c, m_c) (generalised self-duality; LC). 0 to 2. NaN where any column is 0 and has no direction.
double gnc3(const MatrixD& words, const MatrixD& m);

/// NC4: share of the samples for which the word with the largest logit is that of the nearest class mean (Papyan 2020).
/// `h` d×N, `w` V×d, `bias` V or empty; `labels` (K) are the rows of W of the classes. All rows of W compete, also those of no
/// class; of equal logits the first counts. A mean counts as nearest within 1e-12 of the scale of the squared distances. 0 to
/// 1, 1 at collapse. NaN where the logits are not finite.
double nc4_agreement(const MatrixD& h, const MatrixD& w, const VectorD& bias, const CentredMeans& classes,
                     std::span<const Index> labels, const WorkDone& done = {});
double nc4_agreement_work(Index samples, Index rows, Index words, Index classes);

}  // namespace gramscope
