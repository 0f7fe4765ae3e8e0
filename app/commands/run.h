#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/commands/exit_code.h"
#include "app/commands/experiment.h"

namespace gramscope::app {

struct RunOptions {
  ExperimentOptions experiment;
  std::optional<std::int64_t> branch;  ///< the only run to be repeated; 0 is the trunk
  std::string out;
  bool layers = false;
  bool json = false;
};

void add_run_options(CLI::App& command, RunOptions& options);

/// Trains without a window, prints the report on stdout and writes --out: of a session with branches that of every run.
ExitCode run_command(const RunOptions& options);

}  // namespace gramscope::app
