#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/registry/config.h"

namespace gramscope {

/// An experiment by name: what it is about, and the parameters in which it differs from the defaults.
struct Preset {
  std::string name;     ///< "collapse"; of a file, its name without the ending
  std::string title;    ///< "Structure before collapse"
  std::string summary;  ///< one sentence
  Config config;        ///< what the file says; resolve() fills in the rest
};

/// Reads a preset: TOML with `format = 1`, `title`, `summary` and the tables task, model, optimizer, reg and
/// run. Throws InputError "file:line: key: problem" for unknown keys, values out of range and combinations
/// that cannot be. Relative paths in it are relative to the directory of `file`.
Preset parse_preset(std::string_view text, const std::string& file);

/// The presets compiled into the program, the flagship first.
std::vector<Preset> embedded_presets();

/// Whether a name on the command line means a file: it ends in .toml or contains a slash.
bool names_a_file(std::string_view name);

/// The name of an embedded preset as bytes of its file. Throws UsageError with the nearest names if there is
/// none.
std::string_view embedded_preset_text(const std::string& name);

/// The preset the window opens on.
inline constexpr std::string_view kFlagshipPreset = "collapse";

}  // namespace gramscope
