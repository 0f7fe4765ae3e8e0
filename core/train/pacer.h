#pragma once

#include <chrono>
#include <cstdint>

#include "core/train/command.h"

namespace gramscope {

/// How many steps are due by the clock. It decides when steps are taken, never what they compute.
class Pacer {
 public:
  using Clock = std::chrono::steady_clock;

  /// Begins to count here and now: after a start, a pause, a restart or another speed.
  void start(const SetSpeed& speed, std::int64_t step, Clock::time_point now);

  /// Steps due at `now` beyond `step`; 0 or more. A machine that cannot keep up is not chased: what it missed by more
  /// than a moment is forgotten, so that a slow stretch is not followed by a burst.
  std::int64_t due(std::int64_t step, Clock::time_point now);

  /// When the next step after `step` is due.
  Clock::time_point next(std::int64_t step) const;

 private:
  /// The step, as a real number, that is due after `seconds`; and its inverse.
  double position(double seconds) const;
  double seconds_until(double step) const;

  SetSpeed speed_;
  std::int64_t first_ = 0;
  Clock::time_point begun_{};
};

}  // namespace gramscope
