#include "core/theory/spherical_code_bound.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/linalg/decomposition.h"
#include "core/registry/error.h"

namespace gramscope {

namespace {

double binomial(Index n, Index k) {
  double value = 1.0;
  for (Index i = 1; i <= k; ++i) value = value * static_cast<double>(n - k + i) / static_cast<double>(i);
  return value;
}

/// The largest zero of the Jacobi polynomial of a degree, for the weight (1 - t)^alpha (1 + t)^beta: the
/// largest eigenvalue of the matrix of its three-term recurrence (Golub and Welsch 1969).
double largest_jacobi_zero(Index degree, double alpha, double beta) {
  MatrixD recurrence = MatrixD::Zero(degree, degree);
  const double both = alpha + beta;
  recurrence(0, 0) = (beta - alpha) / (both + 2.0);
  for (Index i = 1; i < degree; ++i) {
    const auto k = static_cast<double>(i);
    const double twice = 2.0 * k + both;
    recurrence(i, i) = (beta * beta - alpha * alpha) / (twice * (twice + 2.0));
    recurrence(i, i - 1) = recurrence(i - 1, i) =
        2.0 / twice * std::sqrt(k * (k + alpha) * (k + beta) * (k + both) / ((twice + 1.0) * (twice - 1.0)));
  }
  return symmetric_eigenvalues(recurrence)(0);
}

/// Levenshtein's bound on the number of points in R^d with no cosine above s. Of even and odd degree 2k and
/// 2k - 1; each holds between two zeros of Jacobi polynomials.
class LevenshteinBound {
 public:
  /// The degree that bounds the cosine of that many points.
  LevenshteinBound(Index points, Index dimension) : n_(dimension) {
    // At the end of its range each bound is the smallest possible size of a spherical design (Delsarte,
    // Goethals and Seidel 1977), which says which one holds a number of points.
    const auto count = static_cast<double>(points);
    while (binomial(n_ + k_ - 1, k_) + binomial(n_ + k_ - 2, k_ - 1) < count) {
      if (2.0 * binomial(n_ + k_ - 1, k_) >= count) {
        is_even_ = true;
        break;
      }
      ++k_;
    }
    const double a = 0.5 * static_cast<double>(n_ - 3);
    const double middle = largest_jacobi_zero(k_, a + 1.0, a);
    from_ = is_even_ ? middle : k_ == 1 ? -1.0 : largest_jacobi_zero(k_ - 1, a + 1.0, a + 1.0);
    to_ = is_even_ ? largest_jacobi_zero(k_, a + 1.0, a + 1.0) : middle;
  }

  /// The smallest s at which the bound admits them: it increases with s.
  double cosine(Index points) const {
    double low = from_;
    double high = to_;
    for (int halving = 0; halving < 60; ++halving) {
      const double middle = 0.5 * (low + high);
      (count(middle) < static_cast<double>(points) ? low : high) = middle;
    }
    return low;
  }

 private:
  double count(double s) const {
    // P_k - 1 to P_k + 1: Gegenbauer polynomials with P(1) = 1.
    double before = 1.0;
    double here = s;
    double after = 0.0;
    for (Index i = 1;; ++i) {
      after = (static_cast<double>(2 * i + n_ - 2) * s * here - static_cast<double>(i) * before) /
              static_cast<double>(i + n_ - 2);
      if (i == k_) break;
      before = here;
      here = after;
    }
    const auto n = static_cast<double>(n_);
    const auto k = static_cast<double>(k_);
    if (is_even_)
      return binomial(k_ + n_ - 2, k_) *
             ((2.0 * k + n - 1.0) / (n - 1.0) - (1.0 + s) * (here - after) / ((1.0 - s) * (here + after)));
    return binomial(k_ + n_ - 3, k_ - 1) *
           ((2.0 * k + n - 3.0) / (n - 1.0) - (before - here) / ((1.0 - s) * here));
  }

  Index n_;
  Index k_ = 1;
  bool is_even_ = false;
  double from_ = -1.0;
  double to_ = 1.0;
};

double fejes_toth_cosine(Index points) {
  const auto count = static_cast<double>(points);
  const double sine = std::sin(std::numbers::pi * count / (6.0 * (count - 2.0)));
  return 0.5 / (sine * sine) - 1.0;
}

}  // namespace

LargestCosineBound largest_cosine_bound(Index points, Index dimension) {
  if (points < 1 || points > kMostCodePoints)
    throw UsageError("spherical code: " + std::to_string(points) + " points; 1 to " +
                     std::to_string(kMostCodePoints) + " can be arranged");
  if (dimension < 1 || dimension > kMostCodeDimensions)
    throw UsageError("spherical code: " + std::to_string(dimension) + " dimensions; 1 to " +
                     std::to_string(kMostCodeDimensions) + " are possible");
  if (points == 1) return {-1.0, true, "simplex"};
  if (points <= dimension + 1) return {-1.0 / static_cast<double>(points - 1), true, "simplex"};
  if (dimension == 1) return {1.0, true, "coincidence"};
  if (dimension == 2)
    return {std::cos(2.0 * std::numbers::pi / static_cast<double>(points)), true, "regular polygon"};
  if (points <= 2 * dimension) return {0.0, true, "Rankin"};
  LargestCosineBound bound{std::max(0.0, LevenshteinBound(points, dimension).cosine(points)), false,
                           "Levenshtein"};
  if (dimension == 3 && fejes_toth_cosine(points) > bound.cosine)
    bound = {fejes_toth_cosine(points), false, "Fejes Tóth"};
  return bound;
}

}  // namespace gramscope
