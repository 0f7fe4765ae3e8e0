#include "app/commands/experiment.h"

#include <fmt/format.h>

#include <iostream>
#include <map>

#include "app/commands/catalogue.h"
#include "core/io/config_text.h"
#include "core/io/given_values.h"
#include "core/io/version.h"
#include "core/registry/error.h"

namespace gramscope::app {

namespace {

/// The user's values by key: later ones win, and --seed and --steps over both.
std::map<std::string, std::string> given_values(const ExperimentOptions& options) {
  std::map<std::string, std::string> given;
  for (const auto& set : options.sets) {
    const auto equals = set.find('=');
    if (equals == std::string::npos || equals == 0)
      throw UsageError(fmt::format("--set {}: must be key=value, as in --set model.d=16", set));
    given[set.substr(0, equals)] = set.substr(equals + 1);
  }
  if (!options.seed.empty()) given["run.seed"] = options.seed;
  if (!options.steps.empty()) given["run.steps"] = options.steps;
  return given;
}

}  // namespace

void add_experiment_options(CLI::App& command, ExperimentOptions& options, bool preset_is_required) {
  auto* preset = command.add_option("preset", options.preset,
                                    "Name of a preset (gramscope list presets), or a preset or session file");
  preset->option_text("PRESET|FILE.toml");
  if (preset_is_required) preset->required();
  command
      .add_option("--set", options.sets,
                  "Gives a parameter another value; may be repeated, and later ones win")
      ->option_text("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  command.add_option("--seed", options.seed, "The same as --set run.seed=SEED")->option_text("SEED");
  command.add_option("--steps", options.steps, "The same as --set run.steps=N")->option_text("N");
  command.footer(parameter_help);
}

Experiment choose_experiment(const ExperimentOptions& options, const std::string& on_divergence) {
  Experiment experiment;
  experiment.session = load_session(options.preset.empty() ? std::string(kFlagshipPreset) : options.preset);
  auto& session = experiment.session;
  session.preset.config =
      with_given_values(session.preset.config, given_values(options), on_divergence, &experiment.notes);

  if (session.is_recorded()) {
    if (!options.steps.empty()) session.ticks.reset();
    if (session.version != version())
      experiment.notes.push_back(
          fmt::format("{} was recorded by version {}, this is {}: its numbers may differ", options.preset,
                      session.version, version()));
    if (const auto cpu = processor_name(); session.cpu != cpu)
      experiment.notes.push_back(fmt::format("{} was recorded on {}, this is {}: its last digits may differ",
                                             options.preset, session.cpu, cpu));
  }
  return experiment;
}

void print_notes(const Experiment& experiment) {
  for (const auto& note : experiment.notes) std::cerr << "gramscope: note: " << note << '\n';
}

std::string without_display(const std::string& cause, const ExperimentOptions& options) {
  std::string command =
      "gramscope run " + (options.preset.empty() ? std::string(kFlagshipPreset) : shell_quoted(options.preset));
  for (const auto& set : options.sets) command += " --set " + shell_quoted(set);
  if (!options.seed.empty()) command += " --seed " + shell_quoted(options.seed);
  if (!options.steps.empty()) command += " --steps " + shell_quoted(options.steps);
  return fmt::format("no window: {}\n  the same without one: {}", cause, command);
}

std::string parameter_help() {
  std::string text =
      "\nParameters (gramscope describe KEY tells more; defaults are those of the first kind that has "
      "them):\n";
  for (const auto& found : catalogue_parameters()) {
    const auto& parameter = found.variants.front().parameter;
    text += fmt::format("  {:<20} {} [{}]\n", parameter.key, describe_range(parameter),
                        to_string(parameter.default_value));
  }
  return text;
}

}  // namespace gramscope::app
