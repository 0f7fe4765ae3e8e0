#pragma once

#include "core/linalg/types.h"
#include "core/tasks/task.h"

namespace gramscope {

/// The spectral norm of (P - 11^T/V) diag(pi): from sqrt(lambda_W lambda_H) = this on, zero is the global minimum of the
/// UFM's objective, whatever d >= 1.
///
/// Over all W, H with W H = L the ridge is least at sqrt(lambda_W lambda_H) |L|_* (Srebro, Rennie & Jaakkola 2004), so
/// the objective is the convex CE(L) + sqrt(lambda_W lambda_H) |L|_*. Zero minimises it exactly where minus the gradient
/// of CE at 0, which is this matrix, has spectral norm sqrt(lambda_W lambda_H) at most; above it, the first singular
/// pair is a direction of descent of rank one.
///
/// `targets` P (V×m) by column, `weight` pi (m), `words` V. In nats per unit logit. A distinct label for each of m
/// equally frequent contexts gives 1/m; n contexts for each of K labels 1/(K sqrt(n)); at least two classes that are the
/// most frequent, one context each, their frequency. 0 where P is uniform in every column.
double ridge_limit(const SparseColumns& targets, const VectorD& weight, Index words);

}  // namespace gramscope
