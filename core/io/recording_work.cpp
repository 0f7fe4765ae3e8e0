#include "core/io/recording_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gramscope {

namespace {

constexpr std::chrono::milliseconds kWorthTelling{500};

}  // namespace

void RecordingWork::cancel() {
  const std::lock_guard lock(mutex_);
  stop_.request_stop();
}

void RecordingWork::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  stop_.request_stop();
}

std::stop_token RecordingWork::token() const {
  const std::lock_guard lock(mutex_);
  return stop_.get_token();
}

void RecordingWork::forget_cancelling() {
  const std::lock_guard lock(mutex_);
  if (!is_closed_ && stop_.stop_requested()) stop_ = {};
}

void RecordingWork::begin() {
  if (std::exchange(is_in_hand_, true)) return;
  done_ = 0;
  begun_ = Clock::now();
}

void RecordingWork::end() {
  is_in_hand_ = false;
  preparation_.put(std::nullopt);
}

void RecordingWork::report(Clock::time_point begun, double share, const std::string& what) {
  if (Clock::now() - begun > kWorthTelling) preparation_.put(RunnerStatus::Preparation{share, what});
}

TaskWork RecordingWork::part(const std::string& verb, std::int64_t step, std::int64_t left, double from,
                             double to, std::function<void()> serve) {
  const std::int64_t total = done_ + std::max<std::int64_t>(1, left);
  std::string what = fmt::format("{} step {}", verb, step);
  if (total > 1) what += fmt::format(" ({} of {})", done_ + 1, total);
  return {[=, this, before = static_cast<double>(done_)](double share, std::string_view) {
            report(begun_, (before + from + (to - from) * share) / static_cast<double>(total), what);
            serve();
          },
          token()};
}

TaskWork RecordingWork::showing(std::int64_t step) {
  if (is_in_hand_) return {{}, token()};
  return {[this, begun = Clock::now(), what = fmt::format("Reading step {}", step)](
              double share, std::string_view) { report(begun, share, what); },
          token()};
}

}  // namespace gramscope
