#include "app/ui/shortcuts.h"

#include <array>

namespace gramscope::app {

std::span<const ShortcutHelp> shortcut_help() {
  static constexpr auto lines = std::to_array<ShortcutHelp>({
      {"Space", "run or pause; play a recording or the past"},
      {".", "take one step; in the past the next recorded one"},
      {",  ← →", "into the past: the recorded step before, the next"},
      {"Home  End", "the first recorded step; the newest, live"},
      {"R", "restart with the same initial weights"},
      {"N", "restart with a new seed"},
      {"B  T", "branch from the step shown; a twin beside this run"},
      {"1  2  3", "speed: log time, steps/s, max"},
      {"F", "view under the mouse to full size, and back"},
      {"Tab", "next control; Shift+Tab the one before"},
      {"← →", "move the focused slider; Shift: five times as far"},
      {"Enter", "type a value for the focused slider"},
      {"Esc", "leave the control, the list or this page"},
      {"Double-click", "slider: default value; plot, matrix: all of it"},
      {"Ctrl+click", "slider: type a value"},
      {"Ctrl+Z  Ctrl+Y", "undo a change of parameters, redo it"},
      {"Wheel, drag", "plot, matrix: zoom and pan; PCA: zoom and turn"},
      {"+ −  0  ← →", "zoom, show whole and move the focused matrix"},
      {"Title ▾", "another picture in this panel"},
      {"Drop a file", "learn from a text; load a preset, session or snapshots"},
      {"Ctrl+S  Ctrl+O", "save the session, open one; Ctrl+Shift+S: as another file"},
      {"Ctrl+Shift+C  P", "copy the parameters as a command line; as a preset"},
      {"Ctrl with + − 0", "larger, smaller, normal text"},
      {"?", "this page"},
  });
  return lines;
}

std::optional<Shortcut> shortcut_of(char32_t character) {
  switch (character) {
    case U' ':
      return Shortcut::run_or_pause;
    case U'.':
      return Shortcut::step;
    case U',':
      return Shortcut::step_back;
    case U'r':
    case U'R':
      return Shortcut::restart;
    case U'n':
    case U'N':
      return Shortcut::new_seed;
    case U'b':
    case U'B':
      return Shortcut::branch;
    case U't':
    case U'T':
      return Shortcut::twin;
    case U'1':
      return Shortcut::speed_log_time;
    case U'2':
      return Shortcut::speed_steps_per_second;
    case U'3':
      return Shortcut::speed_maximum;
    case U'f':
    case U'F':
      return Shortcut::full_view;
    case U'?':
      return Shortcut::show_keys;
    default:
      return std::nullopt;
  }
}

bool repeats(Shortcut shortcut) { return shortcut == Shortcut::step || shortcut == Shortcut::step_back; }

}  // namespace gramscope::app
