#pragma once

#include <imgui.h>

#include <optional>
#include <string>

#include "app/ui/rect.h"

namespace gramscope::app {

/// Typing a value in the place where it is shown. One field is open at a time: Enter or leaving it confirms,
/// Esc puts the old text back.
///
/// To be called every frame for a control that can be typed into, after ImGui::ItemAdd for the control's own
/// rectangle under the id of `name`. `start` opens the field with `text`; it must come in the frame of the
/// click or key that asks for it. Gives the new text in the frame after it was confirmed, if it differs.
struct TextEdit {
  bool is_open = false;  ///< the field is drawn in place of the control this frame
  std::optional<std::string> confirmed;
};
TextEdit text_edit(const std::string& name, const Rect& rect, bool start, const std::string& text);

/// Whether the field of this control was open in the frame before.
bool is_text_edit_open(const std::string& name);

}  // namespace gramscope::app
