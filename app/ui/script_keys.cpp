#include "app/ui/script_keys.h"

#include <GLFW/glfw3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace gramscope::app {

namespace {

/// Whether `name` begins with `prefix`, in capitals or not.
bool begins_with(std::string_view name, std::string_view prefix) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  const auto is_same = [&](char a, char b) { return lower(a) == lower(b); };
  return name.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), name.begin(), is_same);
}

}  // namespace

std::optional<ScriptKey> parse_key(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, int>, 14> kNamed{{
      {"Tab", GLFW_KEY_TAB},
      {"Enter", GLFW_KEY_ENTER},
      {"Escape", GLFW_KEY_ESCAPE},
      {"Esc", GLFW_KEY_ESCAPE},
      {"Left", GLFW_KEY_LEFT},
      {"Right", GLFW_KEY_RIGHT},
      {"Up", GLFW_KEY_UP},
      {"Down", GLFW_KEY_DOWN},
      {"Home", GLFW_KEY_HOME},
      {"End", GLFW_KEY_END},
      {"Delete", GLFW_KEY_DELETE},
      {"Backspace", GLFW_KEY_BACKSPACE},
      {"PageUp", GLFW_KEY_PAGE_UP},
      {"PageDown", GLFW_KEY_PAGE_DOWN},
  }};
  ScriptKey key;
  for (bool found = true; found;) {
    found = false;
    for (const auto& [prefix, mod] : {std::pair<std::string_view, int>{"Ctrl+", GLFW_MOD_CONTROL},
                                      std::pair<std::string_view, int>{"Shift+", GLFW_MOD_SHIFT},
                                      std::pair<std::string_view, int>{"Alt+", GLFW_MOD_ALT}}) {
      if (!begins_with(name, prefix) || name.size() == prefix.size()) continue;
      key.mods |= mod;
      name.remove_prefix(prefix.size());
      found = true;
    }
  }
  if (name == "Space") {
    key.glfw_key = GLFW_KEY_SPACE;
    key.character = U' ';
    return key;
  }
  for (const auto& [label, code] : kNamed) {
    if (name != label) continue;
    key.glfw_key = code;
    return key;
  }
  if (name.size() != 1 || name[0] <= ' ' || name[0] > '~') return std::nullopt;
  const char c = name[0];
  key.character = static_cast<char32_t>(c);
  // GLFW names a letter's key by its capital; other printable keys by the character they type unshifted.
  key.glfw_key = c >= 'a' && c <= 'z' ? c - 'a' + 'A' : (c == '?' ? GLFW_KEY_SLASH : c);
  if (c >= '{' && c <= '~') key.glfw_key = c - '{' + '[';
  return key;
}

}  // namespace gramscope::app
