#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "app/commands/run_report.h"
#include "core/io/session.h"

namespace gramscope::app {

/// A run to be repeated without a window, or made in the first place.
struct RunPlan {
  Session session;            ///< without branches; its config is resolved
  std::string name;           ///< begins the messages of a run that is one of several; otherwise empty
  std::filesystem::path out;  ///< the directory for its files; empty for none
  bool layers = false;        ///< whether every layer of a network is looked into
};

/// Takes the steps of a run with the session's commands, until the run ends, the session does or the user interrupts: an
/// InterruptGuard must be there. What it has to say goes to stderr, with the progress; `told` are the notes that were printed
/// before, which are not repeated. Throws what Engine and RunOutput do.
RunReport replay_run(const RunPlan& plan, std::set<std::string>& told);

/// Ends a run where it is, as a command of its session: the last step is recorded, and a replay ends there
/// too.
void end_run_here(Engine& engine);

}  // namespace gramscope::app
