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

  if (is_semantic_ahead) state_.has_structure_begun = true;
  if (state_.has_structure_begun && (!state_.peak_semantic || semantic > *state_.peak_semantic)) {
    state_.peak_semantic = semantic;
    state_.peak_step = step;
    state_.overtake_step.reset();
    state_.collapse_step.reset();
  } else if (state_.has_structure_begun && is_symmetric_ahead && !state_.overtake_step) {
    state_.overtake_step = step;
  }

  if (is_collapsed) {
    state_.phase = Phase::collapsed;
    if (!state_.collapse_step) state_.collapse_step = step;
  } else if (is_semantic_ahead) {
    state_.phase = Phase::structure;
  } else if (is_symmetric_ahead) {
    state_.phase = state_.has_structure_begun ? Phase::collapsing : Phase::unformed;
  }
}

}  // namespace gramscope
