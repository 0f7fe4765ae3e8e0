#pragma once

#include <filesystem>

#include "core/io/session.h"
#include "core/io/toml_config.h"

namespace gramscope {

/// Reads what happened in a session whose experiment is known: the commands of the trunk, the branches with theirs, and which
/// of these runs were shown. Everything is checked where it stands: a branch against the course of its parent, its commands
/// from the config on that was in force there. Throws InputError "file:line: key: problem". Relative paths are relative to
/// `directory`.
void read_runs(const TomlDocument& document, const std::filesystem::path& directory, Session& session);

/// The branches of a session as TOML, in order.
std::string branches_toml(const Session& session);

}  // namespace gramscope
