#pragma once

#include <filesystem>
#include <string>

#include "core/registry/config.h"

namespace gramscope {

/// Makes relative paths in the file parameters of a config that was read from a file in `directory` relative
/// to where the program runs: a path in a file means one beside that file. The name of an embedded corpus
/// stays one, unless there is a file of that name in `directory`.
void anchor_paths(Config& config, const std::filesystem::path& directory);

/// Makes the paths in the file parameters absolute, for a file that is to be read from anywhere.
void make_paths_absolute(Config& config);

/// The value of a file parameter as an absolute path; empty ones and names of embedded corpora stay as they
/// are.
std::string absolute_input(const std::string& key, const std::string& path);

/// The value of any parameter, its path absolute where it is a file.
Value with_absolute_path(const std::string& key, const Value& value);

}  // namespace gramscope
