#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/train/channel.h"
#include "core/train/run_source.h"
#include "core/tasks/task_work.h"

namespace gramscope::app {

/// What is to be shown next, while the window goes on with what it has: a source without a picture yet, or one that has
/// still to be made. Making runs on a thread of its own, for a run's task may read a large file.
class Opening {
 public:
  using Maker = std::function<std::unique_ptr<RunSource>(const TaskWork& work)>;

  explicit Opening(std::unique_ptr<RunSource> source);
  /// `make` may throw: failure() says what.
  explicit Opening(Maker make);
  /// Stops the making and waits for its end.
  ~Opening() = default;

  /// Whether the source has its first snapshot: take() gives it.
  bool is_ready();
  std::unique_ptr<RunSource> take() { return std::move(source_); }
  /// Why there will be none; empty while there may be one.
  std::string failure();
  /// How far it is.
  RunnerStatus::Preparation preparation() const;
  /// Asks the making or reading to stop.
  void cancel();

 private:
  void collect();

  struct Made {
    std::unique_ptr<RunSource> source;
    std::string failure;
  };

  std::unique_ptr<RunSource> source_;  ///< once it is made
  Channel<Made> made_;
  Latest<RunnerStatus::Preparation> making_;
  std::string failure_;
  std::jthread thread_;  ///< last: it uses the others
};

}  // namespace gramscope::app
