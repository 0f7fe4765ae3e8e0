#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/train/run_source.h"

namespace gramscope {

struct RecordingOptions {
  bool is_following = false;                ///< look for new files from the beginning
  std::chrono::milliseconds patience{500};  ///< how often
  /// An unreadable file that has not changed for as long is refused; before, it is taken for one still being written.
  std::chrono::milliseconds settled{3000};
  std::uint64_t most_cached_bytes = std::uint64_t{512} << 20;  ///< embeddings kept in memory besides the one shown
};

/// Snapshots that another program has written (see embedding_file.h), as a run: each is measured and becomes a recorded
/// step, announced in their order; any of them can be sought and is then read again and shown; Run plays them by the pace
/// of SetSpeed, StepOnce goes on by recorded steps (negative: back).
///
/// Its first event is a ConfigChanged with an empty Config, the name of the file or directory as preset, and the task.
/// A snapshot that belongs before others already announced brings CourseReplaced. While it follows, it looks for new and
/// changed files; one that cannot be read yet is tried again when it has changed or time has passed, and refused with a
/// Message once it has settled. Two threads: one reads and measures, one analyses what is shown.
class Recording final : public RunSource {
 public:
  /// Throws InputError if there is no such path, or nothing in it that could be a snapshot and it does not follow.
  /// Reading begins on its thread: status().has_failed where nothing could be read at all.
  explicit Recording(std::filesystem::path path, RecordingOptions options = {});
  ~Recording() override;

  void send(Command command) override;
  void send(Control control) override;
  void cancel_preparation() override;
  std::vector<Event> take_events() override;
  std::shared_ptr<const Snapshot> snapshot() const override;
  RunnerStatus status() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gramscope
