#include "core/models/best_rank.h"

#include <algorithm>

#include "core/linalg/decomposition.h"

namespace gramscope {

BestRank best_rank(const MatrixD& w, const MatrixD& h, Index r) {
  // The right singular vectors of L = W H come from a smaller matrix: with W = Q_w R_w they are those of R_w H.
  const MatrixD reduced = householder_qr(w, 0).r * h;
  const ThinSvd svd = thin_svd(reduced);
  const Index kept = std::min(r, svd.v.cols());
  const MatrixD v = svd.v.leftCols(kept);

  const Qr qr = householder_qr(h * v, r);
  BestRank best;
  best.q = qr.q;
  best.h = MatrixD::Zero(r, h.cols());
  best.h.topRows(kept) = qr.r * v.transpose();
  best.w = w * best.q;
  return best;
}

}  // namespace gramscope
