#pragma once

#include <imgui.h>

#include "app/ui/rect.h"

namespace gramscope::app {

/// The order in which Tab visits the controls: that in which they are drawn. ImGui 1.86 stops at text fields
/// only, so the window keeps an order of its own and asks ImGui to show the focus where it stands.

/// Forgets the controls of the frame before.
void begin_focus_order();
/// Called by every control as it is drawn; takes the focus if it is this one's turn.
void visit_in_focus_order(ImGuiID id, const Rect& rect);
/// Moves the focus to the next (+1) or the one before (-1), from the next frame on.
void move_focus(int direction);
/// Takes the focus away: shortcuts act again.
void drop_focus();
/// Forgets everything: for a new window.
void reset_focus();
/// Whether a field is typed into, or a list or a modal panel is open: then also keys with Ctrl are theirs.
bool is_typing_or_choosing();
/// Whether Esc closes a list or puts back the text of an open field, which ImGui does itself.
bool does_escape_belong_to_imgui();
/// Whether the user sees a control that has the keyboard focus, types into one, or has a list open: then keys
/// are that control's, and shortcuts rest.
bool is_keyboard_taken();

}  // namespace gramscope::app
