#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/registry/config.h"
#include "core/registry/registry.h"
#include "core/train/command.h"
#include "core/train/engine_hooks.h"
#include "core/train/event.h"
#include "core/train/snapshot.h"

namespace gramscope {

struct StoredRun;
class Trainer;

/// Trains one model on one task, step by step. Synchronous and single-threaded: `run` calls it directly, Runner puts
/// it on a thread. What it computes depends on the config and the commands with their ticks, on nothing else.
class Engine {
 public:
  enum class State {
    ready,     ///< more steps can be taken
    finished,  ///< run.steps reached
    stopped,   ///< run.stop = peak: the state of the peak is in force, until Continue, Restart or Load
    diverged,  ///< a step gave NaN or Inf; the last finite state is in force until Restart or another command helps
  };

  using Listener = std::function<void(const Event&)>;

  /// `config` need not be resolved. Throws UsageError if it cannot be, InputError for a file it names that cannot be
  /// used, Cancelled. Records step 0.
  explicit Engine(const Config& config, std::string preset = {}, EngineHooks hooks = {});
  Engine(const Config& config, std::string preset, Listener listener);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Another listener from here on; an empty one for none.
  void set_listener(Listener listener);

  /// Takes up to `steps` steps; fewer if run.steps is reached or the run diverges, and none while is_held_back(). Returns the
  /// state afterwards.
  State advance(std::int64_t steps);

  /// Executes a command between two steps. A command that cannot be executed (a value out of range, a file that cannot
  /// be read, a stop while reading it) changes nothing and gives a Message event of level warning.
  void apply(const Command& command);

  /// Records the current step if a command has changed what is to be recorded there. The runner calls this when it
  /// has no more commands; advance() does so itself. Calling it more often never changes a file.
  void settle();

  // Recorded steps are compared with L_mm, which is solved for beside the run (EngineHooks::solve_max_margin). Those made
  // before it was there are completed when it is, by settle() and advance(): the events MaxMarginSolved and Remeasured. In
  // the end the records do not depend on when that was.

  /// Whether there are recorded steps that wait for L_mm.
  bool awaits_max_margin() const;
  /// So many that W and H of theirs take more than EngineHooks::most_waiting_bytes: no step is taken before L_mm is there
  /// or not wanted any more.
  bool is_held_back() const;
  /// Waits for L_mm and completes the records. To be called before records() are taken for final.
  void complete_theory();
  /// Stops the work instead: the records that wait for it stay without, with that reason.
  void abandon_theory(const std::string& why);

  State state() const;
  /// eta of the next step.
  double learning_rate() const;
  const Config& config() const;
  const std::string& preset() const;
  std::shared_ptr<const Task> task() const;
  /// Counts the times that the step went back: restarts and returns to a peak.
  std::int64_t segment() const;
  std::int64_t step() const;
  /// Steps tried since the session began, the one that diverged included: what orders commands.
  std::int64_t tick() const;
  /// The cross-entropy of the last step taken, at the parameters before it; NaN at step 0.
  double last_cross_entropy() const;
  /// The steps left until run.steps.
  std::int64_t steps_left() const;

  /// A copy of W and H now, and of as much of the network's inside as wanted.
  std::shared_ptr<const Embeddings> embeddings(const InsideWanted& inside = {}) const;

  /// The config in force and what goes with it, as it would be told of if it had changed just now.
  ConfigChanged present() const;

  /// The recorded steps of this session, all segments, in order.
  const std::vector<Record>& records() const;
  /// The commands executed so far, each with its tick.
  using Executed = ExecutedCommand;
  const std::vector<Executed>& commands() const;

  /// Parameters, optimizer state and random state: enough to continue with the same bits.
  using Checkpoint = EngineCheckpoint;
  std::shared_ptr<const Checkpoint> checkpoint() const;
  void restore(const Checkpoint& checkpoint);

  // Branches: other engines, which go on from a moment of this one's past. All that is handed out here is immutable and may go
  // to another thread; the engine itself stays with its own.

  /// A checkpoint without the lists of records and commands: what a branch begins from. Cheap where the step is recorded, for
  /// the parameters there are copied already: EngineHooks::has_branch_points has one made with every record. memory_blocks()
  /// says what it takes. Not for restore(), which would forget the lists.
  std::shared_ptr<const Checkpoint> branch_point() const;

  /// The lists that belong to a branch point of this engine, or of the one that it branched from, as they stood there; what
  /// L_mm has added to the records since is in them.
  using Past = EnginePast;
  std::shared_ptr<const Past> past(const Checkpoint& branch_point) const;

  /// The recorded steps up to there, the newest included.
  static std::vector<Record> records_before(const Checkpoint& branch_point, const Past& past);

  /// How many commands had been executed there.
  static std::size_t commands_before(const Checkpoint& branch_point);

  /// An engine that goes on from there with its own hooks. With nothing changed its parameters, its records and what it tells
  /// of them are bit for bit those that the original has had; the steps of the past are not told again. A record of the past
  /// that waits for L_mm is completed on the branch, which has it solved for by itself if it was not yet there when past() was
  /// called. Where the run has stopped at its peak right after the record, the branch has too. Reads no file.
  static Engine branch_from(const Checkpoint& branch_point, const Past& past, EngineHooks hooks = {});

  // The same across processes.

  /// A branch point and its past as files can have them. May be called from any thread, with a past that no branch uses.
  static StoredRun stored(const Checkpoint& branch_point, const Past& past);
  /// What this engine is now.
  StoredRun stored() const;

  /// An engine that goes on from there with the same bits, on the same version and processor. Like branch_from() it tells
  /// nothing of what is past. The tasks are made anew, which may read a file, and L_mm is solved for anew where it was there
  /// or is waited for. Throws InputError beginning with StoredRun::where for what cannot be a run of this version, and for a
  /// task that is another one because its file has changed; what making the task throws.
  static Engine from_stored(const StoredRun& run, EngineHooks hooks = {});

  /// The parameters now, tensor by tensor in the layout's order.
  std::vector<NamedMatrix> weights() const;

  /// The final parameters as bytes, tensor by tensor in the layout's order: what the determinism tests compare.
  std::vector<unsigned char> parameter_bytes() const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Recorded steps: 0 and round(10^(i/24)).
bool is_scheduled_step(std::int64_t step);
std::int64_t next_scheduled_step(std::int64_t step);

}  // namespace gramscope
