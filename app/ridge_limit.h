#pragma once

#include "core/tasks/task.h"

namespace gramscope::app {

/// The largest singular value of (P - 11^T/V) diag(pi), the gradient of the cross-entropy at L = 0: where
/// sqrt(lambda_W lambda_H) is at least that, zero is the global minimum of the ridge-penalised objective, for it is
/// convex in L with the penalty sqrt(lambda_W lambda_H) |L|_* (math.md section 2). Exactly 1/m for m balanced contexts
/// with a word each. 0 for a task without contexts.
double ridge_limit(const Task& task);

}  // namespace gramscope::app
