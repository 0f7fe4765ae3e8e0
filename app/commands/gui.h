#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/commands/exit_code.h"
#include "app/commands/experiment.h"
#include "app/commands/window_settings.h"

namespace gramscope::app {

struct GuiOptions {
  ExperimentOptions experiment;
  std::string out;
  std::vector<std::string> twin;
  std::size_t history = 512;  ///< MiB
  WindowSettings window;
};

void add_gui_options(CLI::App& command, GuiOptions& options);

/// Opens the window and returns when it is closed.
ExitCode gui_command(const GuiOptions& options);

}  // namespace gramscope::app
