#pragma once

#include <cstdint>
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
  double smoothing = 0.0; ///< eps of label smoothing: the targets' deviation from uniform, and sigma, are (1 - eps) times
                          ///< what the task has
};

/// The setting of a resolved config and a group, or why there is no theory of it: a network, the additive UFM, AdamW, a
/// learning rate or a ridge that changes with the step, a reward for alignment (its gradient has no linear part at zero
/// weights), a kernel of which the modes are no eigenvectors.
struct GrowthTheory {
  GrowthSetting setting;
  std::string undefined;  ///< empty where the setting is one
};
GrowthTheory growth_theory(const Config& config, const ModeGroup& group);

/// r of the growth (1 + eta r)^2 per step of a mode of singular value sigma by plain gradient descent, for lambda_W =
/// lambda_H = lambda: [-lambda (1 + kappa) + sqrt(lambda^2 (1 - kappa)^2 + 4 kappa sigma^2)] / 2; in general the larger
/// eigenvalue of [[-lambda_W, sigma], [kappa sigma, -kappa lambda_H]] (math.md section 6). Per unit of learning rate and step;
/// negative: the mode dies.
double growth_rate(double singular_value, const GrowthSetting& setting);

/// What mode_value is multiplied by per step once the fastest part of the mode has won: rho^2 with rho = 1 + eta r, or with
/// momentum the larger root of rho^2 - (1 + momentum + eta r) rho + momentum = 0. The absolute value of rho where the roots
/// are complex (a ridge far too large for the learning rate).
double growth_per_step(double singular_value, const GrowthSetting& setting);

/// mode_value at each of `steps` (ascending) as the dynamics linearised at zero weights have it, from W and H at step 0:
/// a = W^T u and b = H v follow a' = a + eta (sigma b - lambda_W a), b' = b + eta kappa (sigma a - lambda_H b), with
/// heavy-ball momentum from rest where there is any. Exact while the logits are small: relatively wrong by about as much as
/// they are large (nats). Infinite once it overflows. Its cost does not grow with the number of a step but with its digits.
std::vector<double> early_course(const ModeGroup& group, const MatrixD& w, const MatrixD& h, const GrowthSetting& setting,
                                 std::span<const std::int64_t> steps);

}  // namespace gramscope
