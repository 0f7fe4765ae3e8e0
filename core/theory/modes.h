#pragma once

#include <string>
#include <vector>

#include "core/tasks/task.h"

namespace gramscope {

/// Modes u_i^T L v_i that are learned at one speed: one singular value of M = (P - 11^T/V) diag(pi), and one eigenvalue of
/// the attribute kernel. Within a group the vectors are defined up to a common rotation only; what is read of a group,
/// the mean of its u_i^T L v_i, does not depend on it.
struct ModeGroup {
  double singular_value = 0.0;    ///< sigma of M, in 1/contexts
  double kernel_eigenvalue = 0.0; ///< mu = v^T (A^T A / k) v; 0 without factors
  bool is_kernel_exact = true;    ///< whether every v of the group is an eigenvector of A^T A / k
  MatrixD u;                      ///< V×n, orthonormal columns
  MatrixD v;                      ///< m×n, orthonormal columns, M v_i = sigma u_i

  Index count() const { return u.cols(); }
};

/// The directions of logits in the order in which they are learned (GS, arXiv 2505.08348; math.md section 6).
struct Modes {
  std::vector<ModeGroup> groups;  ///< by singular value, then kernel eigenvalue, descending; at most kMostModeGroups
  std::string undefined;          ///< why there are none
};

inline constexpr std::size_t kMostModeGroups = 8;

/// The modes of a task: the singular vectors of M, those of equal singular value (relative 1e-9) turned so that they
/// diagonalise the attribute kernel, and divided by its eigenvalues. Zero singular values are left out. Undefined, with
/// the reason, above a size at which the decomposition would take longer than a moment.
Modes modes_of(const Task& task);

/// The mean over the group of u_i^T W H v_i (nats): how far the logits have grown along it. w is V×d, h is d×m.
double mode_value(const ModeGroup& group, const MatrixD& w, const MatrixD& h);

}  // namespace gramscope
