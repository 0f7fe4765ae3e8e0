#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "app/commands/exit_code.h"

namespace gramscope::app {

struct MetricsOptions {
  std::string path;
  bool json = false;
};

void add_metrics_options(CLI::App& command, MetricsOptions& options);

/// Measures the embeddings of a file, with every metric of a live run, and prints them; of a directory of snapshots the
/// table that `run --out` leaves as metrics.csv. Throws InputError for what cannot be read.
ExitCode metrics_command(const MetricsOptions& options);

}  // namespace gramscope::app
