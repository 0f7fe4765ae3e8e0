#include "core/io/session_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/io/byte_stream.h"
#include "core/io/input_paths.h"
#include "core/registry/registry.h"

namespace gramscope {

namespace {

/// Which keys a command has, besides its tick and its op.
struct CommandForm {
  std::string_view op;
  std::vector<std::string_view> keys;
};

const std::array<CommandForm, 4>& command_forms() {
  static const std::array<CommandForm, 4> forms{
      {{"set", {"key", "value"}}, {"restart", {}}, {"continue", {}}, {"load", {"preset", "config"}}}};
  return forms;
}

constexpr std::array<std::string_view, 6> kCommandKeys{"tick", "op", "key", "value", "preset", "config"};

const CommandForm& form_of(const TomlDocument& document, const toml::table& table) {
  document.require_known_keys(table, "command.", kCommandKeys);
  const auto op = document.text(table, "op");
  const auto& forms = command_forms();
  const auto form =
      std::find_if(forms.begin(), forms.end(), [&](const CommandForm& known) { return known.op == op; });
  if (form == forms.end())
    document.fail(*table.get("op"), fmt::format("op = \"{}\"", shown_name(op)),
                  "must be set, restart, continue or load");
  for (const auto& [key, node] : table)
    if (key != "tick" && key != "op" &&
        std::find(form->keys.begin(), form->keys.end(), key.str()) == form->keys.end())
      document.fail(node, std::string(key.str()),
                    fmt::format("does not belong to a command with op = \"{}\"", op));
  return *form;
}

/// Whether setting a parameter may change others, or what they may be: kinds do, and what the task and the
/// model are like.
bool concerns_others(std::string_view key) {
  const auto deciding = deciding_keys();
  return key.starts_with("task.") || key.starts_with("model.") ||
         std::find(deciding.begin(), deciding.end(), key) != deciding.end();
}

/// What the parameters are as the commands are read, so that each value is checked against the range that it
/// had to be in.
class FollowedConfig {
 public:
  FollowedConfig(const TomlDocument& document, const Config& config)
      : document_(document), config_(config), applicable_(applicable_parameters(config)) {}

  SetParameter set(const toml::table& table) {
    const SetParameter change{document_.text(table, "key"), document_.value(table, "value")};
    document_.check(*table.get("key"), "key", [&] { find_parameter(applicable_, change.key); });
    document_.check(*table.get("value"), change.key, [&] {
      const Value value = checked_value(find_parameter(applicable_, change.key), change.value);
      // A drag is thousands of changes, most of them of rates and strengths: with_change() for each would
      // take seconds.
      if (!concerns_others(change.key)) return config_.set(change.key, value);
      config_ = with_change(config_, change.key, value, nullptr);
      applicable_ = applicable_parameters(config_);
    });
    return change;
  }

  Load load(const toml::table& table, const std::filesystem::path& directory) {
    const auto* node = table.get("config");
    if (node == nullptr) document_.fail(table, "config", "is missing");
    const auto* given = node->as_table();
    if (given == nullptr) document_.fail(*node, "config", "must be a table of parameters");
    document_.require_known_keys(*given, "config.", config_sections());
    Load load{resolve(document_.config(*given)), document_.text(table, "preset")};
    config_ = load.config;
    applicable_ = applicable_parameters(config_);
    anchor_paths(load.config, directory);
    return load;
  }

 private:
  const TomlDocument& document_;
  Config config_;
  std::vector<Parameter> applicable_;  ///< of config_
};

Command parse_command(const TomlDocument& document, const toml::table& table, FollowedConfig& followed,
                      const std::filesystem::path& directory) {
  const auto op = form_of(document, table).op;
  if (op == "set") return followed.set(table);
  if (op == "load") return followed.load(table, directory);
  if (op == "continue") return Continue{};
  return Restart{};
}

}  // namespace

std::vector<Engine::Executed> parse_commands(const TomlDocument& document, const Config& config,
                                             const std::filesystem::path& directory) {
  std::vector<Engine::Executed> commands;
  FollowedConfig followed(document, config);
  for (const auto* table : document.tables("command")) {
    const auto tick = document.count(*table, "tick");
    if (!commands.empty() && tick < commands.back().tick)
      document.fail(
          *table->get("tick"), fmt::format("tick = {}", tick),
          fmt::format("is before the command above, at {}; commands stand in the order they were given",
                      commands.back().tick));
    commands.push_back({tick, parse_command(document, *table, followed, directory)});
  }
  return commands;
}

}  // namespace gramscope
