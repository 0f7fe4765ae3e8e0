#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/registry/config.h"
#include "core/theory/modes.h"

namespace gramscope {

/// What the early growth of a mode of the UFM follows: W and H in gradient descent with a small logit.
struct GrowthSetting {
  double learning_rate = 0.0;
  double momentum = 0.0;  ///< 0: plain gradient descent
  double lambda_w = 0.0;
  double lambda_h = 0.0;
  double kappa = 1.0;     ///< eigenvalue of the metric K in which H moves: alpha mu + beta; 1 for the plain UFM
};

/// The setting of a config and a group, or why there is no theory of it: a network, the additive UFM, AdamW, a schedule or
/// a ridge that changes with the step, a kernel of which the modes are no eigenvectors.
struct GrowthTheory {
  GrowthSetting setting;
  std::string undefined;
};
GrowthTheory growth_theory(const Config& config, const ModeGroup& group);

/// r of the growth (1 + eta r)^2 per step of a mode by plain gradient descent, for lambda_W = lambda_H = lambda:
/// [-lambda (1 + kappa) + sqrt(lambda^2 (1 - kappa)^2 + 4 kappa sigma^2)] / 2; in general the larger eigenvalue of
/// [[-lambda_W, sigma], [kappa sigma, -kappa lambda_H]] (math.md section 6). Negative: the mode dies.
double growth_rate(double singular_value, const GrowthSetting& setting);

/// mode_value at each of `steps` (ascending) as the dynamics linearised at zero weights have it, from W and H at step 0:
/// a = W^T u and b = H v follow a' = a + eta (sigma b - lambda_W a), b' = b + eta kappa (sigma a - lambda_H b), with
/// heavy-ball momentum where there is any. Exact while the logits are small; infinite once it overflows.
std::vector<double> early_course(const ModeGroup& group, const MatrixD& w, const MatrixD& h, const GrowthSetting& setting,
                                 std::span<const std::int64_t> steps);

}  // namespace gramscope
