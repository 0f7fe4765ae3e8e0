#include "app/session_controls.h"

#include <imgui.h>

#include <algorithm>
#include <exception>
#include <string>

#include "app/ui/format.h"

namespace gramscope::app {
namespace {

/// What goes wrong in an action is told in the window.
template <class Action>
void attempt(Observatory& observatory, const Action& action) {
  try {
    action();
  } catch (const std::exception& error) {
    observatory.tell({Message::Level::error, error.what()});
  }
}

/// Onto the clipboard, and the user is told what is there now.
void copy(Observatory& observatory, const std::string& text) {
  ImGui::SetClipboardText(text.c_str());
  const auto ends = std::count(text.begin(), text.end(), '\n');
  const bool is_line = ends == 0 || (ends == 1 && text.back() == '\n');
  const std::string what = is_line ? text.substr(0, text.find('\n')) : "a preset of " + format_count(ends) + " lines";
  observatory.tell({Message::Level::info, "Copied: " + what});
}

}  // namespace

void SessionControls::set_actions(SessionActions actions) {
  actions_ = std::move(actions);
  save_card_.close();
  lost_card_ = {};
}

void SessionControls::execute(Observatory& observatory, SessionCommand command) {
  if (!are_there()) return;
  if (const char* reason = why_not(command, observatory))
    return observatory.tell({Message::Level::info, std::string("Not here: ") + reason + "."});
  switch (command) {
    case SessionCommand::save:
      return attempt(observatory, [&] {
        const auto file = actions_.file();
        file.empty() ? save_card_.open(actions_.suggested_file(), {}) : actions_.save(file);
      });
    case SessionCommand::save_as:
      return attempt(observatory, [&] {
        const auto file = actions_.file();
        save_card_.open(file.empty() ? actions_.suggested_file() : file, file);
      });
    case SessionCommand::open:
      wants_to_open_ = true;
      return;
    case SessionCommand::copy_command_line:
      return attempt(observatory, [&] { copy(observatory, actions_.command_line(observatory.changed_run())); });
    case SessionCommand::copy_preset:
      return attempt(observatory, [&] { copy(observatory, actions_.preset(observatory.changed_run())); });
  }
}

void SessionControls::open(Observatory& observatory, const std::filesystem::path& path) {
  attempt(observatory, [&] { actions_.open(path); });
}

void SessionControls::settle(Observatory& observatory, const LostCard::Choice& choice) {
  std::erase_if(actions_.lost, [&](const LostSession& lost) { return lost.file == choice.session.file; });
  attempt(observatory, [&] {
    choice.is_restored ? actions_.restore(choice.session.file) : actions_.discard(choice.session.file);
  });
}

void SessionControls::draw(Observatory& observatory) {
  if (!are_there()) return;
  if (const auto choice = lost_card_.draw(actions_)) settle(observatory, *choice);
  if (const auto path = save_card_.draw()) attempt(observatory, [&] { actions_.save(*path); });
}

bool SessionControls::leave_lost() {
  if (!lost_card_.is_open(actions_)) return false;
  lost_card_.close();
  return true;
}

}  // namespace gramscope::app
