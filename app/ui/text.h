#pragma once

#include <imgui.h>

#include <string>
#include <string_view>

namespace gramscope::app {

/// `text` as the fonts at hand can show it: unchanged with Inter and DejaVu Sans, symbols spelled out
/// ("lambda", ">=") with ImGui's own font. Every text drawn below goes through it.
std::string symbol_text(std::string_view text);
/// `text` with its symbols spelled out in ASCII.
std::string spelled_out(std::string_view text);

/// Width and height of a single line.
ImVec2 text_size(const ImFont* font, std::string_view text);

/// Draws a line of text with its top left corner at `pos`, and returns its width. Positions are rounded to
/// pixels.
float draw_text(ImFont* font, ImVec2 pos, ImU32 colour, std::string_view text);
/// The same, ending at `right`.
float draw_text_right(ImFont* font, float right, float y, ImU32 colour, std::string_view text);
/// The same, centred about `centre` horizontally.
float draw_text_centred(ImFont* font, float centre, float y, ImU32 colour, std::string_view text);

/// Draws a symbol in which an underscore lowers what follows it ("λ_W"), and returns its width.
float draw_symbol(ImVec2 pos, ImU32 colour, std::string_view symbol);
float symbol_width(std::string_view symbol);

/// `text` shortened with an ellipsis to fit `width`: at its end, in its middle (paths) or at its beginning (contexts,
/// whose last words say most about what follows).
std::string elided(const ImFont* font, std::string_view text, float width);
std::string elided_middle(const ImFont* font, std::string_view text, float width);
std::string elided_start(const ImFont* font, std::string_view text, float width);

/// Draws `text` broken into lines of at most `width`, `line_height` apart, and returns the height taken.
float draw_wrapped(ImFont* font, ImVec2 pos, float width, float line_height, ImU32 colour,
                   std::string_view text);
float wrapped_height(const ImFont* font, float width, float line_height, std::string_view text);

/// The y at which a line of `font` must be drawn to look centred between `top` and `bottom`.
float centred_y(const ImFont* font, float top, float bottom);

}  // namespace gramscope::app
