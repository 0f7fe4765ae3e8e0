#pragma once

#include <imgui.h>

#include <array>

namespace gramscope::app {

/// The one palette. Views and widgets take every colour from here, so that a theme is one table.
struct Palette {
  ImU32 background;   ///< behind the views
  ImU32 panel;        ///< side panels, bars
  ImU32 control;      ///< buttons, combo boxes
  ImU32 control_hot;  ///< the same under the mouse
  ImU32 track;        ///< slider tracks, the chosen segment of a segmented control
  ImU32 line;         ///< hairlines between panels
  ImU32 text;         ///< ink
  ImU32 text_muted;   ///< labels, units
  ImU32 text_dim;     ///< axes, disabled
  ImU32 accent;       ///< the one call to action, the playhead, selection
  ImU32 accent_ink;   ///< text on accent
  ImU32 semantic;     ///< everything that says "shared by attributes"
  ImU32 symmetric;    ///< everything that says "equally far apart"
  ImU32 good;
  ImU32 warning;
  ImU32 error;
  ImU32 tooltip;  ///< background of hover cards
  /// Classes: Okabe and Ito's colours, told apart by colour-blind readers too; markers repeat the
  /// information.
  std::array<ImU32, 8> classes;
};

/// The palette in force. Dark is the default.
const Palette& palette();

/// The same colour with its opacity multiplied by `opacity` (0 to 1).
ImU32 with_opacity(ImU32 colour, float opacity);
/// The colour `share` of the way from `a` to `b`.
ImU32 mixed(ImU32 a, ImU32 b, float share);

/// Inter in the sizes the window uses, merged with DejaVu Sans for Greek and mathematics; digits have equal
/// widths.
struct Fonts {
  ImFont* body = nullptr;     ///< 13 px at scale 1
  ImFont* strong = nullptr;   ///< 13 px, semi-bold
  ImFont* small = nullptr;    ///< 11.5 px: units, axes, captions
  ImFont* heading = nullptr;  ///< 11 px semi-bold, for upper-case group headings
  ImFont* title = nullptr;    ///< 15 px, bold
};
const Fonts& fonts();

/// Pixels per point of design: every length in a view is multiplied by it.
float ui_scale();

/// Makes the current ImGui context look like the window: style, and a font atlas built for `scale` (never a
/// scaled bitmap). To be called between frames; a font texture that a renderer holds must be made anew
/// afterwards.
void apply_theme(float scale);

/// False where the fonts were missing when the program was configured: then text goes through symbol_text().
bool has_symbol_fonts();

}  // namespace gramscope::app
