#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "app/commands/exit_code.h"

namespace gramscope::app {

struct TheoryOptions {
  std::string file;
  std::string out;
  std::optional<double> gap;
  std::optional<std::int64_t> iterations;
  std::optional<std::int64_t> points;
  std::optional<std::int64_t> dimension;
  bool json = false;
};

void add_theory_options(CLI::App& command, TheoryOptions& options);

/// Reads what can follow every context and prints where its representations must go: L_in, L_mm and the geometry they
/// predict, beside the proxy's. With --points instead: how far apart so many directions can be.
ExitCode theory_command(const TheoryOptions& options);

}  // namespace gramscope::app
