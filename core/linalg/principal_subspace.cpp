#include "core/linalg/principal_subspace.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/decomposition.h"
#include "core/linalg/leading_eigen.h"
#include "core/linalg/small_gram.h"

namespace gramscope {

PrincipalAxes principal_axes(const MatrixD& centred, const WorkDone& done) {
  PrincipalAxes axes;
  if (centred.size() == 0) return axes;
  const bool is_wide = centred.rows() < centred.cols();
  const MatrixD gram = small_gram(centred, done);
  const auto [values, vectors] = gram.rows() <= kAllAxes ? symmetric_eigen(gram) : leading_eigen(gram, kLeadingAxes);
  axes.singular_values = values.cwiseMax(0.0).cwiseSqrt();
  if (!is_wide) {
    axes.contexts = vectors;
    return axes;
  }
  axes.contexts.noalias() = centred.transpose() * vectors;  // V S
  for (Index i = 0; i < axes.contexts.cols(); ++i) {
    const double norm = axes.contexts.col(i).norm();
    if (norm > 0.0) axes.contexts.col(i) /= norm;
  }
  return axes;
}

MatrixD procrustes_rotation(const MatrixD& from, const MatrixD& to) {
  const ThinSvd svd = thin_svd(to * from.transpose());
  return svd.u * svd.v.transpose();
}

Projection steady_projection(const PrincipalAxes& axes, const Projection& previous) {
  const auto& s = axes.singular_values;
  const Index n = axes.contexts.rows();
  Projection projection = Projection::Zero(3, n);
  const Index kept = std::min<Index>(3, s.size());
  const bool has_previous = previous.cols() == n && n > 0 && previous.norm() > 0.0;

  // The group of near-equal singular values around the cut between the third and the fourth.
  Index first = kept;
  Index last = kept;
  if (has_previous && s.size() > kept && s(kept) > 0.0 && s(kept - 1) < kNearDegenerate * s(kept)) {
    first = kept - 1;
    while (first > 0 && s(first - 1) < kNearDegenerate * s(first)) --first;
    while (last + 1 < s.size() && s(last + 1) > 0.0 && s(last) < kNearDegenerate * s(last + 1)) ++last;
  }
  for (Index i = 0; i < first; ++i) projection.row(i) = s(i) * axes.contexts.col(i).transpose();
  if (first < kept) {
    const Index count = last - first + 1;
    const MatrixD group = axes.contexts.middleCols(first, count) * s.segment(first, count).asDiagonal();  // n×count
    const MatrixD seen = group.transpose() * previous.transpose();                                        // count×3
    const ThinSvd svd = thin_svd(seen);
    const Index chosen = std::min(kept - first, svd.u.cols());
    projection.middleRows(first, chosen) = (group * svd.u.leftCols(chosen)).transpose();
  }
  if (!has_previous) return projection;
  return procrustes_rotation(projection, previous) * projection;
}

}  // namespace gramscope
