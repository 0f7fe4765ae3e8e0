#pragma once

#include <optional>
#include <string_view>

namespace gramscope::app {

/// A key as a script names it.
struct ScriptKey {
  int glfw_key = 0;
  int mods = 0;            ///< GLFW_MOD_*
  char32_t character = 0;  ///< what it types; 0 for keys that type nothing
};

/// "Space", "Ctrl+Enter", "Shift+Tab", "r", "?": empty for names that are no key.
std::optional<ScriptKey> parse_key(std::string_view name);

}  // namespace gramscope::app
