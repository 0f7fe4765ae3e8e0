#pragma once

#include "core/theory/supports.h"

namespace gramscope {

/// How alike two geometries are: sim(X, Y) = <corr X, corr Y> / (|corr X|_F |corr Y|_F), with corr the cosines of columns
/// from which no mean is subtracted (IG section 5; math.md section 6). The n×n matrices are never formed: with unit columns
/// <corr X, corr Y> = |X^ Y^^T|_F^2.

/// A geometry that a theory predicts, Y (r×n): to be compared with again and again.
struct PredictedGeometry {
  PredictedGeometry() = default;
  explicit PredictedGeometry(const MatrixD& y);

  MatrixD directions;  ///< columns at length 1; 0 where they are under 1e-9 of the longest, which predicts no direction
  double norm = 0.0;   ///< geometry_norm() of them
};

/// |corr X|_F of unit or zero columns (r×n): between 1 and n where no column is 0.
double geometry_norm(const MatrixD& directions);

/// sim(X, Y), X d×n and Y r×n. Columns for which Y predicts no direction are left out on both sides. In [0, 1]; 1 where X
/// is Y up to rotation and the lengths of the columns. NaN where one of the other columns of X is 0, where Y is 0, or where
/// anything is not finite.
double geometry_similarity(const MatrixD& x, const MatrixD& y);
double geometry_similarity(const MatrixD& x, const PredictedGeometry& y);

/// |corr S~|_F and |corr S~^T|_F of the proxy S~ = (I - 11^T/V) S, without forming S~: over distinct supports, from the
/// smaller of the two Gram matrices and by sparse intersections. Left out are the contexts that every word can follow; a row
/// of S~ is 0, and has no direction, only where that is all contexts: both norms are then 0.
struct ProxyNorms {
  double contexts = 0.0;
  double words = 0.0;
};
ProxyNorms proxy_norms(const Supports& supports);
/// Operations that proxy_norms() takes, two or three nanoseconds each.
double proxy_work(const Supports& supports);

/// sim(H, S~) for H d×m, and sim(W^T, S~^T) for W^T d×V, in O(d nnz + d V) by the sparsity of S; `norm` is that of
/// proxy_norms(). NaN as for geometry_similarity().
double similarity_to_proxy_contexts(const MatrixD& h, const Supports& supports, double norm);
double similarity_to_proxy_words(const MatrixD& w_transposed, const Supports& supports, double norm);

}  // namespace gramscope
