#include "app/commands/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>

#include "app/commands/catalogue.h"
#include "core/io/version.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope::app {

namespace {

bool is_deciding(const std::string& key) {
  const auto keys = deciding_keys();
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

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

/// `config` (resolved) with the user's kinds and other values that decide which parameters apply. Values that `stated`, the file's own, loses or changes by that
/// are noted.
Config with_deciding_values(Config config, const Config& stated, const std::map<std::string, std::string>& given,
                  std::vector<std::string>* notes) {
  for (const auto key_view : deciding_keys()) {
    const std::string key(key_view);
    const auto found = given.find(key);
    if (found == given.end()) continue;
    const auto value = parse_value(find_parameter(applicable_parameters(config), key), found->second);
    if (value == config.at(key)) continue;
    const Config before = std::exchange(config, with_change(config, key, value, nullptr));
    for (const auto& [name, old] : stated.values()) {
      if (name == key || given.contains(name) || !before.contains(name)) continue;
      if (!config.contains(name))
        notes->push_back(fmt::format("{} = {} of the preset does not apply with {} = {}: left out", name,
                                     to_string(old), key, found->second));
      else if (config.at(name) != before.at(name))
        notes->push_back(fmt::format("{} is {} with {} = {}, instead of the preset's {}", name,
                                     to_string(config.at(name)), key, found->second, to_string(old)));
    }
  }
  return config;
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
  const auto given = given_values(options);

  const Config stated = session.preset.config;
  Config complete = resolve(stated);
  if (!stated.contains("run.on_divergence")) complete.set("run.on_divergence", on_divergence);
  Config config = with_deciding_values(complete, stated, given, &experiment.notes);
  const auto applicable = applicable_parameters(config);
  for (const auto& [key, text] : given) {
    if (is_deciding(key)) continue;
    auto parameter = find_parameter(applicable, key);
    parameter.unavailable.clear();  // that may follow from values further on; resolve() sees them all
    config.set(key, parse_value(parameter, text));
  }
  session.preset.config = resolve(config);

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
  const auto quoted = [](const std::string& text) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,+@%";
    if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
  };
  std::string command =
      "gramscope run " + (options.preset.empty() ? std::string(kFlagshipPreset) : quoted(options.preset));
  for (const auto& set : options.sets) command += " --set " + quoted(set);
  if (!options.seed.empty()) command += " --seed " + quoted(options.seed);
  if (!options.steps.empty()) command += " --steps " + quoted(options.steps);
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
