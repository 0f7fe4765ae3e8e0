#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/train/analysis.h"
#include "core/train/run_source.h"

namespace gramscope::app {

/// What a recording consists of, as a test hands it over.
struct RecordingPlan {
  Index rows = 12;      ///< n
  Index dimension = 5;  ///< d
  Index classes = 3;    ///< K
  bool has_labels = true;
  bool has_w = true;
  bool has_factors = true;
  bool has_names = true;
  bool is_constant = false;  ///< all rows of H are equal
  std::vector<std::int64_t> steps{0, 10, 100, 1000};
};

/// The task of such snapshots.
std::shared_ptr<const Task> recorded_task(const RecordingPlan& plan);
/// Embeddings at a step: a fixed pattern that turns with it.
std::shared_ptr<const Embeddings> recorded_embeddings(const RecordingPlan& plan, std::shared_ptr<const Task> task,
                                                      std::int64_t step);

/// A source of recorded snapshots without threads or files: what it is sent it does at once, and a test decides what is
/// there.
class FakeRecording final : public RunSource {
 public:
  /// What it does and is told; outlives it.
  struct Log {
    std::vector<std::string> heard;  ///< "seek 10", "play", "follow"
    bool is_gone = false;
    bool was_cancelled = false;
  };

  FakeRecording(const RecordingPlan& plan, std::shared_ptr<Log> log);
  ~FakeRecording() override;

  void send(Command command) override;
  void send(Control control) override;
  void cancel_preparation() override;
  std::vector<Event> take_events() override;
  std::shared_ptr<const Snapshot> snapshot() const override;
  RunnerStatus status() const override { return status_; }

  /// Reads the files: before, there is no snapshot but a preparation.
  void finish_reading();
  void fail(const std::string& problem);
  /// A snapshot that belongs anywhere among the others.
  void add(std::int64_t step);

 private:
  Record record_of(std::int64_t step) const;
  void show(std::size_t index);

  RecordingPlan plan_;
  std::shared_ptr<Log> log_;
  std::shared_ptr<const Task> task_;
  mutable Analysis analysis_;
  mutable std::shared_ptr<const Snapshot> snapshot_;
  FrameWanted wanted_;
  std::vector<Event> events_;
  std::size_t shown_ = 0;
  bool is_read_ = false;
  RunnerStatus status_;
};

}  // namespace gramscope::app
