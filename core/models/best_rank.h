#pragma once

#include "core/linalg/types.h"

namespace gramscope {

/// The best rank-r approximation of L = W H, as factors of inner dimension r that move the geometry least.
///
/// With V_r the top right singular vectors of L and H V_r = Q R: h = R V_r^T (r×m), w = W Q (V×r), so that
/// w h = L V_r V_r^T, the nearest matrix of rank r to L in the Frobenius norm (Eckart and Young), and the Gram matrix
/// of h is that of H projected on V_r from both sides. `q` (d×r) has orthonormal columns.
/// Where r exceeds m the further rows of h are zero and the further columns of q complete the basis.
struct BestRank {
  MatrixD h;
  MatrixD w;
  MatrixD q;
};

/// W (V×d), H (d×m), 1 <= r <= d.
BestRank best_rank(const MatrixD& w, const MatrixD& h, Index r);

}  // namespace gramscope
