#pragma once

#include <filesystem>
#include <utility>

#include "app/session_actions.h"
#include "app/views/lost_card.h"
#include "app/views/save_card.h"
#include "app/views/session_menu.h"

namespace gramscope::app {

/// What the user asks of sessions, and the cards that ask the user back. Where no actions are given there is nothing of it.
class SessionControls {
 public:
  void set_actions(SessionActions actions);
  SessionActions& actions() { return actions_; }
  bool are_there() const { return actions_.are_there(); }

  /// From the menu or a key.
  void execute(Observatory& observatory, SessionCommand command);
  /// Whether a file is to be chosen that is then given to open(), since the last call.
  bool take_wish_to_open() { return std::exchange(wants_to_open_, false); }
  void open(Observatory& observatory, const std::filesystem::path& path);

  /// The cards that are open, over all else.
  void draw(Observatory& observatory);

  /// The card that asks where to save.
  bool is_asking() const { return save_card_.is_open(); }
  void stop_asking() { save_card_.close(); }
  /// Closes the card with what was lost until the next start; false where it is not open.
  bool leave_lost();

 private:
  void settle(Observatory& observatory, const LostCard::Choice& choice);

  SessionActions actions_;
  SaveCard save_card_;
  LostCard lost_card_;
  bool wants_to_open_ = false;
};

}  // namespace gramscope::app
