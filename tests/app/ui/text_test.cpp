#include "app/ui/text.h"

#include <doctest/doctest.h>
#include <imgui.h>

#include "app/ui/theme.h"

using namespace gramscope::app;

namespace {

/// ImGui with the window's fonts, for measuring.
struct ThemeScope {
  explicit ThemeScope(float scale) : before(ImGui::GetCurrentContext()), context(ImGui::CreateContext()) {
    ImGui::SetCurrentContext(context);
    apply_theme(scale);
  }
  ~ThemeScope() {
    ImGui::DestroyContext(context);
    ImGui::SetCurrentContext(before);
  }
  ImGuiContext* before;
  ImGuiContext* context;
};

}  // namespace

TEST_CASE("spelled_out: leaves nothing but ASCII") {
  CHECK(spelled_out("27 classes need d ≥ 26 ✓") == "27 classes need d >= 26 ok");
  CHECK(spelled_out("λ_W → 0") == "lambda_W -> 0");
  for (const char c : spelled_out("‖W‖ ⟨x⟩ 日本 ½ ∑ \xff")) CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("fonts: digits have equal widths in every font, at every scale") {
  for (const float scale : {1.0f, 1.25f, 2.0f}) {
    const ThemeScope theme(scale);
    for (const auto* font : {fonts().body, fonts().strong, fonts().small, fonts().heading, fonts().title})
      for (char digit = '1'; digit <= '9'; ++digit)
        CHECK(font->GetCharAdvance(static_cast<ImWchar>(digit)) == font->GetCharAdvance('0'));
  }
}

TEST_CASE("fonts: hold every symbol the window writes") {
  const ThemeScope theme(1.0f);
  if (!has_symbol_fonts()) return;
  for (const ImWchar symbol : {u'λ', u'η', u'α', u'β', u'γ', u'π', u'Σ', u'σ', u'−', u'–', u'—', u'≥',
                               u'√', u'‖', u'·', u'→', u'←', u'↻', u'●', u'▾', u'✓', u'✗', u'²', u'₁',
                               u'ᵀ', u'⟨', u'⟩', u'½', u'…', u'’', u'∈', u'×', u'∞', u'⊙', u'′', u'⁺'}) {
    CAPTURE(static_cast<int>(symbol));
    CHECK(fonts().body->FindGlyphNoFallback(symbol) != nullptr);
    CHECK(fonts().strong->FindGlyphNoFallback(symbol) != nullptr);
  }
}

TEST_CASE("apply_theme: text grows with the scale") {
  float width = 0.0f;
  for (const float scale : {1.0f, 1.5f, 2.0f}) {
    const ThemeScope theme(scale);
    const float now = text_size(fonts().body, "Semantic alignment").x;
    CHECK(now > 1.2f * width);
    width = now;
  }
}

TEST_CASE("elided: fits, and cuts between characters") {
  const ThemeScope theme(1.0f);
  const std::string text = "Größe λ of μ and σ";
  for (float width = 0.0f; width < 200.0f; width += 3.0f) {
    const std::string cut = elided(fonts().body, text, width);
    CHECK((cut.empty() || text_size(fonts().body, cut).x <= width));
    // A lone continuation byte would begin with the bits 10.
    if (!cut.empty()) CHECK((static_cast<unsigned char>(cut.front()) & 0xc0u) != 0x80u);
  }
  CHECK(elided(fonts().body, text, 1000.0f) == text);
}

TEST_CASE("wrapped_height: a number is never torn apart at its point") {
  const ThemeScope theme(1.0f);
  const std::string text = "ends at 0.555";
  const float line = 10.0f;
  const float one = text_size(fonts().body, text).x;
  CHECK(wrapped_height(fonts().body, one + 1.0f, line, text) == line);
  // Too narrow by a little: the whole number moves to a second line, so two lines fit from the words' width
  // on.
  CHECK(wrapped_height(fonts().body, one - 2.0f, line, text) == 2.0f * line);
  CHECK(wrapped_height(fonts().body, 1.0f, line, "abc") == 3.0f * line);
  CHECK(wrapped_height(fonts().body, 100.0f, line, "") == 0.0f);
}
