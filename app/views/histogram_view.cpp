#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "app/ui/axis.h"
#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/histogram_bars.h"
#include "app/views/hover_card.h"
#include "app/views/picture_views.h"
#include "app/views/reading.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kHistogramKey = "histogram";
constexpr float kLeastBarWidth = 2.0f;  ///< pixels of a bar
constexpr float kWordsRow = 15.0f;      ///< height of the words at the top of a vertical line

/// Why pairs are told apart: the words for the two kinds.
struct PairKinds {
  std::string alike;
  std::string other;
};

PairKinds kinds_of(const Task& task, const Grouping& grouping) {
  if (grouping.by == Grouping::By::nothing) return {"", "all pairs"};
  const std::string what = grouping_label(task, grouping);
  return {"same " + what, "other pairs"};
}

/// A vertical line with words at its top, in a row of its own.
struct ValueLine {
  double at = 0.0;
  ImU32 colour = 0;
  std::string text;
  std::string short_text;
  bool is_dashed = false;
};

/// Where a histogram's parts stand.
struct HistogramFrame {
  Rect plot{};
  double most = 1.0;
  bool is_log = false;

  float x(double cosine) const {
    return plot.min.x + static_cast<float>(0.5 * (cosine + 1.0)) * plot.width();
  }
  float y(std::int64_t count) const {
    return plot.max.y - static_cast<float>(count_height(count, most, is_log)) * plot.height();
  }
};

std::string share_of(std::int64_t count, std::int64_t all) {
  if (all == 0) return "none";
  return fmt::format("{} ({})", format_count(count),
                     percentage(static_cast<double>(count) / static_cast<double>(all)));
}

/// How often each cosine occurs among all pairs of contexts or words, those of one group told apart from the
/// others.
class HistogramView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kHistogramKey);
    const Snapshot* snapshot = observatory.snapshot();
    const Task& task = snapshot != nullptr ? snapshot->task() : observatory.task();
    ViewHeader header(rect, kHistogramKey);
    header.expect("Cosines of pairs", {pairs_label(task), of_words_ ? "" : shown_layer_option(observatory)});
    draw_pickers(header, observatory, task);
    header.title("Cosines of pairs",
                 {of_words_ ? "all pairs of words, centred" : "all pairs of contexts, centred", "centred"});
    ask(observatory, snapshot);
    if (snapshot == nullptr)
      return draw_placeholder(header.body(), "waiting for the first step", kHistogramKey);
    const auto& histogram = snapshot->histogram;
    if (of_words_ && snapshot->embeddings->w.rows() == 0)
      return draw_placeholder(header.body(), "There are no word embeddings W.", kHistogramKey);
    if (histogram == nullptr || histogram->wanted.of_words != of_words_)
      return draw_placeholder(header.body(), standing(observatory), kHistogramKey);
    is_counting_ = false;
    if (histogram->alike.pairs + histogram->other.pairs == 0)
      return draw_placeholder(header.body(), "No two of them have a direction: there are no cosines.",
                              kHistogramKey);
    draw_histogram(*histogram, task, header.body());
  }

 private:
  /// What keeps the histogram: of thousands of points there are many pairs.
  std::string standing(const Observatory& observatory) {
    const auto& preparation = observatory.status().preparation;
    if (preparation) {
      is_counting_ = true;
      return fmt::format("{}, {:.0f}%", preparation->what, 100.0 * std::clamp(preparation->share, 0.0, 1.0));
    }
    return is_counting_ ? "Not counted to the end. Choose other pairs to begin again." : "counting";
  }

  static std::vector<Grouping> allowed(const Task& task) {
    std::vector<Grouping> result;
    for (const auto& grouping : groupings(task))
      // Where every context has a label of its own no two are alike.
      if (grouping.by != Grouping::By::label || !task.has_one_context_per_label()) result.push_back(grouping);
    return result;
  }

  /// Words belong to groups where they are paired with contexts.
  bool has_groups(const Task& task) const { return !of_words_ || task.has_one_context_per_label(); }

  Grouping grouping(const Task& task) const {
    if (!has_groups(task)) return {Grouping::By::nothing, 0};
    const auto options = allowed(task);
    const auto found = std::find(options.begin(), options.end(), wanted_grouping_);
    return found != options.end() ? *found : options.front();
  }

  /// What stands on the closed picker of groups; empty where there is none.
  std::string pairs_label(const Task& task) const {
    if (!has_groups(task) || allowed(task).size() < 2) return {};
    const Grouping now = grouping(task);
    return now.by == Grouping::By::nothing ? "all alike" : grouping_label(task, now);
  }

  void draw_pickers(ViewHeader& header, Observatory& observatory, const Task& task) {
    if (header.tick("log", "log", is_log_)) is_log_ = !is_log_;
    const std::vector<Option> sources{{"h", "H", "Cosines of context embeddings, their mean subtracted."},
                                      {"w", "W", "Cosines of word embeddings, their mean subtracted."}};
    if (const auto picked = header.picker("of", "of", sources, of_words_ ? 1 : 0)) of_words_ = *picked == 1;
    const auto options = allowed(task);
    if (has_groups(task) && options.size() > 1) {
      std::vector<Option> shown;
      for (const auto& option : options) {
        const bool is_all = option.by == Grouping::By::nothing;
        const std::string label = is_all ? "all alike" : grouping_label(task, option);
        shown.push_back({is_all ? "nothing" : grouping_key(task, option), label,
                         is_all ? "No pair is told apart."
                                : "Pairs with the same " + label + " are told apart from the others."});
      }
      const auto current = std::find(options.begin(), options.end(), grouping(task)) - options.begin();
      if (const auto picked = header.picker("pairs", "pairs", shown, static_cast<int>(current)))
        wanted_grouping_ = options[static_cast<std::size_t>(*picked)];
    }
    if (!of_words_) header.layer_picker(observatory);
  }

  /// What the next frame is to count.
  void ask(Observatory& observatory, const Snapshot* snapshot) {
    const auto& task = snapshot != nullptr ? snapshot->embeddings->task : observatory.shared_task();
    const Grouping now = grouping(*task);
    if (task != grouped_ || now != grouped_by_ || of_words_ != groups_of_words_) {
      groups_ = now.by == Grouping::By::nothing ? nullptr : make_groups(task, now);
      grouped_ = task;
      grouped_by_ = now;
      groups_of_words_ = of_words_;
    }
    observatory.view.wanted.histogram = PairHistogramWanted{of_words_, groups_};
  }

  std::shared_ptr<const PairGroups> make_groups(const std::shared_ptr<const Task>& task,
                                                const Grouping& by) const {
    const auto of_context = group_contexts(*task, by).of_context;
    if (!of_words_) return std::make_shared<const PairGroups>(PairGroups{task, of_context});
    std::vector<int> of_word(static_cast<std::size_t>(task->words), 0);
    for (std::size_t j = 0; j < of_context.size(); ++j)
      of_word[static_cast<std::size_t>(task->labels[j])] = of_context[j];
    return std::make_shared<const PairGroups>(PairGroups{task, std::move(of_word)});
  }

  std::vector<ValueLine> value_lines(const PairHistogram& histogram, const Task& task) const {
    std::vector<ValueLine> lines;
    const Index classes = of_words_ ? histogram.points : count_classes(task);
    if (classes > 1) {
      const double simplex = -1.0 / static_cast<double>(classes - 1);
      lines.push_back({simplex, palette().text_muted,
                       fmt::format("equally far apart: −1/({} − 1)", format_count(classes)),
                       fmt::format("−1/({} − 1)", format_count(classes)), true});
    }
    const auto mean_line = [&](const PairHistogram::Kind& kind, const std::string& name, ImU32 colour) {
      if (kind.pairs == 0) return;
      lines.push_back(
          {kind.mean, colour,
           fmt::format("{}: {}, mean {}", name, format_count(kind.pairs), signed_cosine(kind.mean)),
           "mean " + signed_cosine(kind.mean), false});
    };
    const PairKinds names = kinds_of(task, grouping(task));
    if (histogram.wanted.groups != nullptr) mean_line(histogram.alike, names.alike, palette().semantic);
    mean_line(histogram.other, names.other, palette().symmetric);
    return lines;
  }

  void draw_histogram(const PairHistogram& histogram, const Task& task, const Rect& body) {
    const float s = ui_scale();
    const auto lines = value_lines(histogram, task);
    const float words =
        body.height() >= 150 * s ? kWordsRow * s * static_cast<float>(lines.size()) + 2 * s : 4 * s;
    HistogramFrame frame;
    frame.is_log = is_log_;
    frame.plot = {{std::round(body.min.x + 54 * s), std::round(body.min.y + words)},
                  {std::round(body.max.x - 16 * s), std::round(body.max.y - 27 * s)}};
    if (frame.plot.width() < 40 * s || frame.plot.height() < 16 * s) return;
    const auto bars = histogram_bars(histogram, frame.plot.width(), kLeastBarWidth * s);
    frame.most = limit_of(bars);
    draw_axes(frame);
    draw_bars(frame, bars);
    draw_lines(frame, lines, body, words > 8 * s);
    respond(frame, histogram, bars, task);
  }

  /// An axis that does not jump to and fro between frames.
  double limit_of(const std::vector<HistogramBar>& bars) {
    const double end = count_axis_end(bars);
    if (end > axis_end_ || end < 0.75 * axis_end_) axis_end_ = end;
    return axis_end_;
  }

  static void draw_axes(const HistogramFrame& frame) {
    const float s = ui_scale();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const Rect& plot = frame.plot;
    ImFont* font = fonts().small;
    int n = 20;
    float free_from = -FLT_MAX;
    for (const auto& tick : ticks(AxisScale::linear, -1.0, 1.0, static_cast<int>(plot.width() / (64 * s)))) {
      if (tick.label.empty()) continue;
      const float x = std::round(frame.x(tick.value));
      list->AddRectFilled({x, plot.min.y}, {x + 1, plot.max.y + 4 * s}, palette().line);
      const float width = text_size(font, tick.label).x;
      if (x - 0.5f * width < free_from) continue;
      draw_label(font, {x - 0.5f * width, plot.max.y + 9 * s}, palette().text_muted, tick.label,
                 kHistogramKey, n++);
      free_from = x + 0.5f * width + 8 * s;
    }
    const AxisScale scale = frame.is_log ? AxisScale::log1p : AxisScale::linear;
    float free_above = FLT_MAX;
    for (const auto& tick :
         ticks(scale, 0.0, frame.most, std::clamp(static_cast<int>(plot.height() / (30 * s)), 2, 6))) {
      if (tick.label.empty() || tick.value != std::floor(tick.value)) continue;
      const float y = std::round(frame.y(std::llround(tick.value)));
      const float top = y - 0.5f * font->FontSize;
      list->AddRectFilled({plot.min.x, y}, {plot.max.x, y + 1}, palette().line);
      if (top + font->FontSize > free_above) continue;
      draw_label(font, {plot.min.x - 8 * s - text_size(font, tick.label).x, top}, palette().text_muted,
                 tick.label, kHistogramKey, n++);
      free_above = top;
    }
  }

  static void draw_bars(const HistogramFrame& frame, const std::vector<HistogramBar>& bars) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float gap = frame.plot.width() / static_cast<float>(bars.size()) >= 4 ? 1.0f : 0.0f;
    for (const auto& bar : bars) {
      const float left = std::round(frame.x(PairHistogram::lower_end(bar.begin)));
      const float right = std::max(left + 1, std::round(frame.x(PairHistogram::lower_end(bar.end))) - gap);
      std::array parts{std::pair{bar.other, palette().symmetric}, std::pair{bar.alike, palette().semantic}};
      // The lower one in front: both are seen, whichever it is.
      if (parts[0].first < parts[1].first) std::swap(parts[0], parts[1]);
      for (const auto& [count, colour] : parts)
        // A single pair among millions is seen too.
        if (count > 0)
          list->AddRectFilled({left, std::min(frame.y(count), frame.plot.max.y - 1)},
                              {right, frame.plot.max.y}, colour);
    }
  }

  static void draw_lines(const HistogramFrame& frame, const std::vector<ValueLine>& lines, const Rect& body,
                         bool has_words) {
    const float s = ui_scale();
    const auto row = [&](std::size_t i) {
      const float top = body.min.y + kWordsRow * s * static_cast<float>(i);
      return Rect{{body.min.x + 12 * s, top}, {body.max.x - 12 * s, top + kWordsRow * s}};
    };
    for (std::size_t i = 0; i < lines.size(); ++i)
      draw_line(lines[i], std::round(frame.x(lines[i].at)),
                has_words ? row(i).min.y + 0.5f * kWordsRow * s : frame.plot.min.y, frame.plot.max.y);
    if (!has_words) return;
    for (std::size_t i = 0; i < lines.size(); ++i)
      draw_words(lines[i], std::round(frame.x(lines[i].at)), row(i), 60 + static_cast<int>(i));
  }

  static void draw_line(const ValueLine& line, float x, float top, float bottom) {
    const float s = ui_scale();
    const float width = std::max(1.0f, std::round(s));
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (!line.is_dashed) return list->AddRectFilled({x, top}, {x + width, bottom}, line.colour);
    for (float y = top; y < bottom; y += 7 * s)
      list->AddRectFilled({x, y}, {x + width, std::min(y + 4 * s, bottom)}, line.colour);
  }

  /// To the right of the line, or to its left where there is more room; other lines do not run through them.
  static void draw_words(const ValueLine& line, float x, const Rect& row, int n) {
    const float gap = 6 * ui_scale();
    ImFont* font = fonts().small;
    for (const auto& text : {line.text, line.short_text}) {
      const float width = text_size(font, text).x;
      const bool is_right = x + gap + width <= row.max.x;
      if (!is_right && x - gap - width < row.min.x) continue;
      const float left = is_right ? x + gap : x - gap - width;
      ImGui::GetWindowDrawList()->AddRectFilled({left - 2, row.min.y}, {left + width + 2, row.max.y},
                                                palette().background);
      return draw_label(font, {left, centred_y(font, row.min.y, row.max.y)}, line.colour, text, kHistogramKey,
                        n);
    }
  }

  void respond(const HistogramFrame& frame, const PairHistogram& histogram,
               const std::vector<HistogramBar>& bars, const Task& task) const {
    const auto state = interact("view.histogram.bars", frame.plot);
    draw_focus_ring(state, frame.plot, 0.0f);
    if (!state.is_hovered) return;
    const float share = (ImGui::GetIO().MousePos.x - frame.plot.min.x) / frame.plot.width();
    const auto at =
        std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(share * static_cast<float>(bars.size())), 0,
                                   static_cast<std::ptrdiff_t>(bars.size()) - 1);
    const HistogramBar& bar = bars[static_cast<std::size_t>(at)];
    ImGui::GetWindowDrawList()->AddRectFilled(
        {std::round(frame.x(PairHistogram::lower_end(bar.begin))), frame.plot.min.y},
        {std::round(frame.x(PairHistogram::lower_end(bar.end))), frame.plot.max.y},
        with_opacity(palette().text, 0.12f));
    std::int64_t below = 0;
    for (std::ptrdiff_t i = 0; i <= at; ++i)
      below += bars[static_cast<std::size_t>(i)].alike + bars[static_cast<std::size_t>(i)].other;
    const PairKinds names = kinds_of(task, grouping(task));
    HoverCard card;
    card.name(fmt::format("cosine {} to {}", signed_cosine(PairHistogram::lower_end(bar.begin)),
                          signed_cosine(PairHistogram::lower_end(bar.end))));
    if (histogram.wanted.groups != nullptr)
      card.fact(names.alike, share_of(bar.alike, histogram.alike.pairs), palette().semantic);
    card.fact(names.other, share_of(bar.other, histogram.other.pairs), palette().symmetric);
    card.fact("up to here", share_of(below, histogram.alike.pairs + histogram.other.pairs));
    card.heading(fmt::format("{} pairs of {}, counted one by one",
                             format_count(histogram.alike.pairs + histogram.other.pairs),
                             format_count(histogram.points)));
    if (histogram.undefined > 0) card.fact("without a direction", format_count(histogram.undefined));
  }

  bool of_words_ = false;
  bool is_log_ = false;
  bool is_counting_ = false;  ///< or was, when it was last drawn without a histogram
  Grouping wanted_grouping_;
  double axis_end_ = 0.0;

  std::shared_ptr<const PairGroups>
      groups_;  ///< the same object while nothing changes: what is asked for is compared by it
  std::shared_ptr<const Task> grouped_;
  Grouping grouped_by_;
  bool groups_of_words_ = false;
};

}  // namespace

std::unique_ptr<View> make_histogram_view() { return std::make_unique<HistogramView>(); }

}  // namespace gramscope::app
