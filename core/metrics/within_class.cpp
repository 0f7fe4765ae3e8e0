#include "core/metrics/within_class.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/decomposition.h"
#include "core/linalg/undefined.h"
#include "core/metrics/pair_statistics.h"

namespace gramscope {

namespace {

constexpr double kRelativeCut = 1e-10;
constexpr Index kSamples = 256;

/// Up to this size of M M^T or M^T M its eigenvectors take no time worth saving.
constexpr Index kFewDirections = 256;
/// A Gram matrix at least so well conditioned has no eigenvalue near the cut: the estimate may be ten times too high.
constexpr double kWellConditioned = 1e-8;

/// h_j - mu_y(j) of the samples first, first + 1, ... (d×count).
MatrixD deviations(const MatrixD& h, const CentredMeans& classes, Index first, Index count) {
  // About mu_G: samples equal to their class mean leave exact zeros.
  MatrixD x = h.middleCols(first, count).colwise() - classes.global_mean;
  for (Index j = 0; j < count; ++j) x.col(j) -= classes.m.col(classes.class_of[static_cast<std::size_t>(first + j)]);
  return x;
}

/// Calls use(first, deviations) for all samples.
template <class Use>
void for_deviations(const MatrixD& h, const CentredMeans& classes, Use use) {
  for (Index first = 0; first < h.cols(); first += kSamples)
    use(first, deviations(h, classes, first, std::min(kSamples, h.cols() - first)));
}

/// Sum over samples x of x^T (M M^T)^+ x by the eigenvectors of the smaller of M M^T and M^T M.
double sum_by_eigenvectors(const MatrixD& h, const CentredMeans& classes, const MatrixD& between, const WorkDone& done) {
  const auto& m = classes.m;
  const bool is_between_dimensions = m.rows() < m.cols();
  const auto [values, vectors] = symmetric_eigen(between);
  // Sigma_B = sum_i (values_i / K) u_i u_i^T, so that the K of Sigma_B^+ and the 1/K in front cancel.
  Index rank = 0;
  while (rank < std::min(m.rows(), m.cols() - 1) && values(rank) > kRelativeCut * values(0)) ++rank;
  MatrixD directions(m.rows(), rank);
  if (is_between_dimensions)
    directions = vectors.leftCols(rank);
  else
    directions.noalias() = m * (vectors.leftCols(rank) * values.head(rank).cwiseSqrt().cwiseInverse().asDiagonal());
  VectorD along = VectorD::Zero(rank);
  MatrixD products;
  for_deviations(h, classes, [&](Index, const MatrixD& x) {
    products.noalias() = directions.transpose() * x;
    along += products.rowwise().squaredNorm();
    if (done) done(static_cast<double>(products.size()) * static_cast<double>(m.rows()));
  });
  return along.cwiseQuotient(values.head(rank)).sum();
}

/// The same where all eigenvalues but the one of M^T M that belongs to 1 are far above the cut: by triangular solves.
double sum_by_solving(const MatrixD& h, const CentredMeans& classes, const MatrixD& l, const WorkDone& done) {
  const auto& m = classes.m;
  double sum = 0.0;
  MatrixD y;
  for_deviations(h, classes, [&](Index, const MatrixD& x) {
    if (m.rows() < m.cols()) {
      y = x;
      l.triangularView<Eigen::Lower>().solveInPlace(y);
    } else {
      y.noalias() = m.transpose() * x;
      l.triangularView<Eigen::Lower>().solveInPlace(y);
      l.triangularView<Eigen::Lower>().transpose().solveInPlace(y);
    }
    sum += y.squaredNorm();
    if (done) done(static_cast<double>(x.size()) * static_cast<double>(l.cols()));
  });
  return sum;
}

}  // namespace

double nc1_pinv(const MatrixD& h, const CentredMeans& classes, const MatrixD& between, const WorkDone& done) {
  const Index k = classes.classes();
  if (k < 2 || classes.is_zero()) return kUndefined;
  const auto samples = static_cast<double>(h.cols());
  if (between.cols() > kFewDirections) {
    MatrixD regular = between;
    // M^T M has the null vector 1, to which M^T x is orthogonal: there it may be anything.
    if (classes.m.rows() >= k) regular.array() += between.trace() / (static_cast<double>(k) * static_cast<double>(k));
    const auto factor = cholesky(regular);
    if (factor.reciprocal_condition > kWellConditioned) return sum_by_solving(h, classes, factor.l, done) / samples;
  }
  return sum_by_eigenvectors(h, classes, between, done) / samples;
}

double nc1_pinv(const MatrixD& h, const CentredMeans& classes) { return nc1_pinv(h, classes, small_gram(classes.m)); }

double nc1_pinv_work(Index rows, Index samples, Index classes) {
  const auto size = static_cast<double>(std::min(rows, classes));
  return size * static_cast<double>(rows) * static_cast<double>(samples) + 3.0 * size * size * size;
}

double nc1_quotient(const MatrixD& h, const CentredMeans& classes) {
  const Index k = classes.classes();
  if (k < 2 || classes.is_zero()) return kUndefined;
  double within = 0.0;
  for_deviations(h, classes, [&](Index, const MatrixD& x) { within += x.squaredNorm(); });
  return within / static_cast<double>(h.cols()) / (classes.m.squaredNorm() / static_cast<double>(k));
}

double nc1_cdnv(const MatrixD& h, const CentredMeans& classes) {
  const auto variances = class_variances(h, classes);
  return pair_statistics(classes.m, {.variances = variances, .resolution = classes.resolution}).variance_per_distance;
}

std::vector<double> class_variances(const MatrixD& h, const CentredMeans& classes) {
  std::vector<double> variance(static_cast<std::size_t>(classes.classes()), 0.0);
  std::vector<double> samples(variance.size(), 0.0);
  for_deviations(h, classes, [&](Index first, const MatrixD& x) {
    for (Index j = 0; j < x.cols(); ++j) {
      const auto c = static_cast<std::size_t>(classes.class_of[static_cast<std::size_t>(first + j)]);
      variance[c] += x.col(j).squaredNorm();
      samples[c] += 1.0;
    }
  });
  for (std::size_t c = 0; c < variance.size(); ++c) variance[c] /= samples[c];
  return variance;
}

}  // namespace gramscope
