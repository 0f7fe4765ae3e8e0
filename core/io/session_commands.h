#pragma once

#include <filesystem>
#include <vector>

#include "core/io/toml_config.h"
#include "core/train/engine.h"

namespace gramscope {

/// The [[command]] tables of a session that began with `config`, which is resolved. Each is checked where it
/// stands: its tick against the one before, the keys against its op, and a value against the range that its
/// parameter has after the commands before it. Relative paths are relative to `directory`. Throws InputError
/// "file:line: key: problem".
std::vector<Engine::Executed> parse_commands(const TomlDocument& document, const Config& config,
                                             const std::filesystem::path& directory);

}  // namespace gramscope
