#pragma once

#include <cstdint>
#include <span>

#include "core/train/pacer.h"

namespace gramscope {

/// Where a playhead is to be by the clock, which moves through recorded steps: by log time over the steps, so many of them per
/// second, or one on whenever the last one was looked at.
class Playback {
 public:
  using Clock = Pacer::Clock;

  /// What there are so many of per second: the snapshots of a recording, whose steps may be far apart, or the steps of a run.
  enum class Unit { snapshots, steps };

  /// Begins here and now: after a start, a seek, or another speed.
  void start(const SetSpeed& speed, std::int64_t step, Clock::time_point now, Unit unit = Unit::snapshots);

  /// The index of the step to show at `now`, from `index` on; steps ascend.
  std::size_t due(std::span<const std::int64_t> steps, std::size_t index, bool is_taken,
                  Clock::time_point now);

  /// When to ask again at the latest.
  Clock::time_point next(Clock::time_point now) const;

  /// Steps that the playhead went on by, in a second, over the last half second.
  double steps_per_second() const { return rate_; }

 private:
  void measure_rate(std::int64_t moved, Clock::time_point now);

  bool counts_snapshots() const { return speed_.pace == Pace::steps_per_second && unit_ == Unit::snapshots; }

  SetSpeed speed_;
  Unit unit_ = Unit::snapshots;
  Pacer pacer_;
  std::int64_t position_ = 0;  ///< of the pacer: a step, or the number of snapshots shown
  double rate_ = 0.0;
  std::int64_t moved_ = 0;
  Clock::time_point rate_begun_{};
};

}  // namespace gramscope
