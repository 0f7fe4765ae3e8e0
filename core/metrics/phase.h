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

  Phase phase() const { return state_.phase; }
  /// Step and value of the maximum of cka_semantic since structure began.
  std::optional<std::int64_t> peak_step() const { return state_.peak_step; }
  std::optional<double> peak_semantic() const { return state_.peak_semantic; }
  /// First recorded step after the peak with cka_symmetric >= cka_semantic.
  std::optional<std::int64_t> overtake_step() const { return state_.overtake_step; }
  /// First recorded step, after the peak where there was one, at which the phase is collapsed.
  std::optional<std::int64_t> collapse_step() const { return state_.collapse_step; }

  /// All that it knows: what a checkpoint keeps.
  struct State {
    Phase phase = Phase::unformed;
    bool has_structure_begun = false;
    std::optional<std::int64_t> peak_step;
    std::optional<double> peak_semantic;
    std::optional<std::int64_t> overtake_step;
    std::optional<std::int64_t> collapse_step;
    friend bool operator==(const State&, const State&) = default;
  };
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace gramscope
