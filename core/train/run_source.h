#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/train/command.h"
#include "core/train/engine.h"
#include "core/train/event.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// What is known of snapshots that another program has written.
struct RecordingStatus {
  std::string path;              ///< the file or directory, as it was given
  std::int64_t snapshots = 0;    ///< that have been found
  std::int64_t measured = 0;     ///< of them, how many are on the timeline
  std::int64_t refused = 0;      ///< that could not be read; `problem` says why the last of them could not
  std::string problem;           ///< "step_200.npz: H: the array is cut off after 4,096 of 8,192 bytes"; empty: none
  bool is_following = false;     ///< new files are looked for
  bool is_at_newest = false;     ///< the newest snapshot is shown, and the next one will be when it comes
  std::vector<std::pair<std::string, std::string>> facts;  ///< what the files hold, in order: {"H", "5,000 × 1,024, float32"}
};

/// How a run stands, for the top bar. A value, copied out.
struct RunnerStatus {
  bool is_running = false;  ///< false: paused, finished, stopped or diverged
  bool is_catching_up = false;  ///< see CatchUp: what is asked of it waits
  Engine::State state = Engine::State::ready;
  std::int64_t segment = 0;
  std::int64_t step = 0;
  std::int64_t tick = 0;           ///< steps tried since the session began
  double cross_entropy = 0.0;      ///< of the last step taken; NaN before the first
  double learning_rate = 0.0;      ///< of the next step, as the schedule has it
  double steps_per_second = 0.0;   ///< measured over the last half second; 0 while paused
  double available_steps_per_second = 0.0;  ///< what the machine could do, from the time spent inside steps
  /// A task is being made, which may read a large file; steps wait for it.
  struct Preparation {
    double share = 0.0;  ///< of the work done, 0 to 1
    std::string what;    ///< "Reading stories.txt"
  };
  std::optional<Preparation> preparation;
  /// L_mm is being solved for, beside the run: the share of the way to the proof, 0 to 1.
  std::optional<double> max_margin_share;
  /// Where what is shown was recorded elsewhere; empty for a run of our own.
  std::optional<RecordingStatus> recording;
  bool has_failed = false;  ///< the thread ended with an error; `failure` says which
  std::string failure;
};

/// Where what the window shows comes from: a run of our own (Runner), or snapshots that another program has written
/// (Recording). What one does not have to do with does nothing: a recording executes no commands, a runner does not seek.
/// All members are to be called from one thread, the owner's.
class RunSource {
 public:
  RunSource() = default;
  virtual ~RunSource() = default;
  RunSource(const RunSource&) = delete;
  RunSource& operator=(const RunSource&) = delete;

  virtual void send(Command command) = 0;
  virtual void send(Control control) = 0;

  /// Stops what status().preparation tells of: the making of a task, whose command is then refused, or the reading and
  /// measuring of a snapshot.
  virtual void cancel_preparation() = 0;

  /// The events since the last call, in order, each once.
  virtual std::vector<Event> take_events() = 0;
  /// The newest snapshot, preview or recorded; nullptr before the first. Cheap: call it once a frame.
  virtual std::shared_ptr<const Snapshot> snapshot() const = 0;
  virtual RunnerStatus status() const = 0;
};

}  // namespace gramscope
