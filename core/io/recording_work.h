#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "core/tasks/task_work.h"
#include "core/train/channel.h"
#include "core/train/run_source.h"

namespace gramscope {

/// The reading and measuring of a recording's snapshots as its owner sees it: how far it has come, where it
/// takes more than half a second, and how it is cancelled. It is in hand from begin() to end(). cancel(),
/// close() and preparation() are for any thread, the rest for the one that reads.
class RecordingWork {
 public:
  /// Stops what is in hand.
  void cancel();
  /// The same for good.
  void close();
  std::optional<RunnerStatus::Preparation> preparation() const { return preparation_.get(); }

  bool is_in_hand() const { return is_in_hand_; }
  bool is_cancelled() const { return token().stop_requested(); }
  /// What was cancelled has been given up: what comes next is not.
  void forget_cancelling();

  void begin();
  /// One snapshot is done with, whatever came of it.
  void count() { ++done_; }
  void end();

  /// For a part of the work on one snapshot, from one share of it to another, with `left` to be worked on,
  /// itself included. `serve` is called every few milliseconds.
  TaskWork part(const std::string& verb, std::int64_t step, std::int64_t left, double from, double to,
                std::function<void()> serve);
  /// For the reading of a snapshot that is to be shown, also while others are in hand.
  TaskWork showing(std::int64_t step);

 private:
  using Clock = std::chrono::steady_clock;

  std::stop_token token() const;
  void report(Clock::time_point begun, double share, const std::string& what);

  mutable std::mutex mutex_;
  std::stop_source stop_;
  bool is_closed_ = false;
  Latest<std::optional<RunnerStatus::Preparation>> preparation_;
  bool is_in_hand_ = false;
  std::int64_t done_ = 0;
  Clock::time_point begun_{};
};

}  // namespace gramscope
