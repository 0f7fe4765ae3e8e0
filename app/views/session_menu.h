#pragma once

#include <optional>

#include "app/observatory.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// What can be asked for all that the window has.
enum class SessionCommand { save, save_as, open, copy_command_line, copy_preset };

/// The command of a letter typed with Ctrl, given as a capital, and maybe with Shift.
std::optional<SessionCommand> session_command_of(char letter, bool has_shift);

/// Why that cannot be done with what is shown; nullptr where it can.
const char* why_not(SessionCommand command, const Observatory& observatory);

/// The menu's closed control, a list that opens below it. Reports "session.menu", and "session.menu.save" and so on while it
/// is open.
float session_menu_width();
std::optional<SessionCommand> session_menu(const Observatory& observatory, const Rect& rect);

}  // namespace gramscope::app
