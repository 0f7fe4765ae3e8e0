#include "core/models/best_rank.h"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>

namespace gramscope {

BestRank best_rank(const MatrixD& w, const MatrixD& h, Index r) {
  const Index d = h.rows();
  // L = W H has rank <= d, so its right singular vectors come from a d×m matrix: with W = Q_w R_w those of R_w H.
  const Index k = std::min(w.rows(), d);
  const Eigen::HouseholderQR<MatrixD> qr_w(w);
  const MatrixD r_w = qr_w.matrixQR().topRows(k).template triangularView<Eigen::Upper>();
  const MatrixD reduced = r_w * h;
  const Eigen::BDCSVD<MatrixD> svd(reduced, Eigen::ComputeThinV);
  const Index kept = std::min(r, svd.matrixV().cols());
  const MatrixD v = svd.matrixV().leftCols(kept);

  const Eigen::HouseholderQR<MatrixD> qr_h(h * v);
  BestRank best;
  best.q = qr_h.householderQ() * MatrixD::Identity(d, r);
  const MatrixD upper = qr_h.matrixQR().topRows(kept).template triangularView<Eigen::Upper>();
  best.h = MatrixD::Zero(r, h.cols());
  best.h.topRows(kept) = upper * v.transpose();
  best.w = w * best.q;
  return best;
}

}  // namespace gramscope
