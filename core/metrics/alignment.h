#pragma once

#include <span>

#include "core/linalg/small_gram.h"
#include "core/metrics/point_factors.h"

namespace gramscope {

/// CKA(G, K) = <C G C, C K C> / (|C G C| |C K C|), C = I - 11^T/n (SBC; math.md section 4).
/// G, K symmetric n×n. In [-1, 1], in [0, 1] for two positive semidefinite kernels; 1 when they agree up to scale
/// and centring. NaN where either is 0 after centring.
double cka(const MatrixD& gram, const MatrixD& kernel);

/// CKA(G, I): 1 exactly when all points are equally far apart, sqrt(r/(n-1)) at most when G has rank r.
/// NaN where G is 0 after centring.
double cka_with_identity(const MatrixD& gram);

/// The same for G = X^T X of n centred columns X (d×n), from the smaller of X X^T and X^T X: tr(X X^T) / (|X X^T|_F
/// sqrt(n-1)), since both have the same non-zero eigenvalues. NaN where all columns are 0.
double cka_with_identity_of_columns(const MatrixD& centred);
/// With that smaller matrix at hand.
double cka_with_identity_of_small_gram(const MatrixD& gram, Index points);

/// CKA(X^T X, K_sem) of n centred columns X (d×n) with K_sem = sum over factors of Z Z^T, Z (n×values) the indicators of a
/// factor's values: <X^T X, Z Z^T> = |X Z|_F^2, and |C K_sem C|_F from how many points share two values. Nothing n×n is made.
/// `gram_norm` = |X^T X|_F. In [0, 1]. NaN where all columns are 0, no factor varies, or one has no values.
double cka_with_factors(const MatrixD& centred, std::span<const PointFactor> factors, double gram_norm,
                        const WorkDone& done = {});

}  // namespace gramscope
