#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "app/commands/exit_code.h"

namespace gramscope::app {

struct DescribeOptions {
  std::string key;
  bool json = false;
};

void add_describe_options(CLI::App& command, DescribeOptions& options);

/// Prints what the registries know of a task, model, optimizer, metric, preset, view or parameter.
ExitCode describe_command(const DescribeOptions& options);

}  // namespace gramscope::app
