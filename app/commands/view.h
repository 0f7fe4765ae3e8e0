#pragma once

#include <string>

#include "app/commands/exit_code.h"
#include "app/commands/window_settings.h"

namespace gramscope::app {

struct ViewOptions {
  std::string path;
  bool follow = false;
  WindowSettings window;
};

void add_view_options(CLI::App& command, ViewOptions& options);

/// Opens the window on snapshots that another program has written, once the first of them has been read.
ExitCode view_command(const ViewOptions& options);

}  // namespace gramscope::app
