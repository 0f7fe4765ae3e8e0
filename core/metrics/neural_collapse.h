#pragma once

#include "core/linalg/small_gram.h"

namespace gramscope {

/// How far K vectors are from a simplex equiangular tight frame (math.md section 5). All but gnc2_log are 0 at collapse,
/// unchanged by rotation and scale, and NaN for K < 2 or where a vector is 0 and so has no direction. `x` is d×K: the class
/// means minus their mean for the features, the rows of W transposed for the words. Where K > d + 1 there is no simplex, and
/// what they come down to is above 0; see largest_cosine_bound().

/// std(|x_c|) / mean(|x_c|), population standard deviation (Papyan 2020). >= 0.
double nc2_equinorm(const MatrixD& x);

/// Population standard deviation of cos(x_c, x_c') over c != c' (Papyan 2020). 0 to 1.
double nc2_equiangular(const MatrixD& x);

/// Mean over c != c' of |cos(x_c, x_c') + 1/(K-1)| (Papyan 2020). 0 to 2.
double nc2_max_angle(const MatrixD& x);

/// |fro(X^T X) - T|_F with fro(A) = A/|A|_F and T = (I - 11^T/K)/sqrt(K-1) (Zhu et al. 2021). 0 to 2. NaN where all vectors
/// are 0.
double nc2_etf_error(const MatrixD& x);

/// The same of columns that sum to 0, from small_gram(x): X X^T where d < K, else X^T X.
double nc2_etf_error_of_centred(const MatrixD& gram, Index rows, Index cols);

/// Mean over c < c' of -log |u_c - u_c'| with u = x/|x|: hyperspherical uniformity with the logarithmic kernel (generalised
/// NC2; LC). >= -ln(2K/(K-1))/2, its value at a simplex. NaN also where two vectors have one direction.
double gnc2_log(const MatrixD& x);

}  // namespace gramscope
