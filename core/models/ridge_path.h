#pragma once

#include <cstdint>
#include <vector>

#include "core/registry/config.h"
#include "core/registry/parameter.h"

namespace gramscope {

/// The course of the ridge over a run: lambda(t) = lambda s(t) for every ridge of a model, with s = 1 (reg.path =
/// constant) or s(t) = f^min(1, t/n), f = reg.path_factor and n = reg.path_steps (geometric). Followed slowly towards
/// 0, the minimum of the objective runs along the regularization path.
/// Source: IG sec. 3 (arXiv 2408.15417); math.md section 6, which goes from 1e-2 to 1e-7 in 800,000 steps.
class RidgePath {
 public:
  /// A config without these parameters gives the constant path.
  void configure(const Config& config);

  /// s(t); 1 to the bit at t = 0 and on the constant path, f from t = n on.
  double share_at(std::int64_t step) const;

 private:
  bool is_constant_ = true;
  double factor_ = 1.0;
  std::int64_t steps_ = 1;
};

/// reg.path, reg.path_factor and reg.path_steps.
std::vector<Parameter> ridge_path_parameters();

}  // namespace gramscope
