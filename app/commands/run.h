#pragma once

#include <string>

#include "app/commands/exit_code.h"
#include "app/commands/experiment.h"

namespace gramscope::app {

struct RunOptions {
  ExperimentOptions experiment;
  std::string out;
  bool layers = false;
  bool json = false;
};

void add_run_options(CLI::App& command, RunOptions& options);

/// Trains without a window, prints the report on stdout and writes --out.
ExitCode run_command(const RunOptions& options);

/// Ends a run where it is, as a command of its session: the last step is recorded, and a replay ends there
/// too.
void end_run_here(Engine& engine);

}  // namespace gramscope::app
