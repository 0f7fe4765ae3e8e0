#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/registry/config.h"
#include "core/train/snapshot.h"

namespace gramscope {

struct EngineCheckpoint;

/// Commands change what is computed: the engine executes them between two steps, and a session is the list of them.

struct SetParameter {
  std::string key;
  Value value;
};
/// Back to step 0 with the same initial weights.
struct Restart {};
/// On from the peak that run.stop = peak has gone back to; the run does not stop at that peak again. Nothing where the run
/// has not stopped.
struct Continue {};
/// Another experiment: back to step 0 with this resolved config.
struct Load {
  Config config;
  std::string preset;  ///< its name, for titles and files
};

using Command = std::variant<SetParameter, Restart, Continue, Load>;

/// A command and when it was executed: after so many steps tried since the session began.
struct ExecutedCommand {
  std::int64_t tick = 0;
  Command command;
};

/// Controls change when it is computed, never what: the runner executes them, and they leave no trace in a session.

/// A run that has ended goes on only if asked to, past the peak it has stopped at or to twice as many steps: whoever pauses and resumes near the end does
/// not lengthen it.
struct Run {
  bool goes_beyond_end = false;
};
struct Pause {};
/// Pauses after that many further steps, taken as fast as they go.
struct StepOnce {
  std::int64_t steps = 1;
};

enum class Pace {
  log_time,          ///< each doubling of 1 + step takes the same time
  steps_per_second,
  maximum,
};
struct SetSpeed {
  Pace pace = Pace::log_time;
  double seconds_per_doubling = 1.4;
  double steps_per_second = 60.0;
  friend bool operator==(const SetSpeed&, const SetSpeed&) = default;
};
/// Asks for a preview of the current state.
struct RequestFrame {
  FrameWanted wanted = {};
};
/// Shows a recorded step, the nearest there is, and pauses there.
struct Seek {
  std::int64_t step = 0;
};
/// Back to the newest step, and on with it as new ones come.
struct GoLive {};
/// Whether new files of a recording are looked for.
struct Follow {
  bool is_on = true;
};

/// Whoever runs goes as fast as it can up to that step of its segment and rests there until told of another, whatever its
/// speed, and is seen at those steps only: how several runs keep to one clock. Empty: by its own speed again.
struct SetCeiling {
  std::optional<std::int64_t> step;
};
/// Asks for the event RunTold.
struct RequestRun {
  std::int64_t request = 0;
  bool is_stored = false;  ///< RunTold::stored is wanted
};
/// Asks for the event BranchReady: how another run may begin at a moment of this one's past, from a branch point at or before
/// that moment.
struct RequestBranch {
  std::int64_t request = 0;
  std::shared_ptr<const EngineCheckpoint> branch_point;
  std::int64_t tick = 0;     ///< of the moment
  std::size_t commands = 0;  ///< executed up to the moment
};

using Control = std::variant<Run, Pause, StepOnce, SetSpeed, RequestFrame, Seek, GoLive, Follow, SetCeiling, RequestRun,
                             RequestBranch>;

}  // namespace gramscope
