#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/metrics/phase.h"
#include "core/random/philox.h"
#include "core/train/engine.h"
#include "core/train/max_margin_policy.h"
#include "core/train/stopping.h"
#include "core/train/theory_desk.h"
#include "core/train/trainer.h"

namespace gramscope {

/// What the recorded steps of a segment have shown so far. A value: copying it is how a recorded step is replaced.
struct Course {
  PhaseTracker phase;
  PeakWatch watch;
  /// The state at the peak; null in a checkpoint of the peak itself, and where the peak is no more to go back to.
  std::shared_ptr<const Engine::Checkpoint> peak;
};

/// What model.weights names; nothing for an empty path.
struct InitialWeights {
  std::string path;
  std::shared_ptr<const std::map<std::string, MatrixD>> tensors;
};

/// All that advance() and apply() read and write. The lists are filled by Engine::checkpoint() only, and with the newest record
/// by Engine::branch_point(): going back within a run keeps what was recorded.
struct EngineCheckpoint {
  Config config;
  std::string preset;
  std::shared_ptr<const Task> task;
  std::shared_ptr<TheoryOfTask> theory;
  InitialWeights weights;  ///< of the segment
  std::int64_t segment = 0;
  std::int64_t step = 0;
  std::int64_t tick = 0;
  Engine::State state = Engine::State::ready;
  double last_cross_entropy = std::numeric_limits<double>::quiet_NaN();
  Course course_before_last;
  Course course;
  bool has_unrecorded_change = false;
  Random::State noise;
  std::shared_ptr<const Trainer::State> trainer;
  std::shared_ptr<const EngineCheckpoint> last_recorded;  ///< null in a checkpoint of a recorded step itself
  bool is_stop_due = false;  ///< a step has been recorded, and whether the run ends there is still to be looked at
  std::vector<Record> records;
  std::size_t records_before = 0;          ///< those left out, in a branch point
  std::vector<TheoryDesk::Queue> waiting;  ///< those records among them that wait for L_mm
  std::size_t commands = 0;
};

/// What the records were before L_mm was taken out of them: on a branch from an earlier moment it never is.
struct Withdrawn {
  std::size_t commands = 0;  ///< executed then, the one that took it out included
  std::vector<std::pair<std::size_t, Metrics>> metrics;  ///< of the records that have changed: by their place in the list
  std::vector<TheoryDesk::Queue> waiting;
};

struct EnginePast {
  std::vector<Record> records;  ///< without the newest, which the branch point has itself
  std::vector<ExecutedCommand> commands;
  std::vector<Withdrawn> withdrawn;
  // The work on L_mm belongs to an engine: these are the branch's own.
  std::shared_ptr<TheoryOfTask> theory;
  std::vector<TheoryDesk::Queue> waiting;
};

/// What an engine consists of. Its functions stand in engine.cpp (steps), engine_commands.cpp, engine_theory.cpp,
/// engine_recording.cpp, engine_going_back.cpp and engine_branching.cpp; engine_storing.cpp and engine_restoring.cpp take it
/// apart and put it together.
struct Engine::Impl {
  explicit Impl(EngineHooks around) : hooks(std::move(around)) {}

  /// What a mark on the timeline says of a changed parameter.
  struct Marked {
    std::string key;
    std::string label;
    std::string from;
    std::string to;
  };

  /// What a segment begins with: all of it that can fail to be made.
  struct Beginning {
    Config config;
    std::shared_ptr<const Task> task;
    std::shared_ptr<TheoryOfTask> theory;
    std::unique_ptr<Trainer> trainer;
    InitialWeights weights;
  };

  Checkpoint now;  ///< its members from `noise` on are filled by checkpoint() only
  Random noise{0};
  std::unique_ptr<Trainer> trainer;
  std::vector<Record> records;
  std::vector<Executed> commands;
  const Command* executing = nullptr;  ///< the command being executed, until it takes effect
  std::vector<Withdrawn> withdrawn;
  EngineHooks hooks;
  TheoryDesk desk{hooks.most_waiting_bytes};
  std::shared_ptr<const Checkpoint> last_recorded;  ///< where a divergence goes back to
  std::int64_t limit = 0;                           ///< run.steps, looked at in every step
  std::int64_t next_scheduled = 0;                  ///< the first scheduled step after the last record of the segment
  bool is_stop_due = false;                         ///< see Checkpoint; only while settle() records

  void tell(Event event) const {
    if (hooks.listener) hooks.listener(event);
  }

  // Steps.
  Engine::State advance(std::int64_t steps);
  void finish();

  // Commands.
  void execute(const Command& command);
  /// From here on what can be seen of the engine comes after the command being executed: it enters the list.
  void take_effect();
  void apply(const SetParameter& change);
  void apply(const Restart&);
  void apply(const Continue&);
  void apply(const Load& load);
  /// The task and its theory are made anew only if its own parameters have changed, and weights are read anew only if their
  /// path has: a restart reads no file again, and begins with the same weights whatever has become of it.
  Beginning prepare(const Config& config);
  InitialWeights read_weights(const std::string& path) const;
  static bool has_same_task(const Config& before, const Config& after);
  /// Step 0 of another segment, recorded at once: whether the runner settles between two commands must not show.
  void begin_segment(std::int64_t segment, Beginning beginning, const Marked& mark);
  static Marked describe(const Config& before, const Config& after, const std::string& key);
  ConfigChanged present() const;
  void tell_config(bool restarted, const Marked& marked) const;

  // The theory of the task.
  /// Why what is recorded now is not compared with L_mm; empty where it is.
  std::string max_margin_withheld() const { return gramscope::max_margin_withheld(now.config, *now.task); }
  /// Has L_mm solved for where what is recorded from here on needs it.
  void begin_theory();
  /// Completes the records whose L_mm has been found.
  void collect_theory();
  /// run.max_margin has changed.
  void change_max_margin(bool was_withheld);

  // Recording.
  std::shared_ptr<const Embeddings> embeddings(const InsideWanted& inside) const;
  bool is_recorded() const;
  bool must_record() const;
  /// Records the current step, in place of the last record if that is of the same step. False if the objective there
  /// is not finite: then nothing is recorded.
  bool record();
  /// Records what is due. A state that turns out not to be finite is a divergence of the step that led to it.
  void settle();
  /// Whether the run ends at its peak is looked at once after each record that is due.
  void end_at_peak_if_due();
  std::shared_ptr<Checkpoint> checkpoint() const;
  /// Each peak would otherwise keep the one before it alive, and so on back to the first.
  static std::shared_ptr<const Checkpoint> without_earlier_peaks(const Checkpoint& checkpoint);

  // Going back.
  /// Everything but the lists of records and commands.
  void go_back(const Checkpoint& checkpoint);
  /// Back to the parameters of a checkpoint, with the config in force, this engine's own work on L_mm and without undoing
  /// ticks: commands stay ordered.
  void go_back_keeping_config(const Checkpoint& checkpoint);
  /// Goes back to the peak of the segment and ends there. The peak begins a segment of its own: steps go up within a
  /// segment, and what was recorded of the decline stays.
  void stop_at_peak();
  /// The peak so far is not stopped at: only a higher one will be.
  void forget_peak();
  /// The state at `failed` is not finite: goes back to the last one that is, which the last recorded checkpoint leads
  /// to by the same steps, or further and slower where the config says so.
  void diverge(std::int64_t failed);
  std::string advice() const;

  // Branching.
  std::shared_ptr<const Checkpoint> branch_point() const;
  std::shared_ptr<const Past> past(const Checkpoint& branch_point) const;
  void begin_branch(const Checkpoint& branch_point, const Past& past);
  /// What this engine knows of the theory that it shares with a branch point, without the work on it.
  std::shared_ptr<TheoryOfTask> theory_for_branch(const TheoryOfTask& of, const Embeddings* recorded) const;
};

}  // namespace gramscope
