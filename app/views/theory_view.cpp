#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "app/gl/colour_map.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/context_gram.h"
#include "app/views/picture_views.h"
#include "app/views/theory_reading.h"
#include "core/linalg/gram.h"
#include "core/theory/proxy_gram.h"
#include "core/theory/similarity.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kTheoryKey = "theory";
constexpr std::size_t kColumns = 4;
constexpr std::size_t kRows = 2;  ///< contexts H above, words W below
enum Column : std::size_t { kRun, kNtpUfm, kMaxMargin, kProxy };
constexpr std::array<std::string_view, kColumns> kColumnKeys{"run", "ntp_ufm", "max_margin", "proxy"};
constexpr std::array<std::string_view, kRows> kRowKeys{"h", "w"};

using Grams = std::array<const MatrixF*, kColumns>;  ///< nullptr: not there
using Similarities = std::array<double, kColumns>;   ///< with this run; NaN: not known

/// Where the squares stand, a row of four for H above one for W.
struct TheoryLayout {
  float side = 0.0f;
  float title = 0.0f;    ///< height of the columns' titles
  float caption = 0.0f;  ///< height of the line above each square
  float names = 0.0f;    ///< width of the rows' names at the left
  bool has_bar = false;
  ImVec2 origin{0, 0};   ///< top left corner of the first square
  ImVec2 pitch{0, 0};

  Rect square(std::size_t row, std::size_t column) const {
    const ImVec2 min{std::round(origin.x + pitch.x * static_cast<float>(column)),
                     std::round(origin.y + pitch.y * static_cast<float>(row))};
    return {min, {min.x + side, min.y + side}};
  }
};

/// The width that the names of an outermost level need beside cells of that size; 0 where they are too thin for text.
float names_width(const GramOrder& order, float side) {
  if (order.levels.empty() || order.order.empty()) return 0.0f;
  const float cell = side / static_cast<float>(order.order.size());
  const float line = fonts().small->FontSize;
  float widest = 0.0f;
  for (const auto& block : order.levels.front())
    if (cell * static_cast<float>(block.end - block.begin) >= line)
      widest = std::max(widest, text_size(fonts().small, block.label).x);
  return widest == 0.0f ? 0.0f : std::ceil(std::min(widest, 110 * ui_scale())) + 8 * ui_scale();
}

TheoryLayout lay_out(const Rect& body, const GramOrder& contexts, const GramOrder& words) {
  const float s = ui_scale();
  const float margin = std::min(12 * s, body.width() / 24);
  const float gap = body.width() > 700 * s ? 18 * s : 10 * s;
  TheoryLayout layout;
  const auto side_with = [&](float beside, float title, float caption) {
    const float width = (body.width() - 2 * margin - beside - gap * (kColumns - 1)) / kColumns;
    const float height = (body.height() - margin - title - kRows * caption - 8 * s) / kRows;
    return std::floor(std::min(width, height));
  };
  layout.title = fonts().strong->FontSize + 5 * s;
  layout.caption = fonts().small->FontSize + 5 * s;
  if (side_with(0, layout.title, layout.caption) < 44 * s) layout.caption = 4 * s;
  if (side_with(0, layout.title, layout.caption) < 44 * s) layout.title = 0.0f;
  layout.side = side_with(0, layout.title, layout.caption);
  const float bare = layout.side;
  const float bar = cosine_bar_room();
  if (const float barred = side_with(bar, layout.title, layout.caption); barred >= 0.94f * bare && barred >= 90 * s) {
    layout.has_bar = true;
    layout.side = barred;
  }
  const float names = std::max(names_width(contexts, layout.side), names_width(words, layout.side));
  const float named = side_with(names + (layout.has_bar ? bar : 0.0f), layout.title, layout.caption);
  if (names > 0.0f && named >= 0.8f * bare && named >= 90 * s) {
    layout.names = names;
    layout.side = named;
  }
  layout.pitch = {layout.side + gap, layout.side + layout.caption + 4 * s};
  const float width = layout.names + layout.pitch.x * kColumns - gap + (layout.has_bar ? bar : 0.0f);
  const float height = layout.title + layout.pitch.y * kRows;
  layout.origin = {(body.min.x + body.max.x - width) / 2 + layout.names,
                   body.min.y + std::max(0.0f, (body.height() - margin - height) / 2) + layout.title + layout.caption};
  return layout;
}

/// Draws the first of the texts that is no wider than `width`, at most one.
void draw_first_fitting(ImFont* font, ImVec2 at, float width, ImU32 colour, std::initializer_list<std::string> texts, int n) {
  for (const auto& text : texts) {
    if (text.empty() || text_size(font, text).x > width) continue;
    return draw_label(font, at, colour, text, kTheoryKey, n);
  }
}

/// sim(X, Y) of matrices that are corr X and corr Y already; entries that one of them does not have are left out.
double similarity_of_cosines(const MatrixF& a, const MatrixF& b) {
  double product = 0.0;
  double a_squared = 0.0;
  double b_squared = 0.0;
  for (Index i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a(i));
    const double y = static_cast<double>(b(i));
    if (std::isnan(x) || std::isnan(y)) continue;
    product += x * y;
    a_squared += x * x;
    b_squared += y * y;
  }
  return product / std::sqrt(a_squared * b_squared);
}

/// Fig. 1 of IG: what a run has come to, beside the NTP-UFM trained on the same task, the max-margin theory and its proxy.
class TheoryView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kTheoryKey);
    observatory.view.wanted.plain_grams = true;
    observatory.view.wants_ntp_ufm = true;
    ViewHeader header(rect, kTheoryKey);
    header.expect("Theory beside practice");
    // Rows that stand for several are of neighbours in the task's order.
    const bool has_orders = gram_block(observatory.task().contexts) == 1;
    if (has_orders) draw_order_picker(header, observatory.task(), observatory.view.theory_order);
    header.title("Theory beside practice", {"cosines of H and of W, no mean subtracted", "plain cosines of H and W", "cosines"});
    if (!observatory.task().has_targets()) {
      hover_.set(observatory.view.selection, std::nullopt, std::nullopt);
      return draw_placeholder(header.body(), "The files have no array “labels”: theory begins with what follows the rows.",
                              kTheoryKey);
    }
    refresh_task(observatory);
    refresh_max_margin(observatory);
    refresh_similarities(observatory);
    const auto& task = observatory.shared_task();
    const Grouping grouping = has_orders ? observatory.view.theory_order : Grouping{Grouping::By::nothing};
    const std::array<const GramOrder*, kRows> orders{&context_order_.of(task, grouping), &word_order_.of(task, grouping)};
    const TheoryLayout layout = lay_out(header.body(), *orders[0], *orders[1]);
    if (layout.side < 8) return hover_.set(observatory.view.selection, std::nullopt, std::nullopt);
    draw_titles(layout);
    draw_captions(observatory, layout);
    if (layout.has_bar) draw_bar(layout);
    std::optional<Pointed> pointed;
    for (std::size_t row = 0; row < kRows; ++row)
      if (const auto here = draw_row(observatory, layout, row, *orders[row])) pointed = here;
    draw_names(layout, orders);
    respond(observatory, pointed);
  }

 private:
  /// Two contexts (row 0) or words (row 1) under the mouse.
  struct Pointed {
    std::size_t row = 0;
    Index a = 0;
    Index b = 0;
    bool is_clicked = false;
  };

  void refresh_task(const Observatory& observatory) {
    if (task_ == observatory.shared_task()) return;
    task_ = observatory.shared_task();
    const Supports supports = supports_of(task_->targets, task_->words);
    proxy_[0] = proxy_context_cosines(supports, gram_block(task_->contexts)).cast<float>();
    proxy_[1] = proxy_word_cosines(supports, gram_block(task_->words)).cast<float>();
    hovered_words_.reset();
  }

  void refresh_max_margin(const Observatory& observatory) {
    if (max_margin_of_ == observatory.max_margin()) return;
    max_margin_of_ = observatory.max_margin();
    for (auto& gram : max_margin_) gram.resize(0, 0);
    if (max_margin_of_ == nullptr) return;
    const auto& [w, h] = max_margin_of_->factors;
    max_margin_[0] = block_cosine_gram(h, gram_block(h.cols())).cast<float>();
    max_margin_[1] = block_cosine_gram(w.transpose(), gram_block(w.rows())).cast<float>();
  }

  void refresh_similarities(const Observatory& observatory) {
    for (auto& row : similarities_) row.fill(std::numeric_limits<double>::quiet_NaN());
    const Snapshot* snapshot = observatory.snapshot();
    if (snapshot == nullptr) return;
    similarities_[0][kMaxMargin] = snapshot->metrics.get("sim_h_mm");
    similarities_[1][kMaxMargin] = snapshot->metrics.get("sim_w_mm");
    similarities_[0][kProxy] = snapshot->metrics.get("sim_h_proxy");
    similarities_[1][kProxy] = snapshot->metrics.get("sim_w_proxy");
    const auto& fit = observatory.ntp_ufm();
    if (fit == nullptr || fit->embeddings == nullptr || fit->embeddings->task != snapshot->embeddings->task) return;
    if (compared_run_ != snapshot->embeddings || compared_fit_ != fit->embeddings) {
      compared_run_ = snapshot->embeddings;
      compared_fit_ = fit->embeddings;
      const auto& run = *snapshot->embeddings;
      const auto similarity = [](const MatrixF& a, const MatrixF& b, Index count, const auto& exact) {
        // Means over blocks are not the cosines that the definition sums over.
        return gram_block(count) == 1 && a.size() > 0 && a.size() == b.size() ? similarity_of_cosines(a, b) : exact();
      };
      to_fit_[0] = similarity(snapshot->plain_gram_h, fit->plain_gram_h, run.h.cols(),
                              [&] { return geometry_similarity(run.h, fit->embeddings->h); });
      to_fit_[1] = run.w.rows() == 0 ? std::numeric_limits<double>::quiet_NaN() : similarity(snapshot->plain_gram_w, fit->plain_gram_w, run.w.rows(), [&] {
        return geometry_similarity(run.w.transpose(), fit->embeddings->w.transpose());
      });
    }
    similarities_[0][kNtpUfm] = to_fit_[0];
    similarities_[1][kNtpUfm] = to_fit_[1];
  }

  Grams grams(const Observatory& observatory, std::size_t row) const {
    Grams result{};
    if (const Snapshot* snapshot = observatory.snapshot())
      result[kRun] = row == 0 ? &snapshot->plain_gram_h : &snapshot->plain_gram_w;
    if (const auto& fit = observatory.ntp_ufm(); fit != nullptr && fit->embeddings != nullptr)
      result[kNtpUfm] = row == 0 ? &fit->plain_gram_h : &fit->plain_gram_w;
    result[kMaxMargin] = &max_margin_[row];
    result[kProxy] = &proxy_[row];
    for (auto& gram : result)
      if (gram != nullptr && gram->rows() != proxy_[row].rows()) gram = nullptr;
    return result;
  }

  static void draw_titles(const TheoryLayout& layout) {
    if (layout.title <= 0.0f) return;
    const std::array<std::array<std::string, 2>, kColumns> titles{
        {{"this run", "run"}, {"NTP-UFM", "UFM"}, {"theory L_mm", "L_mm"}, {"proxy S~", "S~"}}};
    for (std::size_t column = 0; column < kColumns; ++column) {
      const Rect square = layout.square(0, column);
      draw_first_fitting(fonts().strong, {square.min.x, square.min.y - layout.caption - layout.title}, layout.side,
                         palette().text, {titles[column][0], titles[column][1]}, 10 + static_cast<int>(column));
    }
  }

  void draw_captions(const Observatory& observatory, const TheoryLayout& layout) const {
    ImFont* font = fonts().small;
    if (layout.caption < font->FontSize) return;
    for (std::size_t row = 0; row < kRows; ++row) {
      for (std::size_t column = 0; column < kColumns; ++column) {
        const Rect square = layout.square(row, column);
        const ImVec2 at{square.min.x, square.min.y - layout.caption + ui_scale()};
        const int n = 20 + static_cast<int>(row * kColumns + column);
        if (column == kRun) {
          const auto names = row == 0 ? std::array{"contexts H", "H"} : std::array{"words W", "W"};
          draw_first_fitting(font, at, layout.side, palette().text_muted, {names[0], names[1]}, n);
          continue;
        }
        const double value = similarities_[row][column];
        const std::string sim = std::isnan(value) ? "" : fmt::format("sim {:.3f}", value);
        const std::string more = row == 0 ? standing(observatory, column) : "";
        const std::string both = sim.empty() || more.empty() ? more : sim + ", " + more;
        draw_first_fitting(font, at, layout.side, palette().text_muted, {both, sim.empty() ? more : sim}, n);
      }
    }
  }

  /// How far a column is, or how good it is.
  static std::string standing(const Observatory& observatory, std::size_t column) {
    if (column == kMaxMargin && observatory.max_margin() != nullptr) return proof_text(*observatory.max_margin());
    const auto& fit = observatory.ntp_ufm();
    if (column != kNtpUfm || fit == nullptr || fit->embeddings == nullptr) return {};
    if (fit->is_final()) return ridge_text(fit->ridge);
    return fmt::format("{:.0f}%", std::floor(100.0 * static_cast<double>(fit->embeddings->step) / static_cast<double>(fit->steps)));
  }

  /// Beside what is seen of the rows: groups of the whole, single rows of a part.
  void draw_names(const TheoryLayout& layout, const std::array<const GramOrder*, kRows>& orders) const {
    if (layout.names <= 0.0f) return;
    ImFont* font = fonts().small;
    int n = 100;
    for (std::size_t row = 0; row < kRows; ++row) {
      if (orders[row]->levels.empty()) continue;
      const GramLayout& seen = panels_[row][kProxy].layout();
      if (seen.cell <= 0.0f) continue;
      const auto& levels = orders[row]->levels;
      for (const auto& block : seen.is_whole() ? levels.front() : levels.back()) {
        const float top = std::max(seen.matrix.min.y, seen.y_of(block.begin));
        const float bottom = std::min(seen.matrix.max.y, seen.y_of(block.end));
        if (bottom - top < font->FontSize || block.label.empty()) continue;
        const std::string name = elided_middle(font, block.label, layout.names - 8 * ui_scale());
        draw_label(font, {layout.square(row, 0).min.x - 8 * ui_scale() - text_size(font, name).x, (top + bottom - font->FontSize) / 2},
                   palette().text_muted, name, kTheoryKey, n++);
      }
    }
  }

  static void draw_bar(const TheoryLayout& layout) {
    const Rect last = layout.square(0, kColumns - 1);
    const float left = last.max.x + cosine_bar_room() - cosine_bar_width() - 5 * ui_scale() - text_size(fonts().small, "+1").x;
    draw_cosine_bar({{left, last.min.y}, {left + cosine_bar_width(), last.max.y}}, kTheoryKey);
  }

  std::optional<Pointed> draw_row(Observatory& observatory, const TheoryLayout& layout, std::size_t row,
                                  const GramOrder& order) {
    const Grams shown = grams(observatory, row);
    const auto [selected, hovered] = marked_cells(observatory, row, order);
    std::optional<Pointed> pointed;
    for (std::size_t column = 0; column < kColumns; ++column) {
      const Rect square = layout.square(row, column);
      const std::string key = fmt::format("{}.{}.{}", kTheoryKey, kRowKeys[row], kColumnKeys[column]);
      if (shown[column] == nullptr) {
        draw_missing(observatory, square, column, row, key);
        continue;
      }
      const auto here =
          panels_[row][column].draw(observatory, square, {*shown[column], order, key, selected, hovered, zoom_of(row), true});
      if (!here.cell) continue;
      pointed = Pointed{row, order.order[static_cast<std::size_t>(here.cell->row)],
                        order.order[static_cast<std::size_t>(here.cell->column)], here.is_clicked};
    }
    return pointed;
  }

  /// Words that are paired with contexts are looked at with these.
  MatrixZoom& zoom_of(std::size_t row) { return zooms_[task_->has_one_context_per_label() ? 0 : row]; }

  /// The cells of what is selected and of what is pointed at, in this view or another.
  std::pair<std::optional<GramCell>, std::optional<GramCell>> marked_cells(const Observatory& observatory, std::size_t row,
                                                                           const GramOrder& order) const {
    const Selection& selection = observatory.view.selection;
    const Task& task = observatory.task();
    if (row == 0)
      return {cell_of(order, selection.context_a, selection.context_b), cell_of(order, selection.hovered_a, selection.hovered_b)};
    if (!task.has_one_context_per_label())
      return {std::nullopt, hovered_words_ ? cell_of(order, hovered_words_->first, hovered_words_->second) : std::nullopt};
    const auto cell = [&](std::optional<Index> a, std::optional<Index> b) {
      return cell_of(order, paired_word(task, a), paired_word(task, b));
    };
    return {cell(selection.context_a, selection.context_b), cell(selection.hovered_a, selection.hovered_b)};
  }

  static void draw_missing(Observatory& observatory, const Rect& square, std::size_t column, std::size_t row,
                           const std::string& key) {
    ImGui::GetWindowDrawList()->AddRect(square.min, square.max, palette().line);
    if (column == kRun && row > 0 && observatory.is_recording()) return draw_placeholder(square, "no W in the files", key);
    if (row > 0) return;
    const auto& fit = observatory.ntp_ufm();
    if (column == kMaxMargin)
      draw_max_margin_placeholder(observatory, square, key);
    else if (column == kNtpUfm && fit != nullptr && !fit->unavailable.empty())
      draw_placeholder(square, fit->unavailable, key);
    else if (column == kNtpUfm && observatory.is_recording())
      draw_placeholder(square, "trained beside runs only", key);
    else
      draw_placeholder(square, column == kNtpUfm ? "beginning" : "waiting", key);
  }

  void respond(Observatory& observatory, const std::optional<Pointed>& pointed) {
    Selection& selection = observatory.view.selection;
    hovered_words_.reset();
    if (!pointed) return hover_.set(selection, std::nullopt, std::nullopt);
    const Task& task = observatory.task();
    Index a = pointed->a;
    Index b = pointed->b;
    draw_card(observatory, *pointed);
    if (pointed->row == 1) {
      if (!task.has_one_context_per_label()) {
        hovered_words_ = std::pair{a, b};
        return hover_.set(selection, std::nullopt, std::nullopt);
      }
      const auto contexts = context_of_word(task);
      a = contexts[static_cast<std::size_t>(a)];
      b = contexts[static_cast<std::size_t>(b)];
    }
    hover_.set(selection, a, b);
    if (pointed->is_clicked) select_pair(selection, a, b);
  }

  void draw_card(const Observatory& observatory, const Pointed& pointed) const {
    const Task& task = observatory.task();
    const bool is_words = pointed.row == 1;
    const auto name = [&](Index i) { return is_words ? word_name(task, i) : context_name(task, i); };
    HoverCard card;
    card.name(name(pointed.a));
    if (pointed.b != pointed.a) card.name(name(pointed.b));
    const std::array labels{"this run", "NTP-UFM", "theory L_mm", "proxy S~"};
    const Grams shown = grams(observatory, pointed.row);
    for (std::size_t column = 0; column < kColumns; ++column)
      if (shown[column] != nullptr)
        cosine_line(card, labels[column], *shown[column], pointed.a, pointed.b, is_words ? task.words : task.contexts);
    if (is_words) return;
    if (pointed.a == pointed.b)
      describe_context(card, task, pointed.a);
    else
      describe_pair(card, task, pointed.a, pointed.b);
  }

  std::array<std::array<GramPanel, kColumns>, kRows> panels_;
  std::array<MatrixZoom, kRows> zooms_;  ///< its own: rows stand in an order of their own here
  KeptOrder context_order_{order_contexts};
  KeptOrder word_order_{order_words};
  SharedHover hover_;
  std::optional<std::pair<Index, Index>> hovered_words_;  ///< where words stand for no contexts

  std::shared_ptr<const Task> task_;  ///< whose proxy it is
  std::array<MatrixF, kRows> proxy_;
  std::shared_ptr<const MaxMarginTheory> max_margin_of_;
  std::array<MatrixF, kRows> max_margin_;
  std::array<Similarities, kRows> similarities_{};
  std::array<double, kRows> to_fit_{};
  std::shared_ptr<const Embeddings> compared_run_;
  std::shared_ptr<const Embeddings> compared_fit_;
};

}  // namespace

std::unique_ptr<View> make_theory_view() { return std::make_unique<TheoryView>(); }

}  // namespace gramscope::app
