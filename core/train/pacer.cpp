#include "core/train/pacer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gramscope {

namespace {

constexpr double kForgiven = 0.25;  ///< seconds behind the clock before the clock is set back
constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max() / 4;

std::chrono::duration<double> seconds(double value) { return std::chrono::duration<double>(value); }

}  // namespace

void Pacer::start(const SetSpeed& speed, std::int64_t step, Clock::time_point now) {
  speed_ = speed;
  first_ = step;
  begun_ = now;
}

double Pacer::position(double elapsed) const {
  const auto first = static_cast<double>(first_);
  if (speed_.pace == Pace::steps_per_second) return first + elapsed * speed_.steps_per_second;
  return (1.0 + first) * std::exp2(std::min(elapsed / speed_.seconds_per_doubling, 60.0)) - 1.0;
}

double Pacer::seconds_until(double step) const {
  const auto first = static_cast<double>(first_);
  if (speed_.pace == Pace::steps_per_second) return (step - first) / speed_.steps_per_second;
  return std::log2((1.0 + step) / (1.0 + first)) * speed_.seconds_per_doubling;
}

std::int64_t Pacer::due(std::int64_t step, Clock::time_point now) {
  if (speed_.pace == Pace::maximum) return kUnlimited;
  const double elapsed = std::chrono::duration<double>(now - begun_).count();
  const double late = elapsed - seconds_until(static_cast<double>(step) + 1.0);
  if (late > kForgiven) begun_ += std::chrono::duration_cast<Clock::duration>(seconds(late - kForgiven));
  const double target = position(std::chrono::duration<double>(now - begun_).count());
  if (!(target >= static_cast<double>(step) + 1.0)) return 0;
  return static_cast<std::int64_t>(std::min(target, 1e15)) - step;
}

Pacer::Clock::time_point Pacer::next(std::int64_t step) const {
  if (speed_.pace == Pace::maximum) return begun_;
  return begun_ + std::chrono::duration_cast<Clock::duration>(seconds(seconds_until(static_cast<double>(step) + 1.0)));
}

}  // namespace gramscope
