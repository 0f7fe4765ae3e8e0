#include "core/models/ridge_path.h"

#include <algorithm>
#include <cmath>

namespace gramscope {

void RidgePath::configure(const Config& config) {
  is_constant_ = config.text_or("reg.path", "constant") == "constant";
  if (is_constant_) return;
  factor_ = config.real("reg.path_factor");
  steps_ = config.integer("reg.path_steps");
}

double RidgePath::share_at(std::int64_t step) const {
  if (is_constant_) return 1.0;
  return std::pow(factor_, static_cast<double>(std::min(step, steps_)) / static_cast<double>(steps_));
}

std::vector<Parameter> ridge_path_parameters() {
  auto factor = with_slider(real_parameter("reg.path_factor", "Path factor", "", 1e-3, 1e-12, 1e12, Scale::log, Effect::live,
                                           "What every ridge has been multiplied by at the end of the path."),
                            1e-6, 1.0);
  auto steps = with_slider(integer_parameter("reg.path_steps", "Path length", "", 10'000, 1, 1'000'000'000, Scale::log,
                                             Effect::live, "Steps that the path takes; after it the ridge stays."),
                           100, 1'000'000);
  return {
      choice_parameter("reg.path", "Ridge path", "constant",
                       {{"constant", "Constant", "every ridge stays what it is"},
                        {"geometric", "Geometric", "every ridge changes by the same factor in every step"}},
                       Effect::live, "The course of all ridges over the run: towards 0 it is the regularization path."),
      only_with(std::move(factor), "reg.path", "geometric"),
      only_with(std::move(steps), "reg.path", "geometric"),
  };
}

}  // namespace gramscope
