#include "core/theory/modes.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/arithmetic.h"
#include "core/linalg/decomposition.h"
#include "core/tasks/attribute_index.h"

namespace gramscope {

namespace {

constexpr double kSame = 1e-9;      ///< singular values and eigenvalues this close, relatively, are one
constexpr double kNothing = 1e-10;  ///< of the largest singular value: what is below is rounding

/// The smaller side squared times the larger one, of the largest V×m that is decomposed: 420×420, or 300×800. On one core
/// of the reference machine that takes 0.3 s, once per task.
constexpr double kMostWork = 7.5e7;

/// M = (P - 11^T/V) diag(pi)
MatrixD deviation_from_uniform(const Task& task) {
  MatrixD m(task.words, task.contexts);
  for (Index j = 0; j < task.contexts; ++j) {
    m.col(j).setConstant(-task.weight(j) / static_cast<double>(task.words));
    for (Index i = task.targets.begin[static_cast<std::size_t>(j)]; i < task.targets.begin[static_cast<std::size_t>(j) + 1]; ++i)
      m(task.targets.word[static_cast<std::size_t>(i)], j) +=
          task.weight(j) * task.targets.probability[static_cast<std::size_t>(i)];
  }
  return m;
}

/// A^T A / k, applied without being formed.
class AttributeKernel {
 public:
  explicit AttributeKernel(const Task& task) : index_(task) {}

  bool is_there() const { return index_.factors() > 0; }

  /// V^T (A^T A / k) V (n×n) for V m×n
  MatrixD seen_by(const MatrixD& v) const {
    const MatrixD by_value = values_of(v);
    MatrixD gram;
    gram.noalias() = by_value * by_value.transpose();
    return gram / static_cast<double>(index_.factors());
  }

  /// (A^T A / k) V
  MatrixD times(const MatrixD& v) const {
    MatrixD result = MatrixD::Zero(v.cols(), v.rows());
    index_.add_times(values_of(v), result);
    return result.transpose() / static_cast<double>(index_.factors());
  }

 private:
  MatrixD values_of(const MatrixD& v) const {
    MatrixD by_value(v.cols(), index_.values());
    index_.times_transpose(v.transpose(), by_value);
    return by_value;
  }

  AttributeIndex index_;
};

/// Where the run of values that are one with values(first) ends; `values` descends.
Index end_of_run(const VectorD& values, Index first, double tolerance) {
  Index end = first + 1;
  while (end < values.size() && values(first) - values(end) <= tolerance) ++end;
  return end;
}

/// Appends the modes of one singular value, whose right vectors span `v`, in groups of one kernel eigenvalue each.
void append_groups(const MatrixD& m, const AttributeKernel& kernel, double sigma, MatrixD v, std::vector<ModeGroup>& groups) {
  VectorD mu = VectorD::Zero(v.cols());
  if (kernel.is_there()) {
    const auto eigen = symmetric_eigen(kernel.seen_by(v));
    v = v * eigen.vectors;
    mu = eigen.values;
  }
  const double scale = std::max(1.0, mu.cwiseAbs().maxCoeff());
  for (Index first = 0; first < mu.size() && groups.size() < kMostModeGroups;) {
    const Index end = end_of_run(mu, first, kSame * scale);
    ModeGroup group;
    group.singular_value = sigma;
    group.v = v.middleCols(first, end - first);
    group.u = m * group.v / sigma;
    if (kernel.is_there()) {
      const double mean = mu.segment(first, end - first).mean();
      // A positive semidefinite kernel has no eigenvalue below 0, and one of 1e-16 is 0.
      group.kernel_eigenvalue = mean > kSame * scale ? mean : 0.0;
      group.is_kernel_exact =
          (kernel.times(group.v) - group.kernel_eigenvalue * group.v).colwise().norm().maxCoeff() <= kSame * scale;
    }
    groups.push_back(std::move(group));
    first = end;
  }
}

}  // namespace

Modes modes_of(const Task& task) {
  const ComputeScope scope;
  Modes modes;
  const auto small = static_cast<double>(std::min(task.words, task.contexts));
  const auto large = static_cast<double>(std::max(task.words, task.contexts));
  if (small * small * large > kMostWork) {
    modes.undefined = std::to_string(task.words) + " words and " + std::to_string(task.contexts) +
                      " contexts are too many to take apart into modes";
    return modes;
  }
  const MatrixD m = deviation_from_uniform(task);
  const auto svd = thin_svd(m);
  const auto is_nothing = [&](Index i) { return !(svd.s(i) > kNothing * svd.s(0)); };
  for (Index first = 0; first < svd.s.size() && !is_nothing(first) && modes.groups.size() < kMostModeGroups;) {
    const Index end = end_of_run(svd.s, first, kSame * svd.s(first));
    append_groups(m, AttributeKernel(task), svd.s.segment(first, end - first).mean(), svd.v.middleCols(first, end - first),
                  modes.groups);
    first = end;
  }
  if (modes.groups.empty()) modes.undefined = "every word follows every context equally often: nothing is to be learned";
  return modes;
}

double mode_value(const ModeGroup& group, const MatrixD& w, const MatrixD& h) {
  const MatrixD a = w.transpose() * group.u;
  const MatrixD b = h * group.v;
  return a.cwiseProduct(b).sum() / static_cast<double>(group.count());
}

}  // namespace gramscope
