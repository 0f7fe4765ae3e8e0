#pragma once

#include "core/linalg/types.h"
#include "core/linalg/work_done.h"

namespace gramscope {

/// The principal axes of centred columns X (d×n): X = U S V^T, all min(d, n) of them or the leading ones.
struct PrincipalAxes {
  VectorD singular_values;  ///< descending
  MatrixD contexts;         ///< V (n×axes): row j are the coordinates of column j, divided by s
};

/// Up to kAllAxes of them: all; of more: the kLeadingAxes largest. By the eigenvectors of the smaller of X X^T and X^T X, so
/// that a singular value below 1e-8 of the largest is noise. All 0 where X is 0. Deterministic.
PrincipalAxes principal_axes(const MatrixD& centred, const WorkDone& done = {});

inline constexpr Index kAllAxes = 512;     ///< min(d, n) up to which a full decomposition is hardly slower
inline constexpr Index kLeadingAxes = 64;  ///< of more: how many

using Projection = Eigen::Matrix<double, 3, Eigen::Dynamic>;

/// The columns in their first three principal axes (3×n); rows are 0 where there are fewer.
///
/// Axes are defined only up to rotation within equal singular values, and up to sign. So that a turn of axes never
/// looks like learning, the result is fitted to `previous` (3×n, or empty for none): where s_3 and s_4 are closer
/// than the ratio kNearDegenerate, the choice within their group of near-equal directions is the one nearest to
/// `previous`; then the whole is turned (or mirrored) onto `previous` (orthogonal Procrustes).
Projection steady_projection(const PrincipalAxes& axes, const Projection& previous);

inline constexpr double kNearDegenerate = 1.02;

/// The orthogonal Q (reflections included) that minimises |Q from - to|_F; from, to r×n (Schönemann 1966).
MatrixD procrustes_rotation(const MatrixD& from, const MatrixD& to);

}  // namespace gramscope
