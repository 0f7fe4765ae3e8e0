// The logits of all words after all contexts, beside what they are to learn and what the theory says they go to.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gl/colour_map.h"
#include "app/ui/format.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/decomposition_meter.h"
#include "app/views/matrix_panel.h"
#include "app/views/pair_card.h"
#include "app/views/picture_views.h"
#include "app/views/theory_reading.h"
#include "app/views/view_header.h"
#include "core/theory/in_support.h"
#include "core/train/max_margin_policy.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kLogitsKey = "logits";

enum Panel { kP, kL, kIn, kMm, kPanels };

constexpr std::array<std::string_view, kPanels> kPanelNames{"P", "L", "L_in", "L_mm"};
constexpr std::array<std::string_view, kPanels> kMeanings{"what follows", "logits now", "part in F", "max-margin part"};

bool is_viewable(const Task& task) { return task.words * task.contexts <= kMostLogitCells; }

MatrixF dense_targets(const Task& task) {
  MatrixF p = MatrixF::Zero(task.words, task.contexts);
  for (Index j = 0; j < task.contexts; ++j) {
    const auto at = static_cast<std::size_t>(j);
    for (Index k = task.targets.begin[at]; k < task.targets.begin[at + 1]; ++k) {
      const auto entry = static_cast<std::size_t>(k);
      p(task.targets.word[entry], j) = static_cast<float>(task.targets.probability[entry]);
    }
  }
  return p;
}

float largest_entry(const MatrixF& values) { return values.size() == 0 ? 0.0f : values.cwiseAbs().maxCoeff(); }

std::optional<Index> position_of(const GramOrder& order, std::optional<Index> index) {
  if (!index || *index < 0 || *index >= static_cast<Index>(order.position.size())) return std::nullopt;
  return order.position[static_cast<std::size_t>(*index)];
}

class LogitsView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kLogitsKey);
    ViewHeader header(rect, kLogitsKey);
    header.title("Logits", {"of every word after every context, and where theory sends them",
                            "of every word after every context", "words × contexts"});
    const auto& task = observatory.shared_task();
    if (const std::string missing = missing_in_recording(observatory); !missing.empty()) {
      leave(observatory);
      return draw_placeholder(header.body(), missing, kLogitsKey);
    }
    if (!is_viewable(*task)) {
      leave(observatory);
      return draw_placeholder(
          header.body(),
          fmt::format("{} words × {} contexts are more logits than can be looked at: up to {}.",
                      format_count(task->words), format_count(task->contexts), format_count(kMostLogitCells)),
          kLogitsKey);
    }
    observatory.view.wanted.logits = true;
    adopt(task);
    adopt(observatory.max_margin());
    draw_panels(observatory, draw_meter(observatory, header.body()));
  }

 private:
  /// What a recording would need for this picture; empty where it is there.
  static std::string missing_in_recording(const Observatory& observatory) {
    if (!observatory.is_recording()) return {};
    const Snapshot* snapshot = observatory.snapshot();
    if (snapshot != nullptr && snapshot->embeddings->w.rows() == 0)
      return "The files have no array “W” (K × d): logits are W h + b.";
    if (!observatory.task().has_targets()) return "The files have no array “labels”: what follows the rows is not known.";
    return {};
  }

  void leave(Observatory& observatory) {
    hover_.set(observatory.view.selection, std::nullopt, std::nullopt);
    row_.reset();
  }

  /// What the task alone fixes: once for every task.
  void adopt(const std::shared_ptr<const Task>& task) {
    if (task == task_) return;
    task_ = task;
    targets_ = dense_targets(*task);
    in_support_ = in_support_logits(task->targets, task->words).cast<float>();
    in_support_limit_ = largest_entry(in_support_);
    logits_limit_ = {};
  }

  void adopt(const std::shared_ptr<const MaxMarginTheory>& theory) {
    if (theory == theory_) return;
    theory_ = theory;
    max_margin_ = theory != nullptr ? MatrixF(theory->solution.logits.cast<float>()) : MatrixF();
  }

  static Rect draw_meter(const Observatory& observatory, const Rect& body) {
    const float s = ui_scale();
    const Snapshot* snapshot = observatory.snapshot();
    const Rect room{{body.min.x + 12 * s, body.min.y + 2 * s}, {body.max.x - 12 * s, body.max.y - 8 * s}};
    if (snapshot == nullptr || room.height() < 150 * s || room.width() < 180 * s) return room;
    const float top = std::round(room.max.y - decomposition_meter_height());
    draw_decomposition_meter({{room.min.x, top}, room.max}, decomposition_of(snapshot->metrics), kLogitsKey,
                             10);
    return {room.min, {room.max.x, top - 10 * s}};
  }

  /// L of the snapshot; nullptr while it has none of this task.
  const MatrixF* logits_of(const Snapshot* snapshot) const {
    if (snapshot == nullptr || snapshot->embeddings->task != task_) return nullptr;
    const bool fits = snapshot->logits.rows() == task_->words && snapshot->logits.cols() == task_->contexts;
    return fits ? &snapshot->logits : nullptr;
  }

  void draw_panels(Observatory& observatory, const Rect& room) {
    const float s = ui_scale();
    const GramOrder& columns = contexts_.of(task_, observatory.view.order);
    const GramOrder& rows = words_.of(task_, observatory.view.order);
    const float gap = 20 * s;
    const float caption = MatrixPanel::caption_height();
    PanelGrid grid = arrange_matrices(room, kPanels, task_->words, task_->contexts, caption, gap);
    const auto cell_height = [&] {
      return MatrixPanel::matrix_rect(grid.place(0), task_->words, task_->contexts).height() /
             static_cast<float>(task_->words);
    };
    // Names are for a large picture; in a small one the matrices need the room.
    float names = room.width() >= 560 * s ? row_names_width(cell_height(), rows, 110 * s) : 0.0f;
    if (names > 0.0f) {
      grid = arrange_matrices({{room.min.x + names, room.min.y}, room.max}, kPanels, task_->words, task_->contexts,
                              caption, gap);
      if (row_names_width(cell_height(), rows, 110 * s) == 0.0f) names = 0.0f;
    }

    const MatrixF* logits = logits_of(observatory.snapshot());
    const float logits_limit = logits != nullptr ? logits_limit_.follow(largest_entry(*logits)) : 1.0f;
    const bool has_in_support = in_support_limit_ > 0.0f;
    const std::array<const MatrixF*, kPanels> values{&targets_, logits, has_in_support ? &in_support_ : nullptr,
                                                     theory_ != nullptr ? &max_margin_ : nullptr};
    const std::array<float, kPanels> limits{1.0f, logits_limit, in_support_limit_, largest_entry(max_margin_)};
    const Selection& selection = observatory.view.selection;
    std::optional<MatrixPanel::Pointed> pointed;
    for (int k = 0; k < kPanels; ++k) {
      const auto i = static_cast<std::size_t>(k);
      const Rect place = grid.place(k);
      const Rect matrix = MatrixPanel::matrix_rect(place, task_->words, task_->contexts);
      const auto here = panels_[i].draw(
          observatory, place,
          {values[i], kPanelNames[i], kMeanings[i], limits[i], k != kP, rows, columns, kLogitsKey, k, row_,
           position_of(columns, selection.hovered_a), position_of(columns, selection.context_a)});
      if (here) pointed = here;
      if (values[i] == nullptr) draw_reason(observatory, static_cast<Panel>(k), matrix);
      if (names > 0.0f && k % grid.columns == 0)
        draw_row_names(matrix, rows, names, kLogitsKey, 1000 * (k + 1), row_);
    }
    if (!pointed) return leave(observatory);
    point_at(observatory, *pointed, rows, columns, values, limits);
  }

  void point_at(Observatory& observatory, const MatrixPanel::Pointed& pointed, const GramOrder& rows,
                const GramOrder& columns, const std::array<const MatrixF*, kPanels>& values,
                const std::array<float, kPanels>& limits) {
    const Index context = columns.order[static_cast<std::size_t>(pointed.column)];
    const Index word = rows.order[static_cast<std::size_t>(pointed.row)];
    row_ = pointed.row;
    hover_.set(observatory.view.selection, context, std::nullopt);
    if (pointed.is_clicked) select_pair(observatory.view.selection, context, context);
    HoverCard card;
    card.name(context_name(*task_, context));
    const float probability = targets_(word, context);
    card.fact(probability > 0.0f ? "can be followed by" : "is not followed by", word_name(*task_, word));
    card.fact("P", format_short(probability), diverging_map().at(probability));
    for (const Panel k : {kL, kIn, kMm}) {
      const auto i = static_cast<std::size_t>(k);
      // What is not there because it is 0 is a value all the same.
      if (values[i] == nullptr && k != kIn) continue;
      const float value = values[i] != nullptr ? (*values[i])(word, context) : 0.0f;
      card.fact(kPanelNames[i], format_fixed(value, 3), diverging_map().at(limits[i] > 0.0f ? value / limits[i] : 0.0f));
    }
  }

  /// Why a matrix is not there, in its frame.
  void draw_reason(Observatory& observatory, Panel panel, const Rect& frame) const {
    const float s = ui_scale();
    if (panel == kL)
      return draw_placeholder(
          frame, observatory.snapshot() == nullptr ? "waiting for the first step" : "being computed",
          kLogitsKey);
    if (panel == kIn)
      return draw_placeholder(frame,
                              task_->is_one_hot() ? "0: one word follows each context"
                                                  : "0: the next words of each context are equally likely",
                              kLogitsKey);
    if (observatory.is_recording()) return draw_placeholder(frame, max_margin_standing(observatory).text, kLogitsKey);
    if (const auto& share = observatory.status().max_margin_share)
      return draw_placeholder(
          frame,
          fmt::format("{} {:.0f}%", frame.width() < 200 * s ? "solving," : "being solved:", 100.0 * *share),
          kLogitsKey);
    const std::string withheld = max_margin_withheld(observatory.config(), *task_);
    if (withheld.empty()) return draw_placeholder(frame, "not solved yet", kLogitsKey);
    std::string label = "Solve for L_mm";
    if (button_width(label) + 8 * s > frame.width()) label = "Solve";
    const float width = button_width(label);
    const float height = 24 * s;
    if (frame.width() < width + 8 * s || frame.height() < height + 8 * s) return;
    const float middle = std::round((frame.min.x + frame.max.x - width) / 2);
    const bool has_text = frame.height() >= 96 * s;
    const float top = has_text ? std::round(frame.max.y - height - 12 * s)
                               : std::round((frame.min.y + frame.max.y - height) / 2);
    if (has_text) draw_placeholder({frame.min, {frame.max.x, top}}, withheld, kLogitsKey);
    if (button("button.solve_max_margin", {{middle, top}, {middle + width, top + height}}, label, ButtonKind::secondary,
               "Solves for the max-margin logits beside the run: " + withheld))
      observatory.set_parameter("run.max_margin", std::string("always"));
  }

  std::shared_ptr<const Task> task_;
  std::shared_ptr<const MaxMarginTheory> theory_;
  MatrixF targets_;
  MatrixF in_support_;
  MatrixF max_margin_;
  float in_support_limit_ = 0.0f;
  SteadyLimit logits_limit_;
  std::array<MatrixPanel, kPanels> panels_;
  KeptOrder contexts_{order_contexts};
  KeptOrder words_{order_words};
  SharedHover hover_;
  std::optional<Index> row_;  ///< pointed at in the frame before, a position
};

}  // namespace

std::unique_ptr<View> make_logits_view() { return std::make_unique<LogitsView>(); }

}  // namespace gramscope::app
