#pragma once

#include "app/observatory.h"

namespace gramscope::app {

enum class UndoWish { none, undo, redo };

/// Two small buttons, undo and redo, that end at `right` with their middle at `middle`: grey where there is nothing to undo.
/// Their cards name the change. Gives what was pressed. Reports "button.undo" and "button.redo".
UndoWish undo_buttons(const Observatory& observatory, float right, float middle);

}  // namespace gramscope::app
