#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/io/toml_config.h"
#include "core/train/engine.h"

namespace gramscope {

/// The commands of a run as they stand in a session, and what the run was when the first of them came.
struct CommandTables {
  std::string name;  ///< "command", of a branch "branch.command"
  std::vector<const toml::table*> tables;
  Config config;          ///< resolved
  std::int64_t tick = 0;  ///< no command comes before
};

struct ParsedCommands {
  std::vector<Engine::Executed> commands;
  std::map<std::size_t, Config> configs;  ///< in force after so many of them: those that were wanted
};

/// Reads commands. Each is checked where it stands: its tick against the one before, the keys against its op, and a value
/// against the range that its parameter has after the commands before it. `wanted`: after how many of them the config is
/// handed out as well. Relative paths are relative to `directory`. Throws InputError "file:line: key: problem".
ParsedCommands parse_commands(const TomlDocument& document, const CommandTables& given,
                              const std::set<std::size_t>& wanted, const std::filesystem::path& directory);

/// A command as a table of that name.
std::string command_toml(const Engine::Executed& executed, const std::string& name);

}  // namespace gramscope
