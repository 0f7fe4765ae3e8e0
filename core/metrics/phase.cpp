#include "core/metrics/phase.h"

namespace gramscope {

namespace {
constexpr double kCollapsedEquiangular = 0.05;
}

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::unformed: return "unformed";
    case Phase::structure: return "structure";
    case Phase::collapsing: return "collapsing";
    case Phase::collapsed: return "collapsed";
  }
  return "";
}

void PhaseTracker::observe(std::int64_t step, const Metrics& metrics) {
  const double semantic = metrics.get("cka_semantic");
  const double symmetric = metrics.get("cka_symmetric");
  // Comparisons with an undefined (NaN) value are false: such a step changes nothing.
  const bool is_semantic_ahead = semantic > symmetric;
  const bool is_symmetric_ahead = symmetric >= semantic;
  const bool is_collapsed =
      metrics.get("nc2_equiangular") < kCollapsedEquiangular && metrics.get("accuracy") == 1.0;

  if (is_semantic_ahead) has_structure_begun_ = true;
  if (has_structure_begun_ && (!peak_semantic_ || semantic > *peak_semantic_)) {
    peak_semantic_ = semantic;
    peak_step_ = step;
    overtake_step_.reset();
    collapse_step_.reset();
  } else if (has_structure_begun_ && is_symmetric_ahead && !overtake_step_) {
    overtake_step_ = step;
  }

  if (is_collapsed) {
    phase_ = Phase::collapsed;
    if (!collapse_step_) collapse_step_ = step;
  } else if (is_semantic_ahead) {
    phase_ = Phase::structure;
  } else if (is_symmetric_ahead) {
    phase_ = has_structure_begun_ ? Phase::collapsing : Phase::unformed;
  }
}

}  // namespace gramscope
