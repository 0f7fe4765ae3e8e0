#pragma once

#include <string>

#include "app/commands/exit_code.h"
#include "app/commands/experiment.h"

namespace gramscope::app {

struct GuiOptions {
  ExperimentOptions experiment;
  std::string out;
  std::string speed = "log";  ///< log, max or a number of steps per second
  std::string size = "1440x900";
  std::string script;
  std::string items;
  bool quit = false;
};

void add_gui_options(CLI::App& command, GuiOptions& options);

/// Opens the window and returns when it is closed.
ExitCode gui_command(const GuiOptions& options);

}  // namespace gramscope::app
