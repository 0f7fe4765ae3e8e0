#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/registry/config.h"
#include "core/train/command.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// What a branch begins from, and what an engine can go back to: see Engine::checkpoint(). Opaque.
struct EngineCheckpoint;
/// The lists that belong to a branch point: see Engine::past(). Opaque.
struct EnginePast;
struct StoredRun;

/// A step was recorded. `replaces_last`: the same step as the record before it, which this one supersedes.
struct Recorded {
  Record record;
  bool replaces_last = false;
  std::shared_ptr<const EngineCheckpoint> branch_point = {};  ///< of this step, where EngineHooks::has_branch_points
  std::size_t commands = 0;  ///< executed up to here
};
/// The config in force: after a command, a restart, a backed-off learning rate.
struct ConfigChanged {
  Config config;
  std::string preset;
  std::shared_ptr<const Task> task;
  std::int64_t segment = 0;
  std::int64_t step = 0;
  bool restarted = false;
  /// What changed, for the mark on the timeline: "Learning rate 10 → 5"; key, from and to are its parts. Empty after
  /// Load and Restart.
  std::string mark = {};
  std::string key = {};
  std::string label = {};
  std::string from = {};
  std::string to = {};
  std::shared_ptr<const TaskTheory> theory = nullptr;  ///< of the task
  std::size_t commands = 0;                            ///< executed up to here, this one included
};
struct Message {
  enum class Level { info, warning, error };
  Level level = Level::info;
  std::string text;
};
/// A step gave NaN or Inf. The last finite state is the one in force.
struct Diverged {
  std::int64_t step = 0;   ///< the step that could not be taken
  bool backed_off = false; ///< went back to `resumed_at` with half the learning rate, and goes on
  std::int64_t resumed_at = 0;
  std::string text;        ///< what to lower
};
/// The run has ended: run.steps was reached, or run.stop = peak has gone back to the peak. The peak then begins a segment
/// of its own, whose first record has come before this event: what was recorded after it stays recorded.
struct Finished {
  std::int64_t step = 0;
  std::int64_t segment = 0;
  bool went_back = false;      ///< to the peak
  std::int64_t came_from = 0;  ///< the step it went back from
  std::string text;            ///< why it ended
};

/// L_mm of the task in force is there.
struct MaxMarginSolved {
  std::shared_ptr<const MaxMarginTheory> theory;
};
/// The metrics of a step recorded before have been completed, or those that need L_mm taken back.
struct Remeasured {
  std::int64_t segment = 0;
  std::int64_t step = 0;
  Metrics metrics;
};
/// All recorded steps anew, in order, with their phases: one was found that belongs between others.
struct CourseReplaced {
  std::vector<Record> records;
};

/// The answer to RequestRun: a run between two steps, as a session has it.
struct RunTold {
  std::int64_t request = 0;
  std::vector<ExecutedCommand> commands;
  std::int64_t tick = 0;
  std::shared_ptr<const StoredRun> stored;  ///< Engine::stored(), where it was asked for
};
/// What a run is to do before anything else, as fast as it can: these commands at their ticks, and steps up to that tick.
struct CatchUp {
  std::vector<ExecutedCommand> commands;
  std::int64_t tick = 0;
};
/// Where a branch begins: Engine::branch_from().
struct BranchStart {
  std::shared_ptr<const EngineCheckpoint> point;
  std::shared_ptr<const EnginePast> past;
};
/// The answer to RequestBranch: from there, and after that to the moment itself.
struct BranchReady {
  std::int64_t request = 0;
  BranchStart start;
  CatchUp catch_up;
};

using Event = std::variant<Recorded, ConfigChanged, Message, Diverged, Finished, MaxMarginSolved, Remeasured, CourseReplaced,
                           RunTold, BranchReady>;

}  // namespace gramscope
