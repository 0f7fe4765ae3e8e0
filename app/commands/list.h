#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "app/commands/exit_code.h"

namespace gramscope::app {

struct ListOptions {
  std::string category;
  bool json = false;
};

void add_list_options(CLI::App& command, ListOptions& options);

/// Prints the names of one category with a line on each.
ExitCode list_command(const ListOptions& options);

}  // namespace gramscope::app
