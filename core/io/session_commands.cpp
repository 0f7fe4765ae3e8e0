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

const CommandForm& form_of(const TomlDocument& document, const toml::table& table, const std::string& name) {
  document.require_known_keys(table, name + ".", kCommandKeys);
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

  const Config& config() const { return config_; }

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

Command parse_command(const TomlDocument& document, const toml::table& table, const std::string& name,
                      FollowedConfig& followed, const std::filesystem::path& directory) {
  const auto op = form_of(document, table, name).op;
  if (op == "set") return followed.set(table);
  if (op == "load") return followed.load(table, directory);
  if (op == "continue") return Continue{};
  return Restart{};
}

}  // namespace

ParsedCommands parse_commands(const TomlDocument& document, const CommandTables& given,
                              const std::set<std::size_t>& wanted, const std::filesystem::path& directory) {
  ParsedCommands parsed;
  auto& commands = parsed.commands;
  commands.reserve(given.tables.size());
  FollowedConfig followed(document, given.config);
  for (const auto* table : given.tables) {
    const auto tick = document.count(*table, "tick");
    const auto refuse = [&](const std::string& problem) {
      document.fail(*table->get("tick"), fmt::format("tick = {}", tick), problem);
    };
    if (commands.empty() && tick < given.tick)
      refuse(fmt::format("is before the branch begins, at {}", given.tick));
    if (!commands.empty() && tick < commands.back().tick)
      refuse(fmt::format("is before the command above, at {}; commands stand in the order they were given",
                         commands.back().tick));
    commands.push_back({tick, parse_command(document, *table, given.name, followed, directory)});
    if (wanted.contains(commands.size())) parsed.configs.emplace(commands.size(), followed.config());
  }
  return parsed;
}

std::string command_toml(const Engine::Executed& executed, const std::string& name) {
  std::string text = fmt::format("\n[[{}]]\ntick = {}\n", name, executed.tick);
  if (const auto* set = std::get_if<SetParameter>(&executed.command)) {
    text += fmt::format("op = \"set\"\nkey = {}\nvalue = {}\n", toml_text(Value{set->key}),
                        toml_text(with_absolute_path(set->key, set->value)));
  } else if (const auto* load = std::get_if<Load>(&executed.command)) {
    Config config = load->config;
    make_paths_absolute(config);
    text += fmt::format("op = \"load\"\npreset = {}\nconfig = {}\n", toml_text(Value{load->preset}),
                        toml_inline_text(config));
  } else if (std::holds_alternative<Continue>(executed.command)) {
    text += "op = \"continue\"\n";
  } else {
    text += "op = \"restart\"\n";
  }
  return text;
}

}  // namespace gramscope
