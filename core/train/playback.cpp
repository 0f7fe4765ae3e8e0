#include "core/train/playback.h"

#include <algorithm>

namespace gramscope {

using namespace std::chrono_literals;

void Playback::start(const SetSpeed& speed, std::int64_t step, Clock::time_point now, Unit unit) {
  speed_ = speed;
  unit_ = unit;
  position_ = counts_snapshots() ? 0 : step;
  pacer_.start(speed, position_, now);
  moved_ = 0;
  rate_ = 0.0;
  rate_begun_ = now;
}

std::size_t Playback::due(std::span<const std::int64_t> steps, std::size_t index, bool is_taken,
                                   Clock::time_point now) {
  if (index + 1 >= steps.size()) return index;
  std::size_t reached = index;
  if (speed_.pace == Pace::maximum) {
    reached = index + (is_taken ? 1 : 0);
  } else {
    const std::int64_t due = pacer_.due(position_, now);
    position_ += due;
    if (counts_snapshots())
      reached = std::min(index + static_cast<std::size_t>(due), steps.size() - 1);
    else
      while (reached + 1 < steps.size() && steps[reached + 1] <= position_) ++reached;
  }
  measure_rate(steps[reached] - steps[index], now);
  return reached;
}

Playback::Clock::time_point Playback::next(Clock::time_point now) const {
  // Often enough that the pacer does not take the wait for a far step for a machine that cannot keep up.
  return speed_.pace == Pace::maximum ? now + 2ms : std::clamp(pacer_.next(position_), now + 1ms, now + 50ms);
}

void Playback::measure_rate(std::int64_t moved, Clock::time_point now) {
  moved_ += moved;
  const double window = std::chrono::duration<double>(now - rate_begun_).count();
  if (window < 0.5) return;
  rate_ = static_cast<double>(moved_) / window;
  moved_ = 0;
  rate_begun_ = now;
}

}  // namespace gramscope
