#include "core/io/config_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/io/given_values.h"
#include "core/io/preset.h"
#include "core/io/session.h"
#include "core/io/toml_config.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope {

namespace {

constexpr const char* kOnDivergence = "stop";  // what `run` does where nobody says

struct GivenValue {
  std::string key;
  std::string text;
};

/// The values of the preset of that name or file; nullopt where there is none. A recorded run is none: it would be repeated.
std::optional<Config> stated_by(const std::string& preset) {
  try {
    const Session session = load_session(preset);
    if (!session.is_recorded()) return session.preset.config;
  } catch (const UsageError&) {
    // No preset of that name.
  } catch (const InputError&) {
    // No such file, or not one that can be read.
  }
  return std::nullopt;
}

/// The fewest values that lead from a preset to `config`, those that decide which others apply first.
std::vector<GivenValue> values_to_give(const Config& stated, const Config& config) {
  std::vector<GivenValue> given;
  Config reached = with_given_values(stated, {}, kOnDivergence);
  const auto differs = [&](const std::string& key) {
    return config.contains(key) && (!reached.contains(key) || reached.at(key) != config.at(key));
  };
  for (const auto key_view : deciding_keys()) {
    const std::string key(key_view);
    if (!differs(key)) continue;
    given.push_back({key, to_string(config.at(key))});
    reached = with_change(reached, key, config.at(key), nullptr);
  }
  for (const auto& parameter : applicable_parameters(config))
    if (differs(parameter.key)) given.push_back({parameter.key, to_string(config.at(parameter.key))});
  return given;
}

/// The same, where the command line does give `config`.
std::optional<std::vector<GivenValue>> checked_values(const Config& stated, const Config& config) {
  try {
    auto given = values_to_give(stated, config);
    std::map<std::string, std::string> by_key;
    for (const auto& value : given) by_key[value.key] = value.text;
    if (with_given_values(stated, by_key, kOnDivergence) == config) return given;
  } catch (const UsageError&) {
    // On the way there is something that cannot be.
  }
  return std::nullopt;
}

std::string command_line(const std::string& preset, const std::vector<GivenValue>& given) {
  std::string line = "gramscope run " + shell_quoted(preset);
  for (const auto& [option, key] : {std::pair{"--seed", "run.seed"}, std::pair{"--steps", "run.steps"}})
    for (const auto& value : given)
      if (value.key == key) line += fmt::format(" {} {}", option, shell_quoted(value.text));
  for (const auto& value : given)
    if (value.key != "run.seed" && value.key != "run.steps")
      line += " --set " + shell_quoted(value.key + "=" + value.text);
  return line;
}

/// What stands behind a value: the name of its parameter, or of the choice.
std::string comment_on(const Parameter& parameter, const Value& value) {
  for (const auto& choice : parameter.choices)
    if (value == Value{choice.key}) return choice.label;
  return parameter.label;
}

}  // namespace

std::string command_line_of(const std::string& preset, const Config& config) {
  const Config wanted = resolve(config);
  if (const auto stated = stated_by(preset))
    if (const auto given = checked_values(*stated, wanted)) return command_line(preset, *given);
  const std::string flagship(kFlagshipPreset);
  if (const auto given = checked_values(*stated_by(flagship), wanted)) return command_line(flagship, *given);
  throw UsageError("no command line gives these values; keep them as a preset");
}

std::string preset_text(const Config& config, const std::string& title, const std::string& summary) {
  constexpr int kCommentColumn = 20;
  std::string text = fmt::format("format = 1\ntitle = {}\nsummary = {}\n", toml_text(Value{title}), toml_text(Value{summary}));
  const Config complete = resolve(config);
  const auto parameters = applicable_parameters(complete);
  for (const auto section : config_sections()) {
    const std::string prefix = std::string(section) + ".";
    bool has_begun = false;
    for (const auto& parameter : parameters) {
      if (!parameter.key.starts_with(prefix)) continue;
      if (!std::exchange(has_begun, true)) text += fmt::format("\n[{}]\n", section);
      const auto& value = complete.at(parameter.key);
      const std::string line = fmt::format("{} = {}", parameter.key.substr(prefix.size()), toml_text(value));
      text += fmt::format("{:<{}} # {}\n", line, kCommentColumn, comment_on(parameter, value));
    }
  }
  return text;
}

std::string shell_quoted(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string result = "'";
  for (const char c : word) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace gramscope
