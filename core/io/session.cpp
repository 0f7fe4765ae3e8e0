#include "core/io/session.h"

#include <fmt/format.h>

#include <array>
#include <fstream>

#include "core/io/atomic_file.h"
#include "core/io/toml_config.h"
#include "core/io/version.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
constexpr std::array<std::string_view, 13> kKeys{"format",  "version", "cpu",    "preset", "title",
                                                 "summary", "ticks",   "task",   "model",  "optimizer",
                                                 "reg",     "run",     "command"};
constexpr std::array<std::string_view, 6> kCommandKeys{"tick", "op", "key", "value", "preset", "config"};

std::string command_toml(const Engine::Executed& executed) {
  std::string text = fmt::format("\n[[command]]\ntick = {}\n", executed.tick);
  if (const auto* set = std::get_if<SetParameter>(&executed.command)) {
    text += fmt::format("op = \"set\"\nkey = {}\nvalue = {}\n", toml_text(Value{set->key}),
                        toml_text(set->value));
  } else if (const auto* load = std::get_if<Load>(&executed.command)) {
    text += fmt::format("op = \"load\"\npreset = {}\nconfig = {}\n", toml_text(Value{load->preset}),
                        toml_inline_text(load->config));
  } else if (std::holds_alternative<Continue>(executed.command)) {
    text += "op = \"continue\"\n";
  } else {
    text += "op = \"restart\"\n";
  }
  return text;
}

Engine::Executed parse_command(const TomlDocument& document, const toml::table& table) {
  document.require_known_keys(table, "command.", kCommandKeys);
  const auto tick = document.count(table, "tick");
  const auto op = document.text(table, "op");
  if (op == "restart") return {tick, Restart{}};
  if (op == "continue") return {tick, Continue{}};
  if (op == "set") return {tick, SetParameter{document.text(table, "key"), document.value(table, "value")}};
  if (op != "load") document.fail(*table.get("op"), "op", "must be set, restart, continue or load");
  const auto* config = table.get_as<toml::table>("config");
  if (config == nullptr) document.fail(table, "config", "is missing: a table of parameters");
  document.require_known_keys(*config, "config.", config_sections());
  return {tick, Load{resolve(document.config(*config)), document.text(table, "preset")}};
}

std::vector<Engine::Executed> parse_commands(const TomlDocument& document) {
  std::vector<Engine::Executed> commands;
  const auto* node = document.root().get("command");
  if (node == nullptr) return commands;
  const auto* array = node->as_array();
  if (array == nullptr) document.fail(*node, "command", "must be written as [[command]]");
  for (const auto& entry : *array) {
    const auto* table = entry.as_table();
    if (table == nullptr) document.fail(entry, "command", "must be a table");
    auto command = parse_command(document, *table);
    if (!commands.empty() && command.tick < commands.back().tick)
      document.fail(*table, "tick", fmt::format("{} is before the command above it", command.tick));
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string session_toml(const Session& session) {
  const auto line = [](const char* key, const std::string& text) {
    return fmt::format("{} = {}\n", key, toml_text(Value{text}));
  };
  std::string text = "# A recorded run: `gramscope run` with this file repeats it.\nformat = 1\n";
  text += line("version", session.version) + line("cpu", session.cpu) + line("preset", session.preset.name) +
          line("title", session.preset.title) + line("summary", session.preset.summary);
  if (session.ticks) text += fmt::format("ticks = {}\n", *session.ticks);
  text += toml_text(resolve(session.preset.config));
  for (const auto& executed : session.commands) text += command_toml(executed);
  return text;
}

Session parse_session(std::string_view text, const std::string& file) {
  const TomlDocument document(text, file);
  const auto& root = document.root();
  Session session;
  // Only a recorded run says which version recorded it.
  if (!root.contains("version")) {
    session.preset = parse_preset(text, file);
    return session;
  }
  if (const auto format = document.count(root, "format"); format != 1)
    document.fail(*root.get("format"), "format",
                  fmt::format("{} is not known to this version, which reads 1", format));
  document.require_known_keys(root, "", kKeys);
  session.version = document.text(root, "version");
  if (session.version.empty()) document.fail(*root.get("version"), "version", "must not be empty");
  session.cpu = document.text(root, "cpu");
  session.preset.name = document.text(root, "preset");
  session.preset.title = document.text_or(root, "title", "");
  session.preset.summary = document.text_or(root, "summary", "");
  session.preset.config = document.config(root);
  session.commands = parse_commands(document);
  if (root.contains("ticks")) session.ticks = document.count(root, "ticks");
  return session;
}

Session load_session(const std::string& name_or_path) {
  if (names_a_file(name_or_path)) return parse_session(read_file(name_or_path, kMaxBytes), name_or_path);
  Session session;
  session.preset = parse_preset(embedded_preset_text(name_or_path), name_or_path + ".toml");
  return session;
}

void Replay::apply_due(Engine& engine) {
  for (; next_ < commands_.size() && commands_[next_].tick <= engine.tick(); ++next_)
    engine.apply(commands_[next_].command);
}

std::optional<std::int64_t> Replay::next_tick() const {
  if (next_ == commands_.size()) return std::nullopt;
  return commands_[next_].tick;
}

}  // namespace gramscope
