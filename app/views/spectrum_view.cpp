#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/hover_card.h"
#include "app/views/picture_views.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kSpectrumKey = "spectrum";
/// Relative to the largest: below it, a singular value is rounding error and its direction arbitrary.
constexpr double kNegligible = 1e-5;

bool is_shared(const SpectrumLine& line) { return line.shared > 0.5; }
bool has_attributes(const std::vector<SpectrumLine>& lines) {
  return !lines.empty() && !std::isnan(lines.front().shared);
}

/// One bar on the screen: the directions [begin, end) of the spectrum, of which the largest gives the height.
struct Bar {
  std::size_t begin = 0;
  std::size_t end = 0;
  Rect rect{};
};

/// The height of a singular value, as a share of the plot: of the largest, or of the decades down to what is negligible.
double height_share(double value, double largest, bool is_log) {
  if (!is_log) return value / largest;
  return std::max(0.0, 1.0 - std::log10(value / largest) / std::log10(kNegligible));
}

std::vector<Bar> lay_out_bars(const std::vector<SpectrumLine>& lines, std::size_t count, const Rect& plot, bool is_log) {
  // At most one bar per two pixels; where there are more directions, neighbours share one.
  const auto most = static_cast<std::size_t>(std::max(1.0f, plot.width() / 2));
  const std::size_t bars = std::min(count, most);
  const float width = std::min(plot.width() / static_cast<float>(bars), 14 * ui_scale());
  const float gap = width >= 5 ? std::max(1.0f, std::round(0.16f * width)) : 0.0f;
  std::vector<Bar> result;
  for (std::size_t i = 0; i < bars; ++i) {
    const std::size_t begin = i * count / bars;
    const std::size_t end = (i + 1) * count / bars;
    const auto share = static_cast<float>(height_share(lines[begin].singular_value, lines.front().singular_value, is_log));
    const float left = std::round(plot.min.x + width * static_cast<float>(i));
    const float right = std::round(plot.min.x + width * static_cast<float>(i + 1)) - gap;
    const float height = std::max(1.0f, std::round(plot.height() * share));
    result.push_back({begin, end, {{left, plot.max.y - height}, {std::max(right, left + 1), plot.max.y}}});
  }
  return result;
}

ImU32 bar_colour(const SpectrumLine& line) {
  if (std::isnan(line.shared)) return palette().text_muted;
  return is_shared(line) ? palette().semantic : palette().symmetric;
}

/// Whether these are the leading ones of more.
bool is_cut(const Snapshot& snapshot) { return static_cast<Index>(snapshot.spectrum.size()) < snapshot.directions; }

void draw_card(const Snapshot& snapshot, const Bar& bar) {
  const auto& lines = snapshot.spectrum;
  double own = 0.0;
  double up_to_here = 0.0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const double energy = lines[i].singular_value * lines[i].singular_value;
    if (i >= bar.begin && i < bar.end) own += energy;
    if (i < bar.end) up_to_here += energy;
  }
  const double total = snapshot.variance;
  const Index all = is_cut(snapshot) ? snapshot.directions : static_cast<Index>(lines.size());
  HoverCard card;
  if (bar.end - bar.begin > 1)
    card.name(fmt::format("directions {} to {} of {}", bar.begin + 1, bar.end, all));
  else
    card.name(fmt::format("direction {} of {}", bar.begin + 1, all));
  const SpectrumLine& line = lines[bar.begin];
  card.fact(bar.end - bar.begin > 1 ? "largest" : "singular value", format_short(line.singular_value));
  card.fact("of variance", percentage(total > 0.0 ? std::min(1.0, own / total) : 0.0));
  if (bar.end > 1)
    card.fact(fmt::format("first {} together", bar.end), percentage(total > 0.0 ? std::min(1.0, up_to_here / total) : 0.0));
  if (!std::isnan(line.shared)) card.fact("shared by attributes", percentage(line.shared), bar_colour(line));
}

/// Ticks at every tenth of the largest, on the left edge of a logarithmic plot: without them heights cannot be read.
void draw_decades(const Rect& plot) {
  const int decades = static_cast<int>(std::lround(-std::log10(kNegligible)));
  if (plot.height() < 12 * ui_scale() * static_cast<float>(decades)) return;
  for (int k = 0; k < decades; ++k) {
    const float y = std::round(plot.min.y + plot.height() * static_cast<float>(k) / static_cast<float>(decades));
    ImGui::GetWindowDrawList()->AddRectFilled({plot.min.x, y}, {plot.max.x, y + 1}, with_opacity(palette().line, 0.7f));
  }
}

/// "6 shared directions   20 private ones", shortened until it fits.
void draw_caption(const Snapshot& snapshot, std::size_t count, const Rect& row) {
  const auto& lines = snapshot.spectrum;
  ImFont* font = fonts().small;
  const float top = centred_y(font, row.min.y, row.max.y);
  if (!has_attributes(lines)) {
    const std::string whole = is_cut(snapshot) ? fmt::format("the leading {} of {} directions", count, snapshot.directions)
                                               : fmt::format("{} directions", count);
    const std::string text = elided(font, whole, row.width());
    return draw_label(font, {row.min.x, top}, palette().text_muted, text, kSpectrumKey, 10);
  }
  std::size_t shared = 0;
  for (std::size_t i = 0; i < count; ++i) shared += is_shared(lines[i]) ? 1 : 0;
  const std::size_t own = count - shared;
  std::string first = is_cut(snapshot) ? fmt::format("of the leading {}, {} shared", count, shared)
                                       : fmt::format("{} shared direction{}", shared, shared == 1 ? "" : "s");
  std::string second = fmt::format("{} private one{}", own, own == 1 ? "" : "s");
  const float dot = 12 * ui_scale();
  const float between = 14 * ui_scale();
  if (2 * dot + between + text_size(font, first).x + text_size(font, second).x > row.width()) {
    first = fmt::format("{} shared", shared);
    second = fmt::format("{} private", own);
  }
  ImDrawList* list = ImGui::GetWindowDrawList();
  float left = row.min.x;
  int n = 10;
  for (const auto& [text, colour] :
       {std::pair{first, palette().semantic}, std::pair{second, palette().symmetric}}) {
    if (left + dot + text_size(font, text).x > row.max.x) return;
    const float side = std::round(7 * ui_scale());
    const float y = std::round((row.min.y + row.max.y - side) / 2);
    list->AddRectFilled({left, y}, {left + side, y + side}, colour, 1.5f * ui_scale());
    draw_label(font, {left + dot, top}, palette().text_muted, text, kSpectrumKey, n++);
    left += dot + text_size(font, text).x + between;
  }
}

class SpectrumView : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kSpectrumKey);
    const float s = ui_scale();
    const Rect body = draw_heading(observatory, rect);
    const Snapshot* snapshot = observatory.snapshot();
    const auto count = snapshot != nullptr ? significant(snapshot->spectrum) : 0;
    if (count == 0)
      return draw_placeholder(
          body, snapshot == nullptr ? "waiting for the first step" : "All contexts coincide.", kSpectrumKey);
    const float caption = body.height() >= 60 * s ? 20 * s : 0.0f;
    const Rect plot{{body.min.x + 12 * s, body.min.y + 2 * s},
                    {body.max.x - 12 * s, std::round(body.max.y - caption - 8 * s)}};
    if (plot.width() < 8 || plot.height() < 8) return;
    draw_bars(*snapshot, count, plot);
    if (caption <= 0) return;
    Rect row{{plot.min.x, plot.max.y + 4 * s}, {plot.max.x, plot.max.y + 4 * s + caption}};
    const float tick = tick_box_size("log").x;
    if (row.width() > 3 * tick) {
      if (tick_box("picker.spectrum.log", {{row.max.x - tick, row.min.y}, row.max}, "log", is_log_)) is_log_ = !is_log_;
      row.max.x -= tick + 8 * s;
    }
    draw_caption(*snapshot, count, row);
  }

 private:
  /// In the side panel a group heading as the panel's other groups have, alone a view's own. Gives what is
  /// left.
  static Rect draw_heading(Observatory& observatory, const Rect& rect) {
    const float s = ui_scale();
    want_layer(observatory);
    const std::string title = "Spectrum of " + shown_layer(observatory.snapshot());
    if (rect.height() < 280 * s && !TitleList::is_there()) {
      const ImVec2 pos{rect.min.x + 12 * s, rect.min.y + 12 * s};
      const float height = group_heading(pos, title, "singular values", rect.max.x - 12 * s);
      return {{rect.min.x, std::min(pos.y + height + 6 * s, rect.max.y)}, rect.max};
    }
    ViewHeader header(rect, kSpectrumKey);
    header.layer_picker(observatory);
    header.title(title, {"singular values, centred", "singular values"});
    return header.body();
  }

  static std::size_t significant(const std::vector<SpectrumLine>& lines) {
    std::size_t count = 0;
    while (count < lines.size() && lines[count].singular_value > kNegligible * lines.front().singular_value)
      ++count;
    return count;
  }

  void draw_bars(const Snapshot& snapshot, std::size_t count, const Rect& plot) const {
    const auto& lines = snapshot.spectrum;
    const auto bars = lay_out_bars(lines, count, plot, is_log_);
    if (is_log_) draw_decades(plot);
    const auto state = interact("view.spectrum.bars", plot);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled({plot.min.x, plot.max.y}, {plot.max.x, plot.max.y + 1}, palette().line);
    for (std::size_t i = 0; i < bars.size(); ++i) {
      const Bar& bar = bars[i];
      const float right = i + 1 < bars.size() ? bars[i + 1].rect.min.x : bar.rect.max.x;
      const bool is_pointed = state.is_hovered && mouse.x >= bar.rect.min.x && mouse.x < right;
      const ImU32 colour = bar_colour(lines[bar.begin]);
      list->AddRectFilled(bar.rect.min, bar.rect.max,
                          is_pointed ? mixed(colour, palette().text, 0.45f) : colour);
      if (is_pointed) draw_card(snapshot, bar);
    }
  }

  bool is_log_ = false;
};

}  // namespace

std::unique_ptr<View> make_spectrum_view() { return std::make_unique<SpectrumView>(); }

}  // namespace gramscope::app
