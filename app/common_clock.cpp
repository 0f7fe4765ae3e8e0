#include "app/common_clock.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace gramscope::app {

namespace {

/// How long the slower of two may work before the other is looked after: a few frames.
constexpr double kStride = 0.05;
/// What a run may take to answer.
constexpr auto kAnswering = std::chrono::milliseconds(300);

bool is_ready(const Observatory& run) { return run.status().state == Engine::State::ready; }

/// The run rests at that step, or cannot come to it.
bool has_come(const Observatory& run, std::int64_t target) {
  return run.status().step >= target || !is_ready(run) || !run.status().is_running;
}

/// The most steps that the slower of two takes in a stride.
std::int64_t stride(const Observatory& first, const Observatory& second) {
  double rate = std::numeric_limits<double>::infinity();
  for (const auto* run : {&first, &second})
    if (is_ready(*run)) rate = std::min(rate, run->status().available_steps_per_second);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(rate * kStride, 1e6)));
}

}  // namespace

void CommonClock::begin(Observatory& first, Observatory& second, Time now) {
  is_on_ = true;
  target_ = std::max(first.status().step, second.status().step);
  speed_ = first.speed();
  pacer_.start(speed_, target_, now);
  was_running_ = first.status().is_running;
  has_first_ended_ = !is_ready(first);
  last_ran_ = now;
  restarts_first_ = first.restarts();
  restarts_second_ = second.restarts();
  held_ = -1;
  hold(first, second);
  if (was_running_ && is_ready(second)) second.run();
  if (!was_running_) second.pause();
}

void CommonClock::end(Observatory& first, Observatory& second) {
  is_on_ = false;
  for (auto* run : {&first, &second}) run->hold_at({});
}

void CommonClock::follow_restarts(Observatory& first, Observatory& second) {
  // Below zero: one that was asked for and has not come yet.
  const auto of_first = first.restarts() - restarts_first_;
  const auto of_second = second.restarts() - restarts_second_;
  if (of_first <= 0 && of_second <= 0) return;
  auto& other = of_first > 0 ? second : first;
  const auto& restarted = of_first > 0 ? first : second;
  restarts_first_ = std::max(restarts_first_, first.restarts());
  restarts_second_ = std::max(restarts_second_, second.restarts());
  // Both were told to: nothing is to be done where the other has begun again too, or is to.
  if (of_first > 0 && of_second > 0) return;
  // The status may be older than the news of the restart; what is recorded is not.
  target_ = restarted.records().empty() ? 0 : restarted.records().back().step();
  asked_ = -1;
  if (other.status().step <= target_ + 1) return;
  other.restart();
  ++(of_first > 0 ? restarts_second_ : restarts_first_);
}

void CommonClock::update(Observatory& first, Observatory& second, Time now) {
  if (!is_on_) return begin(first, second, now);
  // What they repeat belongs to each alone, and where they are to stand is known when they have come there.
  if (first.status().is_catching_up || second.status().is_catching_up) {
    restarts_first_ = first.restarts();
    restarts_second_ = second.restarts();
    asked_ = -1;
    return;
  }
  follow_restarts(first, second);
  // One that is about to begin again is not caught up with.
  if (first.restarts() < restarts_first_ || second.restarts() < restarts_second_) return;
  if (first.is_in_past()) {
    if (!second.is_in_past() || second.playhead() != first.playhead()) second.seek(first.playhead());
  } else if (second.is_in_past()) {
    second.go_live();
  }
  go_on(first, second, now);
}

void CommonClock::go_on(Observatory& first, Observatory& second, Time now) {
  // A run that was told to go on a moment ago may not say so yet.
  if (first.status().is_running) last_ran_ = now;
  const bool is_running = first.status().is_running || (was_running_ && is_ready(first) && now - last_ran_ < kAnswering);
  // Whoever pauses and resumes does not lengthen a run that has ended.
  const bool had_ended = std::exchange(has_first_ended_, !is_ready(first));
  if (is_running != was_running_ && (is_running || is_ready(first))) {
    // One that has ended by itself does not end the other.
    if (!is_running) second.pause();
    if (is_running && (is_ready(second) || had_ended)) second.run();
  }
  const bool has_begun = is_running && !was_running_;
  was_running_ = is_running;
  if (has_begun || !(speed_ == first.speed())) {
    speed_ = first.speed();
    pacer_.start(speed_, target_, now);
  }

  if (!is_running && !second.status().is_running) {
    // Paused between two strides, or stepped by hand: the one behind comes to where the other is.
    auto& behind = first.status().step < second.status().step ? first : second;
    const auto& ahead = &behind == &first ? second : first;
    target_ = ahead.status().step;
    const auto missing = target_ - behind.status().step;
    if (missing > 0 && is_ready(behind) && asked_ != target_) behind.take_steps(missing);
    asked_ = target_;
    // Nothing may run off to where it was to go before.
    return hold(first, second);
  }
  asked_ = -1;
  if (!has_come(first, target_) || !has_come(second, target_)) return;
  const auto furthest = std::max(is_ready(first) ? first.status().step : 0, is_ready(second) ? second.status().step : 0);
  target_ = std::max(target_, furthest);
  target_ += std::min(pacer_.due(target_, now), stride(first, second));
  hold(first, second);
}

void CommonClock::hold(Observatory& first, Observatory& second) {
  if (held_ == target_) return;
  held_ = target_;
  for (auto* run : {&first, &second}) run->hold_at(target_);
}

}  // namespace gramscope::app
