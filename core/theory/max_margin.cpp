#include "core/theory/max_margin.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/linalg/arithmetic.h"
#include "core/linalg/decomposition.h"

namespace gramscope {

namespace {

constexpr std::string_view kMaxMarginActivity = "Solving for L_mm";
constexpr double kRelaxation = 1.7;  ///< Boyd et al. 2011, section 3.4.3: 1.5 to 1.8
/// The threshold of the first iterations is this many mean singular values; see Admm.
constexpr double kThreshold = 1.6;
constexpr Index kFirstProof = 10;  ///< iterations before the first look at the gap
constexpr Index kMostBetweenProofs = 25;
constexpr double kUnbalanced = 20.0;  ///< a ratio of the residuals at which the penalty was a bad guess
constexpr Index kBalanceUntil = 400;  ///< afterwards the penalty stays, so that convergence is certain

/// One column's constraints: its support, and the margin that the entries off it keep.
struct Column {
  const std::vector<Index>* support = nullptr;
  double margin = 1.0;  ///< the square root of how many contexts it stands for
  double level = 0.0;   ///< on the support, in the last projection
};

/// The nearest x to y with x_z = t on the support and x_v <= t - margin off it, for the best t.
///
/// t is the zero of f(t) = |S| (t - mean_S y) - sum over v off S of max(0, y_v - t + margin), which increases
/// and is concave: from any start Newton's method lands on its left and then climbs to the zero in finitely
/// many steps, each leaving entries behind. The start is the last projection's level.
void project(Column& column, Eigen::Ref<VectorD> x) {
  double on_support = 0.0;
  for (const Index z : *column.support) {
    on_support += x(z);
    x(z) = -std::numeric_limits<double>::infinity();
  }
  const auto support_size = static_cast<double>(column.support->size());
  double t = column.level;
  Index before = std::numeric_limits<Index>::max();
  for (int step = 0;; ++step) {
    const double bar = t - column.margin;
    const double excess = (x.array() - bar).cwiseMax(0.0).sum();
    Index above = 0;
    for (Index v = 0; v < x.size(); ++v) above += x(v) > bar;
    t = (on_support + excess + static_cast<double>(above) * t) / (support_size + static_cast<double>(above));
    // The sets of entries above are nested: as many as before are the same, and t is the zero.
    if (above == before || (step > 1 && above > before)) break;
    before = above;
  }
  x = x.cwiseMin(t - column.margin);
  for (const Index z : *column.support) x(z) = t;
  column.level = t;
}

/// A A^T or A^T A, whichever is smaller.
MatrixD small_gram(const MatrixD& a) {
  const bool is_left = a.rows() <= a.cols();
  const Index n = is_left ? a.rows() : a.cols();
  MatrixD gram = MatrixD::Zero(n, n);
  if (is_left)
    gram.selfadjointView<Eigen::Lower>().rankUpdate(a);
  else
    gram.selfadjointView<Eigen::Lower>().rankUpdate(a.transpose());
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
  return gram;
}

/// The singular values to within sqrt(eps) of the largest: enough to steer by.
VectorD rough_singular_values(const MatrixD& a) {
  return symmetric_eigenvalues(small_gram(a)).cwiseMax(0.0).cwiseSqrt();
}

/// No smaller than |A|_2, and larger by rounding only: eigenvalues of the Gram matrix are within a small
/// multiple of its order and of the inner products' length of units in the last place (Higham 2002,
/// sections 3.5 and 10.1).
double spectral_norm_bound(const MatrixD& a) {
  const double rounding = static_cast<double>(a.rows() + a.cols()) * std::numeric_limits<double>::epsilon();
  return rough_singular_values(a)(0) * (1.0 + rounding);
}

/// Singular values s of A become max(0, s - threshold).
void shrink_singular_values(const MatrixD& a, double threshold, MatrixD& result) {
  const auto eigen = symmetric_eigen(small_gram(a));
  Index rank = 0;
  while (rank < eigen.values.size() && eigen.values(rank) > threshold * threshold) ++rank;
  const VectorD share = 1.0 - threshold / eigen.values.head(rank).array().sqrt();
  const auto basis = eigen.vectors.leftCols(rank);
  MatrixD filter;
  filter.noalias() = basis * share.asDiagonal() * basis.transpose();
  if (a.rows() <= a.cols())
    result.noalias() = filter * a;
  else
    result.noalias() = a * filter;
}

/// The solver's state between two iterations: X has a small nuclear norm, Z satisfies the constraints, and
/// rho U tends to minus a subgradient of the norm.
///
/// The penalty is 1/rho = kThreshold mean singular values of the smallest feasible matrix, where the mean is
/// weighted by the singular values. Measured on uniform and Zipf supports (104×403 to 256×1,024), factors
/// of 1.2 to 2.5 of that mean take the fewest iterations, a third of what residual balancing from the mean
/// itself takes.
class Admm {
 public:
  Admm(Index words, std::vector<Column> columns) : columns_(std::move(columns)) {
    const auto n = static_cast<Index>(columns_.size());
    z_ = MatrixD::Zero(words, n);
    for (Index j = 0; j < n; ++j) project(columns_[static_cast<std::size_t>(j)], z_.col(j));
    u_ = MatrixD::Zero(words, n);
    const VectorD s = rough_singular_values(z_);
    rho_ = s.sum() / (kThreshold * s.squaredNorm());
    target_ = z_;
  }

  void iterate() {
    shrink_singular_values(target_, 1.0 / rho_, x_);
    for (Index j = 0; j < z_.cols(); ++j) {
      u_.col(j) += kRelaxation * x_.col(j) + (1.0 - kRelaxation) * z_.col(j);
      z_.col(j) = u_.col(j);
      project(columns_[static_cast<std::size_t>(j)], z_.col(j));
      u_.col(j) -= z_.col(j);
      target_.col(j) = z_.col(j) - u_.col(j);
    }
  }

  /// iterate(), and a better penalty where the primal and the dual residual are far apart (Boyd et al. 2011,
  /// section 3.4.1).
  void iterate_and_balance() {
    const MatrixD previous = z_;
    iterate();
    const double primal = (x_ - z_).norm();
    const double dual = rho_ * (z_ - previous).norm();
    const double factor = primal > kUnbalanced * dual ? 2.0 : dual > kUnbalanced * primal ? 0.5 : 1.0;
    rho_ *= factor;
    u_ /= factor;
    target_ = z_ - u_;
  }

  const MatrixD& feasible() const { return z_; }

  /// The value of the dual certificate that -rho U leads to; see solve_max_margin.
  double lower_bound() const {
    MatrixD dual = -rho_ * u_;
    double value = 0.0;
    for (Index j = 0; j < dual.cols(); ++j) {
      const auto& column = columns_[static_cast<std::size_t>(j)];
      VectorD kept(static_cast<Index>(column.support->size()));
      for (Index i = 0; i < kept.size(); ++i)
        kept(i) = dual((*column.support)[static_cast<std::size_t>(i)], j);
      for (const Index z : *column.support) dual(z, j) = 0.0;
      dual.col(j) = dual.col(j).cwiseMin(0.0);
      const double off_support = dual.col(j).sum();
      const double shift = (-off_support - kept.sum()) / static_cast<double>(kept.size());
      for (Index i = 0; i < kept.size(); ++i)
        dual((*column.support)[static_cast<std::size_t>(i)], j) = kept(i) + shift;
      value -= column.margin * off_support;
    }
    const double norm = spectral_norm_bound(dual);
    return norm > 0.0 ? value / norm : 0.0;
  }

 private:
  std::vector<Column> columns_;
  MatrixD x_;
  MatrixD z_;
  MatrixD u_;
  MatrixD target_;  ///< Z - U
  double rho_ = 1.0;
};

/// When to look at the gap again, and how far the way is: the gap shrinks by a roughly constant factor per
/// iteration.
class Course {
 public:
  explicit Course(double target) : target_(target) {}

  /// A gap seen at an iteration.
  void observe(Index iteration, double gap) {
    gap = std::clamp(gap, 1e-300, 1.0);
    const auto steps = static_cast<double>(iteration - seen_at_);
    if (steps > 0.0 && gap < gap_) rate_ = std::log(gap_ / gap) / steps;
    gap_ = gap;
    seen_at_ = iteration;
    const double remaining = rate_ > 0.0 ? std::log(gap / target_) / rate_ : 0.0;
    next_ = iteration +
            std::clamp(static_cast<Index>(std::ceil(std::min(remaining, 1e6))), Index{2}, kMostBetweenProofs);
    share_ = std::max(share_, target_ < 1.0 ? std::log(gap) / std::log(target_) : 1.0);
  }

  Index next() const { return next_; }

  /// The share of the way at an iteration up to next(): 0 to 1, never less than it was.
  double share(Index iteration) {
    const double expected = std::log(gap_) - rate_ * static_cast<double>(iteration - seen_at_);
    share_ = std::max(share_, std::min(expected / std::log(target_), kUnseen));
    return std::min(share_, 1.0);
  }

 private:
  static constexpr double kUnseen = 0.99;  ///< no more is claimed before the gap was seen

  double target_;
  double gap_ = 1.0;
  double rate_ = 0.0;
  double share_ = 0.0;
  Index seen_at_ = 0;
  Index next_ = kFirstProof;
};

/// One-hot supports, each of as many contexts: the columns of I - 11^T/V. For K different labels the problem
/// is unchanged by permutations of the labels and of the other words, so the mean of a solution over them is
/// one; among matrices with that symmetry, label rows a I + b 11^T and all other entries c <= a + b - 1, the
/// norm (K - 1) a + |(a + K b, c)| (with the weights of the rows) is smallest at a = 1, b = c = -1/V: its
/// slope in a is (K - 1) (1 - sqrt(1 - K/V)) >= 0.
bool is_balanced_one_hot(const std::vector<Column>& columns) {
  return std::all_of(columns.begin(), columns.end(), [&](const Column& column) {
    return column.support->size() == 1 && column.margin == columns.front().margin;
  });
}

MatrixD simplex_columns(Index words, const std::vector<Column>& columns) {
  const double margin = columns.front().margin;
  MatrixD z =
      MatrixD::Constant(words, static_cast<Index>(columns.size()), -margin / static_cast<double>(words));
  for (std::size_t j = 0; j < columns.size(); ++j)
    z(columns[j].support->front(), static_cast<Index>(j)) += margin;
  return z;
}

/// Fills in all of the result but its logits. Returns Z, whose columns are those of the logits times their
/// margin.
MatrixD solve(Index words, const std::vector<Column>& columns, const MaxMarginOptions& options,
              const TaskWork& work, MaxMargin& result) {
  if (is_balanced_one_hot(columns)) {
    const auto labels = static_cast<double>(columns.size());
    result.nuclear_norm =
        columns.front().margin * (labels - 1.0 + std::sqrt(1.0 - labels / static_cast<double>(words)));
    result.lower_bound = result.nuclear_norm;
    result.rank = std::min(static_cast<Index>(columns.size()), words - 1);
    return simplex_columns(words, columns);
  }
  Admm admm(words, columns);
  Course course(options.relative_gap);
  for (;;) {
    work.progress(course.share(result.iterations), kMaxMarginActivity);
    const bool is_last = result.iterations >= options.most_iterations;
    if (result.iterations == course.next() || is_last) {
      result.nuclear_norm = rough_singular_values(admm.feasible()).sum();
      result.lower_bound = std::max(result.lower_bound, admm.lower_bound());
      if (result.relative_gap() <= options.relative_gap || is_last) {
        const VectorD s = singular_values(admm.feasible());
        result.nuclear_norm = s.sum();
        result.rank = (s.array() > 1e-6 * s(0)).count();
        if (result.relative_gap() <= options.relative_gap || is_last) return admm.feasible();
      }
      course.observe(result.iterations, result.relative_gap());
    }
    ++result.iterations;
    if (result.iterations == course.next() && result.iterations <= kBalanceUntil)
      admm.iterate_and_balance();
    else
      admm.iterate();
  }
}

}  // namespace

MaxMargin solve_max_margin(const Supports& supports, const MaxMarginOptions& options, const TaskWork& work) {
  const ComputeScope scope;
  MaxMargin result;
  result.logits = MatrixD::Zero(supports.words, supports.contexts());
  std::vector<Column> columns;
  std::vector<Index> column_of(supports.distinct.size(), -1);
  for (std::size_t i = 0; i < supports.distinct.size(); ++i) {
    if (static_cast<Index>(supports.distinct[i].size()) == supports.words) continue;
    column_of[i] = static_cast<Index>(columns.size());
    columns.push_back({&supports.distinct[i], std::sqrt(static_cast<double>(supports.multiplicity[i]))});
  }
  work.progress(0.0, kMaxMarginActivity);
  if (!columns.empty()) {
    const MatrixD z = solve(supports.words, columns, options, work, result);
    for (Index j = 0; j < supports.contexts(); ++j) {
      const Index number =
          column_of[static_cast<std::size_t>(supports.of_context[static_cast<std::size_t>(j)])];
      if (number >= 0)
        result.logits.col(j) = z.col(number) / columns[static_cast<std::size_t>(number)].margin;
    }
  }
  work.progress(1.0, kMaxMarginActivity);
  return result;
}

MaxMarginFactors max_margin_factors(const MatrixD& logits) {
  const auto svd = thin_svd(logits);
  Index rank = 0;
  while (rank < svd.s.size() && svd.s(rank) > 1e-9 * svd.s(0)) ++rank;
  const VectorD root = svd.s.head(rank).cwiseSqrt();
  return {svd.u.leftCols(rank) * root.asDiagonal(), root.asDiagonal() * svd.v.leftCols(rank).transpose()};
}

}  // namespace gramscope
