#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "app/session_actions.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// A card in the middle of the window with the sessions that were not ended cleanly, each to be restored or discarded. It holds
/// nothing up, and stays until all of them are dealt with or it is closed. Reports "card.lost", "lost.<n>.restore",
/// "lost.<n>.discard" for those in sight, from 0, and "lost.later".
class LostCard {
 public:
  bool is_open(const SessionActions& actions) const { return !is_closed_ && !actions.lost.empty(); }
  void close() { is_closed_ = true; }

  /// What was chosen in a frame.
  struct Choice {
    LostSession session;
    bool is_restored = false;  ///< else discarded
  };
  std::optional<Choice> draw(const SessionActions& actions);

 private:
  bool is_closed_ = false;
};

}  // namespace gramscope::app
