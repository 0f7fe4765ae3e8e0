#include "core/metrics/within_class.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/decomposition.h"
#include "core/linalg/gram.h"
#include "core/linalg/undefined.h"

namespace gramscope {

namespace {

constexpr double kRelativeCut = 1e-10;

/// h_j - mu_y(j) (d×N)
MatrixD deviations(const MatrixD& h, const ClassMeans& classes) {
  MatrixD x = h;
  for (Index j = 0; j < x.cols(); ++j) x.col(j) -= classes.means.col(classes.class_of[static_cast<std::size_t>(j)]);
  return x;
}

/// Whether the class means are apart by more than the rounding of their coordinates.
bool are_apart(const MatrixD& centred_means, const ClassMeans& classes) {
  return centred_means.norm() > 1e-14 * classes.means.norm();
}

/// Eigenvalues of M M^T, descending, and what X^T U is for its eigenvectors U, by the smaller of M M^T and M^T M.
struct BetweenDirections {
  VectorD values;
  MatrixD along;  ///< N×r: components of the columns of X
};

BetweenDirections between_directions(const MatrixD& m, const MatrixD& x) {
  if (m.rows() <= m.cols()) {
    const auto eigen = symmetric_eigen(m * m.transpose());
    return {eigen.values, x.transpose() * eigen.vectors};
  }
  const auto eigen = symmetric_eigen(m.transpose() * m);
  // u = M v / sqrt(value)
  MatrixD along = (x.transpose() * m) * eigen.vectors;
  for (Index i = 0; i < eigen.values.size(); ++i)
    if (eigen.values(i) > 0.0) along.col(i) /= std::sqrt(eigen.values(i));
  return {eigen.values, std::move(along)};
}

}  // namespace

double nc1_pinv(const MatrixD& h, const ClassMeans& classes) {
  const Index k = classes.classes();
  if (k < 2) return kUndefined;
  const MatrixD m = centre_columns(classes.means);
  if (!are_apart(m, classes)) return kUndefined;
  const auto [values, along] = between_directions(m, deviations(h, classes));
  // Sigma_B = sum_i (values_i / K) u_i u_i^T, so that the K of Sigma_B^+ and the 1/K in front cancel.
  const Index rank = std::min(h.rows(), k - 1);
  double sum = 0.0;
  for (Index i = 0; i < rank && values(i) > kRelativeCut * values(0); ++i)
    sum += along.col(i).squaredNorm() / values(i);
  return sum / static_cast<double>(h.cols());
}

double nc1_quotient(const MatrixD& h, const ClassMeans& classes) {
  const Index k = classes.classes();
  if (k < 2) return kUndefined;
  const MatrixD m = centre_columns(classes.means);
  if (!are_apart(m, classes)) return kUndefined;
  const double within = deviations(h, classes).squaredNorm() / static_cast<double>(h.cols());
  return within / (m.squaredNorm() / static_cast<double>(k));
}

double nc1_cdnv(const MatrixD& h, const ClassMeans& classes) {
  const Index k = classes.classes();
  if (k < 2) return kUndefined;
  const MatrixD x = deviations(h, classes);
  VectorD variance = VectorD::Zero(k);
  VectorD samples = VectorD::Zero(k);
  for (Index j = 0; j < x.cols(); ++j) {
    const Index c = classes.class_of[static_cast<std::size_t>(j)];
    variance(c) += x.col(j).squaredNorm();
    samples(c) += 1.0;
  }
  variance = variance.cwiseQuotient(samples);
  double sum = 0.0;
  for (Index b = 0; b < k; ++b) {
    for (Index a = 0; a < b; ++a) {
      const double distance = (classes.means.col(a) - classes.means.col(b)).squaredNorm();
      if (!(distance > 0.0)) return kUndefined;
      sum += 0.5 * (variance(a) + variance(b)) / distance;
    }
  }
  return sum / (0.5 * static_cast<double>(k) * static_cast<double>(k - 1));
}

}  // namespace gramscope
