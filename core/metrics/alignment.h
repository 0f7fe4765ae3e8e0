#pragma once

#include <span>

#include "core/linalg/types.h"

namespace gramscope {

/// CKA(G, K) = <C G C, C K C> / (|C G C| |C K C|), C = I - 11^T/n (SBC; math.md section 4).
/// G, K symmetric n×n. In [-1, 1], in [0, 1] for two positive semidefinite kernels; 1 when they agree up to scale
/// and centring. NaN where either is 0 after centring.
double cka(const MatrixD& gram, const MatrixD& kernel);

/// CKA(G, I): 1 exactly when all points are equally far apart, sqrt(r/(n-1)) at most when G has rank r.
/// NaN where G is 0 after centring.
double cka_with_identity(const MatrixD& gram);

/// The same for G = X^T X of centred columns (d×n), without making it: tr(X X^T) / (|X X^T|_F sqrt(n-1)), since X^T X
/// and X X^T have the same non-zero eigenvalues. NaN where all columns are 0.
double cka_with_identity_of_columns(const MatrixD& centred);

/// Mean cosine over the pairs j < k with value[j] == value[k], minus the mean over the other pairs (math.md section
/// 4). `cosines` n×n. In [-2, 2]; 0 at the symmetric state. NaN where there are no pairs of one of the two kinds.
double contrast(const MatrixD& cosines, std::span<const int> value);

}  // namespace gramscope
