#pragma once

#include <string>

#include "core/registry/config.h"

namespace gramscope {

/// A resolved config as text that a person can paste or keep. Paths stand as they are in the config: see make_paths_absolute()
/// for one that is to be used elsewhere.

/// "gramscope run collapse --seed 3 --set model.d=8": the shortest command line of that form whose run has exactly this
/// config. It begins from the embedded preset of that name, or the preset in that file (see names_a_file), and where there is
/// none, from the flagship. Kinds, and what else decides which parameters apply, stand first; words are quoted for a shell
/// where they need it. Throws UsageError if `config` cannot be resolved, or no command line gives it.
std::string command_line_of(const std::string& preset, const Config& config);

/// A preset file that parse_preset() reads back to exactly this config: every parameter that applies, in the tables and the
/// order of the shipped presets, each with its name behind it.
std::string preset_text(const Config& config, const std::string& title, const std::string& summary);

/// A word of a command line as a shell reads it back: in quotes where it needs them.
std::string shell_quoted(const std::string& word);

}  // namespace gramscope
