#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/metrics/metrics.h"

namespace gramscope {

/// Where a run stands between structure and collapse (math.md section 4).
enum class Phase { unformed, structure, collapsing, collapsed };

std::string_view to_string(Phase phase);

/// Reads the phase off the recorded steps of one segment, in order. A small value: copying it is how a recorded step
/// is replaced.
class PhaseTracker {
 public:
  void observe(std::int64_t step, const Metrics& metrics);

  Phase phase() const { return phase_; }
  /// Step and value of the maximum of cka_semantic since structure began.
  std::optional<std::int64_t> peak_step() const { return peak_step_; }
  std::optional<double> peak_semantic() const { return peak_semantic_; }
  /// First recorded step after the peak with cka_symmetric >= cka_semantic.
  std::optional<std::int64_t> overtake_step() const { return overtake_step_; }
  /// First recorded step, after the peak where there was one, at which the phase is collapsed.
  std::optional<std::int64_t> collapse_step() const { return collapse_step_; }

 private:
  Phase phase_ = Phase::unformed;
  bool has_structure_begun_ = false;
  std::optional<std::int64_t> peak_step_;
  std::optional<double> peak_semantic_;
  std::optional<std::int64_t> overtake_step_;
  std::optional<std::int64_t> collapse_step_;
};

}  // namespace gramscope
