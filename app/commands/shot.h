#pragma once

#include <string>

#include "app/commands/exit_code.h"
#include "app/commands/experiment.h"

namespace gramscope::app {

struct ShotOptions {
  ExperimentOptions experiment;
  std::string out;
  std::string size = "1440x900";
  std::string view;  ///< a view's key; empty for the whole window
};

void add_shot_options(CLI::App& command, ShotOptions& options);

/// Trains to --steps without showing anything, then draws the window or one view of it into a PNG. Of a recording (a file or
/// directory in the preset's place) that of the recorded step nearest to --steps, or of the newest.
ExitCode shot_command(const ShotOptions& options);

}  // namespace gramscope::app
