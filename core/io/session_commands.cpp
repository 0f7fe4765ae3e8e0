#include "core/io/session_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

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
  const auto form = std::find_if(forms.begin(), forms.end(), [&](const CommandForm& known) { return known.op == op; });
  if (form == forms.end())
    document.fail(*table.get("op"), "op = \"" + op + "\"", "must be set, restart, continue or load");
  for (const auto& [key, node] : table)
    if (key != "tick" && key != "op" && std::find(form->keys.begin(), form->keys.end(), key.str()) == form->keys.end())
      document.fail(node, std::string(key.str()), fmt::format("does not belong to a command with op = \"{}\"", op));
  return *form;
}

/// What the parameters are as the commands are read, so that each value is checked against the range that it had to be in.
class FollowedConfig {
 public:
  FollowedConfig(const TomlDocument& document, const Config& config) : document_(document), config_(config) {}

  SetParameter set(const toml::table& table) {
    const SetParameter change{document_.text(table, "key"), document_.value(table, "value")};
    // Of a drag, hundreds of changes of one value, only the last decides what may follow.
    if (change.key != dragged_.key) {
      settle();
      applicable_ = applicable_parameters(config_);
    }
    const auto& key_node = *table.get("key");
    const auto& value_node = *table.get("value");
    document_.check(key_node, "key", [&] { find_parameter(applicable_, change.key); });
    document_.check(value_node, change.key, [&] { checked_value(find_parameter(applicable_, change.key), change.value); });
    dragged_ = {change.key, &value_node, change.value};
    return change;
  }

  Load load(const toml::table& table, const std::filesystem::path& directory) {
    const auto* node = table.get("config");
    if (node == nullptr) document_.fail(table, "config", "is missing");
    const auto* given = node->as_table();
    if (given == nullptr) document_.fail(*node, "config", "must be a table of parameters");
    document_.require_known_keys(*given, "config.", config_sections());
    Load load{resolve(document_.config(*given)), document_.text(table, "preset")};
    dragged_ = {};
    config_ = load.config;
    anchor_paths(load.config, directory);
    return load;
  }

  /// Takes the value that is being dragged as it has become.
  void settle() {
    if (dragged_.at == nullptr) return;
    document_.check(*dragged_.at, dragged_.key,
                    [&] { config_ = with_change(config_, dragged_.key, dragged_.value, nullptr); });
    dragged_ = {};
  }

 private:
  struct Dragged {
    std::string key;
    const toml::node* at = nullptr;
    Value value;
  };

  const TomlDocument& document_;
  Config config_;
  std::vector<Parameter> applicable_;  ///< before what is dragged
  Dragged dragged_;
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
      document.fail(*table->get("tick"), fmt::format("tick = {}", tick),
                    fmt::format("is before the command above, at {}; commands stand in the order they were given",
                                commands.back().tick));
    commands.push_back({tick, parse_command(document, *table, followed, directory)});
  }
  followed.settle();
  return commands;
}

}  // namespace gramscope
