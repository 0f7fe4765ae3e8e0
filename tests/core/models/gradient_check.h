#pragma once

#include <memory>
#include <string>

#include "core/models/model.h"

namespace gramscope {

/// How far two gradients of one tensor are apart: |g - g'| / max(|g|, |g'|, 1e-8 |whole gradient|). The last
/// term is for tensors whose gradient is exactly zero, such as the bias of attention keys.
double gradient_distance(const MatrixD& g, const MatrixD& other, double whole_norm);

struct GradientCheck {
  double error = 0.0;      ///< the largest gradient_distance of all tensors
  std::string tensor;      ///< where
  double padding = 0.0;    ///< the largest entry of the gradient outside all tensors; must be 0
  double objective = 0.0;  ///< where the gradient was taken
};

/// Compares a model's gradient with central differences of its objective (fourth order), after moving every
/// parameter by N(0, spread²): at the initial weights many gradients are too small to tell much.
/// At most `most_entries` entries of each tensor are differenced, evenly spaced.
GradientCheck check_gradient(std::unique_ptr<Model<double>> model, std::uint64_t seed, double spread = 0.3,
                             Index most_entries = 60);

}  // namespace gramscope
