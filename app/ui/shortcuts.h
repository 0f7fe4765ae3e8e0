#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace gramscope::app {

/// What a key does, wherever the mouse is.
enum class Shortcut {
  run_or_pause,
  step,
  step_back,
  restart,
  new_seed,
  branch,
  twin,
  speed_log_time,
  speed_steps_per_second,
  speed_maximum,
  full_view,
  show_keys,
};

/// A line of the overlay of shortcuts.
struct ShortcutHelp {
  const char* keys;
  const char* meaning;
};
std::span<const ShortcutHelp> shortcut_help();

/// The shortcut of a typed character: letters mean themselves on every keyboard layout.
std::optional<Shortcut> shortcut_of(char32_t character);
/// Whether holding the key down repeats it.
bool repeats(Shortcut shortcut);

}  // namespace gramscope::app
