#include "core/tasks/imbalance.h"

#include <algorithm>
#include <cmath>

namespace gramscope {

namespace {

double frequency(int c, int classes, const Imbalance& imbalance) {
  switch (imbalance.kind) {
    case Imbalance::Kind::balanced: return 1.0;
    case Imbalance::Kind::zipf: return std::pow(static_cast<double>(c + 1), -imbalance.exponent);
    case Imbalance::Kind::step: return c < (classes + 1) / 2 ? imbalance.ratio : 1.0;
  }
  return 1.0;
}

}  // namespace

std::vector<Parameter> imbalance_parameters() {
  return {
      choice_parameter("task.imbalance", "Frequencies", "balanced",
                       {{"balanced", "Balanced", "all classes are equally frequent"},
                        {"zipf", "Zipf", "the r-th class is r^s times less frequent than the first"},
                        {"step", "Step", "the first half of the classes is r times as frequent as the rest"}},
                       Effect::restart,
                       "How often each class is seen; the rare ones are the first that a strong ridge no longer tells "
                       "apart."),
      only_with(real_parameter("task.imbalance_exponent", "Zipf exponent", "s", 1.0, 0.0, 4.0, Scale::linear, Effect::restart,
                     "The r-th class has frequency proportional to r^-s; 0 is balanced."),
                "task.imbalance", "zipf"),
      only_with(real_parameter("task.imbalance_ratio", "Step ratio", "r", 10.0, 1.0, 1e4, Scale::log, Effect::restart,
                     "How many times as frequent the first half of the classes is; 1 is balanced."),
                "task.imbalance", "step"),
  };
}

Imbalance imbalance_of(const Config& config) {
  const auto& kind = config.text("task.imbalance");
  return {.kind = kind == "zipf"   ? Imbalance::Kind::zipf
                  : kind == "step" ? Imbalance::Kind::step
                                   : Imbalance::Kind::balanced,
          .exponent = config.real_or("task.imbalance_exponent", 1.0),
          .ratio = config.real_or("task.imbalance_ratio", 1.0)};
}

VectorD context_weights(std::span<const int> class_of, const Imbalance& imbalance) {
  const auto m = static_cast<Index>(class_of.size());
  if (imbalance.kind == Imbalance::Kind::balanced) return VectorD::Constant(m, 1.0 / static_cast<double>(m));
  const int classes = *std::max_element(class_of.begin(), class_of.end()) + 1;
  VectorD weight(m);
  for (Index j = 0; j < m; ++j) weight(j) = frequency(class_of[static_cast<std::size_t>(j)], classes, imbalance);
  return weight / weight.sum();
}

}  // namespace gramscope
