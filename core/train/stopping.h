#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/metrics/phase.h"
#include "core/registry/parameter.h"
#include "core/tasks/task.h"

namespace gramscope {

/// run.stop and its parameters. Stopping at the peak needs cka_semantic.
std::vector<Parameter> stopping_parameters(const TaskTraits& traits);

/// Counts the scheduled recorded steps since the peak of cka_semantic (PhaseTracker): what run.stop = peak goes by. A
/// small value, like PhaseTracker.
class PeakWatch {
 public:
  /// To be called with every record of a segment, in order. Records off the schedule, which a command has made, do not
  /// count: how often a slider was moved is no sign of decline.
  void observe(std::int64_t step, bool is_scheduled, const PhaseTracker& phase);

  /// The peak so far no longer counts, for it was stopped at already or belongs to other parameters: only a higher one
  /// will.
  void forget_peak() { state_.is_forgotten = true; }

  /// Whether the last peak lies `records` scheduled records back or more.
  bool is_past_peak(std::int64_t records) const {
    return state_.peak_step && !state_.is_forgotten && state_.records_since >= records;
  }

  /// All that it knows: what a checkpoint keeps.
  struct State {
    std::optional<std::int64_t> peak_step;
    std::int64_t records_since = 0;
    bool is_forgotten = false;
    friend bool operator==(const State&, const State&) = default;
  };
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace gramscope
