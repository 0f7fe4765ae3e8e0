#pragma once

#include <imgui.h>

#include <array>

namespace gramscope::app {

/// The one palette. Views and widgets take every colour from here, so that a theme is one table.
struct Palette {
  ImU32 background;    ///< behind the views
  ImU32 panel;         ///< side panels, bars
  ImU32 control;       ///< buttons, combo boxes
  ImU32 control_hot;   ///< the same under the mouse
  ImU32 track;         ///< slider tracks, the chosen segment of a segmented control
  ImU32 line;          ///< hairlines between panels
  ImU32 text;          ///< ink
  ImU32 text_muted;    ///< labels, units
  ImU32 text_dim;      ///< axes, disabled
  ImU32 accent;        ///< the one call to action, the playhead, selection
  ImU32 accent_ink;    ///< text on accent
  ImU32 semantic;      ///< everything that says "shared by attributes"
  ImU32 symmetric;     ///< everything that says "equally far apart"
  ImU32 good;
  ImU32 warning;
  ImU32 error;
  ImU32 tooltip;       ///< background of hover cards
  /// Classes: Okabe and Ito's colours, told apart by colour-blind readers too; markers repeat the information.
  std::array<ImU32, 8> classes;
};

/// The palette in force. Dark is the default.
const Palette& palette();

/// Inter in the sizes the window uses, merged with DejaVu Sans for Greek and mathematics; digits have equal widths.
struct Fonts {
  ImFont* body = nullptr;    ///< 13 px at scale 1
  ImFont* strong = nullptr;  ///< 13 px, semi-bold
  ImFont* small = nullptr;   ///< 11.5 px: units, axes, captions
  ImFont* heading = nullptr; ///< 11 px semi-bold, for upper-case group headings
  ImFont* title = nullptr;   ///< 15 px, bold
};
const Fonts& fonts();

/// Pixels per point of design: every length in a view is multiplied by it.
float ui_scale();

}  // namespace gramscope::app
