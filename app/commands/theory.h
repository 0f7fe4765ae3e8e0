#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "app/commands/exit_code.h"

namespace gramscope::app {

struct TheoryOptions {
  std::string file;
  std::string out;
  double gap = 1e-6;
  std::int64_t iterations = 20'000;
  bool json = false;
};

void add_theory_options(CLI::App& command, TheoryOptions& options);

/// Reads what can follow every context and prints where its representations must go: L_in, L_mm and the geometry they
/// predict, beside the proxy's.
ExitCode theory_command(const TheoryOptions& options);

}  // namespace gramscope::app
