#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/io/embedding_file.h"
#include "core/train/event.h"

namespace gramscope {

/// A snapshot of a recording, and what is known of it.
struct RecordedFile {
  enum class State {
    waiting,     ///< to be read and measured, for the first time or again
    unreadable,  ///< it may still be being written
    refused,     ///< it cannot be read
    measured,
  };

  SnapshotPath found;  ///< as it was when it was listed last
  State state = State::waiting;
  bool is_skipped = false;                          ///< whoever watches does not want to wait for its metrics
  bool is_lost = false;                             ///< it is not there any more
  bool is_duplicate = false;                        ///< a file before it, by name, has the same step
  std::chrono::steady_clock::time_point changed{};  ///< when it was last seen to have changed
  std::string problem;                              ///< why it is unreadable, refused or a duplicate

  std::optional<std::int64_t> own_step;  ///< that the file itself says
  std::shared_ptr<const Task>
      task;  ///< of its embeddings, as it was read last; nullptr: not read, or refused
  std::shared_ptr<const Task> inherited;  ///< of the snapshot before it, when it was read last
  std::optional<Metrics> metrics;         ///< of when it was measured last
  std::uint64_t measurement = 0;          ///< counts all measurements: another number, other metrics
  std::vector<std::pair<std::string, std::string>> facts;

  /// Whether it is on the timeline.
  bool is_recorded() const { return metrics && !is_duplicate && state != State::refused; }
  bool is_to_be_measured() const {
    return state == State::waiting && !is_skipped && !is_duplicate && !is_lost;
  }
  /// Whether it can be shown, as far as is known.
  bool is_showable() const {
    return (metrics || (state == State::waiting && !is_lost)) && !is_duplicate && state != State::refused;
  }
  /// Whether it went before anybody has seen what it holds.
  bool is_forgotten() const { return is_lost && !metrics; }
};

/// The snapshots of a recording in their order, and the records that come of them. What it ends with depends
/// on the files alone, never on the order in which they were found, read or measured.
class RecordingCourse {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Takes in what is there now: new files, and changed ones, are to be read. Gives the files that are
  /// duplicates by this.
  std::vector<RecordedFile*> adopt(const std::vector<SnapshotPath>& listing, Time now);

  /// The step that the file says, else that of its name, else its place among the files whose names have
  /// none.
  std::int64_t step_of(const RecordedFile& file) const;
  /// All of them by step and then by name; pointers stay.
  const std::vector<RecordedFile*>& files() const { return ordered_; }
  /// Those that can be shown, in order.
  std::vector<RecordedFile*> showable() const;
  /// The next one to be read and measured; nullptr where there is none.
  RecordedFile* next() const;
  /// The task that a file takes over what it lacks from: of the nearest before it that has been read. May be
  /// nullptr.
  std::shared_ptr<const Task> task_before(const RecordedFile& file) const;

  /// A file was read: what it holds decides which others have the same step, and which have to be read again
  /// because what they take over has changed. Gives the files that were found to be duplicates by this.
  std::vector<RecordedFile*> adopt(RecordedFile& file, std::shared_ptr<const Task> task,
                                   std::optional<std::int64_t> own_step,
                                   std::shared_ptr<const Task> inherited);
  /// It cannot be read, for good or for now; the same of the others. What is on the timeline stays there for
  /// now.
  std::vector<RecordedFile*> refuse(RecordedFile& file, std::string problem, bool is_for_good);
  /// Takes its metrics.
  void record(RecordedFile& file, Metrics metrics);

  /// What is to be told since the last call: Recorded where steps have come at the end, else all anew, if
  /// that `may_replace`; nothing where nothing has changed.
  std::vector<Event> announcements(bool may_replace);

  std::int64_t count() const;
  std::int64_t count_recorded() const;
  std::int64_t count_refused() const;

 private:
  void order();
  std::vector<RecordedFile*> settle();

  /// A record as it was announced.
  struct Announced {
    const RecordedFile* file = nullptr;
    std::uint64_t measurement = 0;
    std::int64_t step = 0;
    friend bool operator==(const Announced&, const Announced&) = default;
  };

  std::map<std::filesystem::path, RecordedFile> files_;
  std::map<const RecordedFile*, std::int64_t> places_;  ///< of those whose names have no step
  std::vector<RecordedFile*> ordered_;
  std::vector<Announced> announced_;
  PhaseTracker phase_;  ///< after the last of them
  std::uint64_t measurements_ = 0;
};

}  // namespace gramscope
