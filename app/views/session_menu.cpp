#include "app/views/session_menu.h"

#include <array>
#include <string>
#include <vector>

#include "app/ui/widgets.h"

namespace gramscope::app {
namespace {

constexpr const char* kMenuCaption = "Session";

struct MenuLine {
  SessionCommand command;
  const char* key;
  const char* label;
  const char* summary;
  const char* keys;
  char letter;
  bool has_shift;
};

constexpr std::array<MenuLine, 5> kMenuLines{{
    {SessionCommand::save, "save", "Save",
     "Writes all runs, what they were told and when, and how they are looked at into a file that repeats them to the last bit.",
     "Ctrl+S", 'S', false},
    {SessionCommand::save_as, "save_as", "Save as…", "The same into another file.", "Ctrl+Shift+S", 'S', true},
    {SessionCommand::open, "open", "Open…", "Goes on with a session that was saved, in place of what is here.", "Ctrl+O", 'O',
     false},
    {SessionCommand::copy_command_line, "copy_command_line", "Copy as command line",
     "Puts the command that runs these parameters, without a window, on the clipboard.", "Ctrl+Shift+C", 'C', true},
    {SessionCommand::copy_preset, "copy_preset", "Copy as preset",
     "Puts these parameters, as the text of a preset file, on the clipboard.", "Ctrl+Shift+P", 'P', true},
}};

}  // namespace

std::optional<SessionCommand> session_command_of(char letter, bool has_shift) {
  for (const auto& line : kMenuLines)
    if (line.letter == letter && line.has_shift == has_shift) return line.command;
  return std::nullopt;
}

const char* why_not(SessionCommand command, const Observatory& observatory) {
  if (!observatory.is_recording() || command == SessionCommand::open) return nullptr;
  return "another program has written these snapshots, so they have no parameters and no session";
}

float session_menu_width() { return combo_width(kMenuCaption); }

std::optional<SessionCommand> session_menu(const Observatory& observatory, const Rect& rect) {
  std::vector<Option> options;
  for (const auto& line : kMenuLines) {
    const char* reason = why_not(line.command, observatory);
    options.push_back({line.key, line.label, line.summary, {}, reason != nullptr ? reason : "", line.keys});
  }
  const auto chosen = combo("session.menu", rect, options, -1, kMenuCaption);
  if (!chosen) return std::nullopt;
  return kMenuLines[static_cast<std::size_t>(*chosen)].command;
}

}  // namespace gramscope::app
