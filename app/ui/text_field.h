#pragma once

#include <string>

#include "app/ui/rect.h"

namespace gramscope::app {

/// What happened to a text field in a frame.
struct TextField {
  bool was_edited = false;
  bool was_confirmed = false;  ///< with Enter, which leaves the field
};

/// A line of text that is there to be typed into, in a frame as large as `rect`. `takes_keyboard` puts the keyboard into it at
/// once, with all of the text selected. Reports "<name>".
TextField text_field(const std::string& name, const Rect& rect, std::string& text, bool takes_keyboard);

}  // namespace gramscope::app
