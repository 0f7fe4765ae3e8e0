#include "core/theory/max_margin.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/arithmetic.h"
#include "core/linalg/decomposition.h"

namespace gramscope {

namespace {

constexpr double kRelaxation = 1.6;   ///< Boyd et al. 2011, section 3.4.3: 1.5 to 1.8
constexpr Index kCheckEvery = 10;     ///< iterations between two proofs
constexpr Index kBalanceUntil = 400;  ///< afterwards the penalty stays, so that convergence is certain
constexpr double kBalance = 2.0;      ///< how unequal the residuals may be

/// One column's constraints: its support, and the margin that the entries off it keep.
struct Column {
  const std::vector<Index>* support = nullptr;
  double margin = 1.0;  ///< the square root of how many contexts it stands for
};

/// The nearest x to y with x_z = t on the support and x_v <= t - margin off it, for the best t.
///
/// t is the zero of f(t) = |S| (t - mean_S y) - sum over v off S of max(0, y_v - t + margin), which increases and is concave:
/// from any start Newton's method lands on its left and then climbs to the zero in finitely many steps.
void project(const Column& column, Eigen::Ref<VectorD> x, std::vector<char>& is_in_support) {
  for (const Index z : *column.support) is_in_support[static_cast<std::size_t>(z)] = 1;
  const Index words = x.size();
  double on_support = 0.0;
  for (const Index z : *column.support) on_support += x(z);
  const auto support_size = static_cast<double>(column.support->size());
  double t = (x.sum() + column.margin * (static_cast<double>(words) - support_size)) / static_cast<double>(words);
  for (;;) {
    double sum = on_support;
    double count = support_size;
    for (Index v = 0; v < words; ++v) {
      if (is_in_support[static_cast<std::size_t>(v)] || x(v) <= t - column.margin) continue;
      sum += x(v) + column.margin;
      count += 1.0;
    }
    const double next = sum / count;
    // The same entries were active: nothing moves any more but rounding.
    if (!(std::abs(next - t) > 1e-15 * (std::abs(t) + column.margin))) break;
    t = next;
  }
  for (Index v = 0; v < words; ++v)
    x(v) = is_in_support[static_cast<std::size_t>(v)] ? t : std::min(x(v), t - column.margin);
  for (const Index z : *column.support) is_in_support[static_cast<std::size_t>(z)] = 0;
}

/// Eigenvalues and vectors of A A^T or A^T A, whichever is smaller.
struct SmallGram {
  bool is_left = true;  ///< A A^T
  SymmetricEigen eigen;

  explicit SmallGram(const MatrixD& a) : is_left(a.rows() <= a.cols()) { eigen = symmetric_eigen(product(a, is_left)); }

  static MatrixD product(const MatrixD& a, bool is_left) {
    const Index n = is_left ? a.rows() : a.cols();
    MatrixD gram = MatrixD::Zero(n, n);
    if (is_left)
      gram.selfadjointView<Eigen::Lower>().rankUpdate(a);
    else
      gram.selfadjointView<Eigen::Lower>().rankUpdate(a.transpose());
    gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
    return gram;
  }
};

VectorD singular_values(const MatrixD& a) {
  return symmetric_eigenvalues(SmallGram::product(a, a.rows() <= a.cols())).cwiseMax(0.0).cwiseSqrt();
}

/// Singular values s of A become max(0, s - threshold). Returns how many stay.
Index shrink_singular_values(const MatrixD& a, double threshold, MatrixD& result) {
  const SmallGram gram(a);
  const auto& values = gram.eigen.values;
  Index rank = 0;
  while (rank < values.size() && values(rank) > threshold * threshold) ++rank;
  const VectorD share = 1.0 - threshold / values.head(rank).array().sqrt();
  const auto basis = gram.eigen.vectors.leftCols(rank);
  MatrixD filter;
  filter.noalias() = basis * share.asDiagonal() * basis.transpose();
  if (gram.is_left)
    result.noalias() = filter * a;
  else
    result.noalias() = a * filter;
  return rank;
}

/// The solver's state between two iterations: X has a small nuclear norm, Z satisfies the constraints, and rho U tends to
/// minus a subgradient of the norm.
class Admm {
 public:
  Admm(Index words, std::vector<Column> columns)
      : columns_(std::move(columns)), is_in_support_(static_cast<std::size_t>(words), 0) {
    const auto n = static_cast<Index>(columns_.size());
    z_ = MatrixD::Zero(words, n);
    for (Index j = 0; j < n; ++j) project(columns_[static_cast<std::size_t>(j)], z_.col(j), is_in_support_);
    u_ = MatrixD::Zero(words, n);
    // Thresholds of the size of a typical singular value: of the right order whatever the scale of the problem.
    const VectorD s = singular_values(z_);
    const double mean = s.squaredNorm() / std::max(s.sum(), 1e-300);
    rho_ = 1.0 / std::max(mean, 1e-300);
  }

  void iterate(bool may_balance) {
    target_ = z_ - u_;
    shrink_singular_values(target_, 1.0 / rho_, x_);
    previous_ = z_;
    u_ += kRelaxation * x_ + (1.0 - kRelaxation) * z_;
    z_ = u_;
    for (Index j = 0; j < z_.cols(); ++j) project(columns_[static_cast<std::size_t>(j)], z_.col(j), is_in_support_);
    u_ -= z_;
    if (may_balance) balance();
  }

  const MatrixD& feasible() const { return z_; }
  double nuclear_norm() const { return singular_values(z_).sum(); }

  /// The value of the dual certificate that -rho U leads to; see solve_max_margin.
  double lower_bound() const {
    MatrixD dual = -rho_ * u_;
    double value = 0.0;
    for (Index j = 0; j < dual.cols(); ++j) {
      const auto& column = columns_[static_cast<std::size_t>(j)];
      double on_support = 0.0;
      VectorD kept(static_cast<Index>(column.support->size()));
      for (Index i = 0; i < kept.size(); ++i) kept(i) = dual((*column.support)[static_cast<std::size_t>(i)], j);
      on_support = kept.sum();
      for (const Index z : *column.support) dual(z, j) = 0.0;
      dual.col(j) = dual.col(j).cwiseMin(0.0);
      const double off_support = dual.col(j).sum();
      const double shift = (-off_support - on_support) / static_cast<double>(kept.size());
      for (Index i = 0; i < kept.size(); ++i) dual((*column.support)[static_cast<std::size_t>(i)], j) = kept(i) + shift;
      value -= column.margin * off_support;
    }
    const double spectral_norm = singular_values(dual)(0);
    return spectral_norm > 0.0 ? value / spectral_norm : 0.0;
  }

 private:
  /// Keeps the primal and the dual residual alike (Boyd et al. 2011, section 3.4.1).
  void balance() {
    const double primal = (x_ - z_).norm();
    const double dual = rho_ * (z_ - previous_).norm();
    double factor = 1.0;
    if (primal > kBalance * dual) factor = kBalance;
    if (dual > kBalance * primal) factor = 1.0 / kBalance;
    rho_ *= factor;
    u_ /= factor;
  }

  std::vector<Column> columns_;
  std::vector<char> is_in_support_;
  MatrixD x_;
  MatrixD z_;
  MatrixD u_;
  MatrixD target_;
  MatrixD previous_;
  double rho_ = 1.0;
};

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
  if (columns.empty()) return result;

  Admm admm(supports.words, columns);
  for (;;) {
    if (result.iterations % kCheckEvery == 0) {
      result.nuclear_norm = admm.nuclear_norm();
      result.lower_bound = std::max(result.lower_bound, admm.lower_bound());
      // The gap shrinks by a roughly constant factor: its logarithm is the share of the way.
      const double gap = std::clamp(result.relative_gap(), 1e-300, 1.0);
      work.progress(std::clamp(std::log(gap) / std::log(options.relative_gap), 0.0, 1.0), "Solving for L_mm");
      if (result.relative_gap() <= options.relative_gap || result.iterations >= options.most_iterations) break;
    }
    admm.iterate(result.iterations < kBalanceUntil && result.iterations % kCheckEvery == kCheckEvery - 1);
    ++result.iterations;
  }

  for (Index j = 0; j < supports.contexts(); ++j) {
    const auto number = static_cast<std::size_t>(supports.of_context[static_cast<std::size_t>(j)]);
    if (column_of[number] < 0) continue;
    result.logits.col(j) =
        admm.feasible().col(column_of[number]) / columns[static_cast<std::size_t>(column_of[number])].margin;
  }
  const VectorD s = singular_values(admm.feasible());
  result.rank = (s.array() > 1e-6 * s(0)).count();
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
