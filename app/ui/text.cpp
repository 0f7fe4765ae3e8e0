#include "app/ui/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "app/ui/theme.h"

namespace gramscope::app {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 61> kSpellings{{
    {"α", "alpha"}, {"β", "beta"},   {"γ", "gamma"}, {"δ", "delta"}, {"ε", "eps"},   {"η", "eta"},
    {"κ", "kappa"}, {"λ", "lambda"}, {"μ", "mu"},    {"π", "pi"},    {"σ", "sigma"}, {"τ", "tau"},
    {"φ", "phi"},   {"ω", "omega"},  {"Σ", "Sigma"}, {"Δ", "Delta"}, {"−", "-"},     {"–", "-"},
    {"—", "--"},    {"×", "x"},      {"·", "*"},     {"≥", ">="},    {"≤", "<="},    {"≠", "!="},
    {"≈", "~"},     {"√", "sqrt"},   {"‖", "||"},    {"→", "->"},    {"←", "<-"},    {"↑", "^"},
    {"↓", "v"},     {"↻", "(r)"},    {"●", "*"},     {"▾", "v"},     {"▸", ">"},     {"◂", "<"},     {"✓", "ok"},
    {"✗", "x"},     {"ᵀ", "^T"},     {"⁺", "^+"},    {"²", "^2"},    {"³", "^3"},    {"⁻", "^-"},
    {"¹", "^1"},    {"₀", "_0"},     {"₁", "_1"},    {"₂", "_2"},    {"⟨", "<"},     {"⟩", ">"},
    {"…", "..."},   {"’", "'"},      {"∈", "in"},    {"∑", "sum"},   {"½", "1/2"},   {"∞", "inf"},
    {"°", " deg"},  {"⊙", "(.)"},    {"′", "'"},     {"╌", "--"},    {"↶", "<"},      {"↷", ">"},
}};

const char* begin_of(std::string_view text) { return text.data(); }
const char* end_of(std::string_view text) { return text.data() + text.size(); }

float line_width(const ImFont* font, std::string_view text) {
  return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0.0f, begin_of(text), end_of(text)).x;
}

float draw_line(ImFont* font, ImVec2 pos, ImU32 colour, std::string_view text) {
  ImGui::GetWindowDrawList()->AddText(font, font->FontSize, {std::round(pos.x), std::round(pos.y)}, colour,
                                      begin_of(text), end_of(text));
  return line_width(font, text);
}

/// How much of `text` (without line breaks) fits into `width`: whole words, or as many characters of a single
/// word that is wider. ImGui's own rule also breaks after a full stop, and "0.555" is one word.
std::size_t fitting_length(const ImFont* font, float width, std::string_view text) {
  if (line_width(font, text) <= width) return text.size();
  std::size_t fitting = 0;
  for (std::size_t space = text.find(' '); space != std::string_view::npos;
       space = text.find(' ', space + 1)) {
    if (line_width(font, text.substr(0, space)) > width) break;
    fitting = space;
  }
  if (fitting > 0) return fitting;
  const std::string_view word = text.substr(0, text.find(' '));
  if (line_width(font, word) <= width) return word.size();
  for (std::size_t i = 1; i < word.size(); ++i) {
    const bool is_boundary = (static_cast<unsigned char>(word[i]) & 0xc0u) != 0x80u;
    if (!is_boundary) continue;
    if (fitting > 0 && line_width(font, word.substr(0, i)) > width) break;
    fitting = i;
  }
  return std::max<std::size_t>(fitting, 1);
}

/// Calls `line` with each line of the wrapped text.
template <class Line>
void for_each_line(const ImFont* font, float width, std::string_view text, Line line) {
  while (!text.empty()) {
    const std::string_view paragraph = text.substr(0, text.find('\n'));
    const std::size_t length = fitting_length(font, width, paragraph);
    line(paragraph.substr(0, length));
    text.remove_prefix(length);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    if (!text.empty() && text.front() == '\n') text.remove_prefix(1);
  }
}

/// The largest length up to `bytes` that does not cut a character in two.
std::size_t whole_characters(std::string_view text, std::size_t bytes) {
  bytes = std::min(bytes, text.size());
  while (bytes > 0 && bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0u) == 0x80u) --bytes;
  return bytes;
}

/// `text` if it fits, else what `shorten` makes of the largest number of its bytes that fits; empty if none does.
template <class Shorten>
std::string longest_fitting(const ImFont* font, std::string_view text, float width, const Shorten& shorten) {
  if (text_size(font, text).x <= width) return std::string(text);
  std::size_t fits = 0;
  for (std::size_t too_many = text.size(); too_many - fits > 1;) {
    const std::size_t tried = fits + (too_many - fits) / 2;
    (text_size(font, shorten(tried)).x <= width ? fits : too_many) = tried;
  }
  return fits > 0 ? shorten(fits) : std::string();
}

}  // namespace

std::string spelled_out(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto* spelling = std::find_if(kSpellings.begin(), kSpellings.end(),
                                        [text](const auto& pair) { return text.starts_with(pair.first); });
    if (spelling != kSpellings.end()) {
      result += spelling->second;
      text.remove_prefix(spelling->first.size());
      continue;
    }
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80) {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    result += '?';
    text.remove_prefix(1);
    while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xc0u) == 0x80u)
      text.remove_prefix(1);
  }
  return result;
}

std::string symbol_text(std::string_view text) {
  return has_symbol_fonts() ? std::string(text) : spelled_out(text);
}

ImVec2 text_size(const ImFont* font, std::string_view text) {
  return {std::ceil(line_width(font, symbol_text(text))), font->FontSize};
}

float draw_text(ImFont* font, ImVec2 pos, ImU32 colour, std::string_view text) {
  return draw_line(font, pos, colour, symbol_text(text));
}

float draw_text_right(ImFont* font, float right, float y, ImU32 colour, std::string_view text) {
  return draw_text(font, {right - text_size(font, text).x, y}, colour, text);
}

float draw_text_centred(ImFont* font, float centre, float y, ImU32 colour, std::string_view text) {
  return draw_text(font, {centre - 0.5f * text_size(font, text).x, y}, colour, text);
}

float draw_symbol(ImVec2 pos, ImU32 colour, std::string_view symbol) {
  const auto split = symbol.find('_');
  float width = draw_text(fonts().body, pos, colour, symbol.substr(0, split));
  if (split == std::string_view::npos) return width;
  const float drop = std::round(0.34f * fonts().body->FontSize);
  return width + draw_text(fonts().heading, {pos.x + width, pos.y + drop}, colour, symbol.substr(split + 1));
}

float symbol_width(std::string_view symbol) {
  const auto split = symbol.find('_');
  const float width = text_size(fonts().body, symbol.substr(0, split)).x;
  if (split == std::string_view::npos) return width;
  return width + text_size(fonts().heading, symbol.substr(split + 1)).x;
}

std::string elided(const ImFont* font, std::string_view text, float width) {
  return longest_fitting(font, text, width, [&](std::size_t kept) {
    const auto head = text.substr(0, whole_characters(text, kept));
    std::string shortened(head.substr(0, head.find_last_not_of(' ') + 1));
    return shortened.append("…");
  });
}

std::string elided_middle(const ImFont* font, std::string_view text, float width) {
  return longest_fitting(font, text, width, [&](std::size_t kept) {
    std::string shortened(text.substr(0, whole_characters(text, (kept + 1) / 2)));
    return shortened.append("…").append(text.substr(whole_characters(text, text.size() - kept / 2)));
  });
}

std::string elided_start(const ImFont* font, std::string_view text, float width) {
  return longest_fitting(font, text, width, [&](std::size_t kept) {
    const auto tail = text.substr(whole_characters(text, text.size() - kept));
    std::string shortened("…");
    return shortened.append(tail.substr(std::min(tail.size(), tail.find_first_not_of(' '))));
  });
}

float draw_wrapped(ImFont* font, ImVec2 pos, float width, float line_height, ImU32 colour,
                   std::string_view text) {
  float y = pos.y;
  for_each_line(font, width, symbol_text(text), [&](std::string_view line) {
    draw_line(font, {pos.x, y}, colour, line);
    y += line_height;
  });
  return y - pos.y;
}

float wrapped_height(const ImFont* font, float width, float line_height, std::string_view text) {
  float height = 0.0f;
  for_each_line(font, width, symbol_text(text), [&](std::string_view) { height += line_height; });
  return height;
}

float centred_y(const ImFont* font, float top, float bottom) {
  return std::round(0.5f * (top + bottom - font->FontSize));
}

}  // namespace gramscope::app
