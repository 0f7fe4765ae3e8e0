#include "core/metrics/neural_collapse.h"

#include <cmath>

#include "core/linalg/undefined.h"
#include "core/metrics/pair_statistics.h"

namespace gramscope {

namespace {

/// |G/|G| - T|_F of G (K×K)
double distance_from_frame(MatrixD gram) {
  const auto k = static_cast<double>(gram.cols());
  const double norm = gram.norm();
  if (!(norm > 0.0)) return kUndefined;
  gram /= norm;
  const double scale = 1.0 / std::sqrt(k - 1.0);
  gram.array() += scale / k;
  gram.diagonal().array() -= scale;
  return gram.norm();
}

/// The same for K > d from the d×d scatter S = Y Y^T of the centred columns Y = X C and v = X 1/sqrt(K), with all digits near 0
/// as well. T is 1/sqrt(K-1) on the K - 1 directions orthogonal to 1 and 0 along 1. On these, G has the eigenvalues of S and
/// K - 1 - d zeros; all its other parts add up to |G|^2 - |S|^2 = 2 v^T S v + |v|^4.
double distance_from_frame(const MatrixD& scatter, const VectorD& v, Index columns) {
  const auto k = static_cast<double>(columns);
  const auto d = static_cast<double>(scatter.cols());
  const double length = v.squaredNorm();
  const double other = 2.0 * v.dot(scatter * v) + length * length;
  const double squared_norm = scatter.squaredNorm() + other;
  if (!(squared_norm > 0.0)) return kUndefined;
  MatrixD difference = scatter / std::sqrt(squared_norm);
  difference.diagonal().array() -= 1.0 / std::sqrt(k - 1.0);
  return std::sqrt(difference.squaredNorm() + (k - 1.0 - d) / (k - 1.0) + other / squared_norm);
}

}  // namespace

double nc2_equinorm(const MatrixD& x) {
  if (x.cols() < 2) return kUndefined;
  const VectorD norms = x.colwise().stableNorm();
  const double mean = norms.mean();
  if (!(norms.minCoeff() > 0.0)) return kUndefined;
  return std::sqrt((norms.array() - mean).square().mean()) / mean;
}

double nc2_equiangular(const MatrixD& x) { return pair_statistics(x).cosine_deviation; }

double nc2_max_angle(const MatrixD& x) { return pair_statistics(x).distance_from_simplex; }

double gnc2_log(const MatrixD& x) { return pair_statistics(x).minus_log_distance; }

double nc2_etf_error(const MatrixD& x) {
  if (x.cols() < 2) return kUndefined;
  if (x.cols() <= x.rows()) return distance_from_frame(small_gram(x));
  const VectorD mean = x.rowwise().mean();
  return distance_from_frame(small_gram(x, mean), mean * std::sqrt(static_cast<double>(x.cols())), x.cols());
}

double nc2_etf_error_of_centred(const MatrixD& gram, Index rows, Index cols) {
  if (cols < 2) return kUndefined;
  return cols <= rows ? distance_from_frame(gram) : distance_from_frame(gram, VectorD::Zero(rows), cols);
}

}  // namespace gramscope
