#include "app/ui/fonts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#ifdef GRAMSCOPE_HAS_FONTS
#include "fonts_embedded.h"
#endif

namespace gramscope::app {
namespace {

#ifdef GRAMSCOPE_HAS_FONTS

// Static, since the atlas keeps pointers to the ranges until it is built.
constexpr std::array<ImWchar, 7> kLatin{0x0020, 0x007e, 0x00a0, 0x017f, 0x2010, 0x2026, 0};
// Greek, super- and subscripts, arrows, operators, marks: what formulas and controls use.
constexpr std::array<ImWchar, 31> kSymbols{
    0x0370, 0x03ff,  // Greek
    0x1d40, 0x1d40,  // superscript T
    0x2030, 0x2035,  // per mille, primes
    0x2070, 0x209c,  // super- and subscripts
    0x2102, 0x2115,  // blackboard bold
    0x211d, 0x2122,  //
    0x2190, 0x21ff,  // arrows
    0x2200, 0x226b,  // operators up to >>
    0x2295, 0x22a5,  // circled operators, perpendicular
    0x22c5, 0x22c6,  // dot, star
    0x2308, 0x230b,  // ceiling, floor
    0x2500, 0x254c,  // lines, dashes
    0x25a0, 0x25cf,  // geometric shapes
    0x2605, 0x2606,  // stars
    0x2713, 0x2717,  // tick, cross
};
constexpr std::array<ImWchar, 3> kBrackets{0x27e8, 0x27e9, 0};
static_assert(kSymbols.back() == 0, "ImGui reads ranges up to a zero");

std::string_view embedded_font(std::string_view name) {
  for (const auto& file : embedded::fonts())
    if (file.name == name) return file.bytes;
  return {};
}

void add_font(ImFontConfig config, std::string_view bytes, float pixels, const ImWchar* ranges) {
  config.FontDataOwnedByAtlas = false;
  config.OversampleH = 2;
  config.OversampleV = 1;
  // The atlas takes void* but does not write to it.
  ImGui::GetIO().Fonts->AddFontFromMemoryTTF(const_cast<char*>(bytes.data()), static_cast<int>(bytes.size()),
                                             pixels, &config, ranges);
}

/// `em` is the size a designer means; ImGui's is the distance from ascender to descender.
ImFont* make_font(std::string_view latin, std::string_view symbols, float em, float scale) {
  constexpr float kInterHeightPerEm = 1.2102f;
  constexpr float kDejaVuHeightPerEm = 1.1641f;
  ImFontConfig config;
  add_font(config, embedded_font(latin), std::round(em * kInterHeightPerEm * scale), kLatin.data());
  config.MergeMode = true;
  const auto bytes = embedded_font(symbols);
  const auto pixels = std::round(em * kDejaVuHeightPerEm * scale);
  add_font(config, bytes, pixels, kSymbols.data());
  add_font(config, bytes, pixels, kBrackets.data());
  return ImGui::GetIO().Fonts->Fonts.back();
}

/// Gives '0' to '9' the same advance and centres them in it, so that a running number does not dance.
void make_digits_tabular(ImFont& font) {
  auto is_digit = [](const ImFontGlyph& glyph) { return glyph.Codepoint >= '0' && glyph.Codepoint <= '9'; };
  float widest = 0.0f;
  for (const auto& glyph : font.Glyphs)
    if (is_digit(glyph)) widest = std::max(widest, glyph.AdvanceX);
  for (auto& glyph : font.Glyphs) {
    if (!is_digit(glyph)) continue;
    const float shift = 0.5f * (widest - glyph.AdvanceX);
    glyph.X0 += shift;
    glyph.X1 += shift;
    glyph.AdvanceX = widest;
    font.IndexAdvanceX[static_cast<int>(glyph.Codepoint)] = widest;
  }
}

#endif

}  // namespace

Fonts build_fonts(float scale) {
  auto& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
  Fonts fonts;
#ifdef GRAMSCOPE_HAS_FONTS
  fonts.body = make_font("Inter-Regular", "DejaVuSans", 13.0f, scale);
  fonts.strong = make_font("Inter-SemiBold", "DejaVuSans-Bold", 13.0f, scale);
  fonts.small = make_font("Inter-Regular", "DejaVuSans", 11.5f, scale);
  fonts.heading = make_font("Inter-SemiBold", "DejaVuSans-Bold", 11.0f, scale);
  fonts.title = make_font("Inter-Bold", "DejaVuSans-Bold", 15.0f, scale);
  atlas.Build();
  for (auto* font : {fonts.body, fonts.strong, fonts.small, fonts.heading, fonts.title})
    make_digits_tabular(*font);
#else
  // A bitmap font of 13 px, sharp at whole multiples only.
  ImFontConfig config;
  config.SizePixels = 13.0f * std::max(1.0f, std::round(scale));
  ImFont* font = atlas.AddFontDefault(&config);
  atlas.Build();
  fonts = {font, font, font, font, font};
#endif
  return fonts;
}

bool has_symbol_fonts() {
#ifdef GRAMSCOPE_HAS_FONTS
  return true;
#else
  return false;
#endif
}

}  // namespace gramscope::app
