#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "core/io/session.h"
#include "core/registry/config.h"

namespace gramscope::app {

/// What run, gui and shot have in common: which experiment, and what about it is different this time.
struct ExperimentOptions {
  std::string preset;             ///< a name or a file
  std::vector<std::string> sets;  ///< key=value, later ones win
  std::string seed;               ///< as typed; empty where not given
  std::string steps;
};

/// Adds PRESET, --set, --seed and --steps to a command. `preset_is_required`: otherwise the flagship stands
/// in.
void add_experiment_options(CLI::App& command, ExperimentOptions& options, bool preset_is_required);

/// An experiment ready to start.
struct Experiment {
  Session session;  ///< its preset's config is resolved and includes what the user changed
  /// What the user ought to know: keys of the preset that no longer apply, another processor than the
  /// session's.
  std::vector<std::string> notes;
};

/// Loads the preset or session and applies the user's values. A value the user gives must apply, be in range
/// and go together with the others; what the preset said gives way where a new kind makes it inapplicable.
/// `on_divergence` is what run.on_divergence is where nobody says. Throws UsageError or InputError.
Experiment choose_experiment(const ExperimentOptions& options, const std::string& on_divergence = "stop");

/// Why there is no window, and the `gramscope run` command line that needs none.
std::string without_display(const std::string& cause, const ExperimentOptions& options);

/// Prints the notes on stderr.
void print_notes(const Experiment& experiment);

/// Every parameter there is, with its range and default for the first kind that has it: the end of --help.
std::string parameter_help();

}  // namespace gramscope::app
