#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "app/gl/colour_map.h"
#include "app/ui/row_list.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/context_gram.h"
#include "app/views/context_row.h"
#include "app/views/pair_card.h"
#include "app/views/picture_views.h"
#include "app/views/ranked_contexts.h"
#include "app/views/shared_words.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kNeighboursKey = "neighbours";
constexpr float kNeighbourRow = 23.0f;
constexpr float kNeighbourGap = 12.0f;

/// Where the columns of the list stand.
struct NeighbourColumns {
  float name = 0.0f;
  float name_end = 0.0f;
  Rect bar{};  ///< of the first row; its y is not used
  float cosine_right = 0.0f;
  float shared = 0.0f;
  float right = 0.0f;

  explicit NeighbourColumns(const Rect& row) {
    const float s = ui_scale();
    const float width = row.width();
    const float cosine = text_size(fonts().body, "−0.00").x;
    name = row.min.x + 12 * s;
    right = row.max.x - 12 * s;
    const float names = std::floor(std::clamp(0.3f * width, 60 * s, 260 * s));
    name_end = name + names;
    const float bars = std::floor(std::clamp(0.2f * width, 36 * s, 160 * s));
    bar = {{name_end + kNeighbourGap * s, 0}, {name_end + kNeighbourGap * s + bars, 0}};
    cosine_right = bar.max.x + kNeighbourGap * s + cosine;
    shared = cosine_right + kNeighbourGap * s;
  }
};

/// A word in a capsule, filled where it is shared. Gives where the next one begins; does not draw what does
/// not fit.
float draw_chip(float left, float right, float centre, std::string_view text, bool is_shared) {
  const float s = ui_scale();
  ImFont* font = fonts().small;
  const float width = text_size(font, text).x + 12 * s;
  if (left + width > right) return left;
  const float height = std::round(font->FontSize + 4 * s);
  const Rect rect{{left, std::round(centre - 0.5f * height)},
                  {left + width, std::round(centre + 0.5f * height)}};
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (is_shared)
    list->AddRectFilled(rect.min, rect.max, with_opacity(palette().semantic, 0.22f), 0.5f * height);
  else
    list->AddRect(rect.min, rect.max, palette().line, 0.5f * height);
  draw_text(font, {left + 6 * s, centred_y(font, rect.min.y, rect.max.y)},
            is_shared ? palette().semantic : palette().text_dim, text);
  return left + width + 5 * s;
}

/// The other contexts by their cosine with the selected one, with what they share.
class NeighboursView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kNeighboursKey);
    const Snapshot* snapshot = observatory.snapshot();
    const auto selected = selected_context(observatory);
    ViewHeader header(rect, kNeighboursKey);
    header.expect("Neighbours", {shown_layer_option(observatory)});
    draw_pickers(header, observatory, snapshot);
    if (selected)
      header.title("Neighbours", {"of " + context_name(snapshot->task(), *selected), "of the selected one"});
    else
      header.title("Neighbours", {"of the selected context"});
    const bool of_words = shows_words(snapshot);
    row_.refresh(observatory, of_words ? std::nullopt : selected);
    if (snapshot == nullptr) return leave(observatory, header.body(), "waiting for the first step");
    if (!selected) return leave(observatory, header.body(), "Select a context: click it in any view.");
    rank(*snapshot, *selected, of_words);
    if (ranked_.empty())
      return leave(observatory, header.body(),
                   row_.cosines().size() > 0 || of_words
                       ? "It lies at the mean of all contexts: it has no direction, and no neighbours."
                       : "waiting for its cosines");
    draw_list(observatory, snapshot->task(), header.body(), *selected, of_words);
  }

 private:
  void leave(Observatory& observatory, const Rect& body, std::string_view text) {
    hover_.set(observatory.view.selection, std::nullopt, std::nullopt);
    draw_placeholder(body, text, kNeighboursKey);
  }

  /// Words have neighbours of their own where they stand for contexts.
  bool shows_words(const Snapshot* snapshot) const {
    return of_words_ && snapshot != nullptr && snapshot->task().has_one_context_per_label() &&
           snapshot->gram_w.rows() == snapshot->task().words;
  }

  void draw_pickers(ViewHeader& header, Observatory& observatory, const Snapshot* snapshot) {
    if (header.tick("farthest", "farthest first", is_farthest_)) is_farthest_ = !is_farthest_;
    if (snapshot != nullptr && snapshot->task().has_one_context_per_label()) {
      const std::vector<Option> sources{
          {"h", "H", "Cosines of the context embeddings, centred."},
          {"w", "W", "Cosines of the embeddings of their next words, centred."}};
      if (const auto picked = header.picker("of", "by", sources, of_words_ ? 1 : 0)) of_words_ = *picked == 1;
    }
    if (!shows_words(snapshot)) header.layer_picker(observatory);
  }

  /// Once for every moment and context: of many, sorting takes longer than drawing.
  void rank(const Snapshot& snapshot, Index selected, bool of_words) {
    if (of_words) {
      if (ranked_of_.lock() == snapshot.embeddings && ranked_words_ && selected == ranked_for_ &&
          is_farthest_ == ranked_farthest_)
        return;
      cosines_ = word_cosines(snapshot, selected);
    } else {
      if (!ranked_words_ && version_ == row_.version() && selected == ranked_for_ &&
          is_farthest_ == ranked_farthest_)
        return;
      cosines_ = row_.cosines();
      version_ = row_.version();
    }
    if (selected != ranked_for_) list_.reset();
    ranked_of_ = snapshot.embeddings;
    ranked_for_ = selected;
    ranked_words_ = of_words;
    ranked_farthest_ = is_farthest_;
    ranked_ = ranked_contexts(cosines_, selected, is_farthest_);
  }

  /// The cosines of the words of all contexts with that of one.
  static VectorF word_cosines(const Snapshot& snapshot, Index selected) {
    const auto& labels = snapshot.task().labels;
    VectorF cosines(static_cast<Index>(labels.size()));
    for (std::size_t j = 0; j < labels.size(); ++j)
      cosines(static_cast<Index>(j)) = snapshot.gram_w(labels[j], labels[static_cast<std::size_t>(selected)]);
    return cosines;
  }

  void draw_list(Observatory& observatory, const Task& task, const Rect& body, Index selected,
                 bool of_words) {
    const float s = ui_scale();
    const Rect rect{{body.min.x, body.min.y + 2 * s}, {body.max.x - 2 * s, body.max.y - 4 * s}};
    const auto response =
        list_.respond("view.neighbours.list", rect, ranked_.size(), std::round(kNeighbourRow * s));
    const ScopedClip clip(rect);
    const NeighbourColumns columns(list_.row(list_.first()));
    for (std::size_t i = list_.first(); i < list_.end(); ++i) {
      const bool is_pointed = response.pointed == i;
      const bool has_cursor = response.has_keys && list_.cursor() == i;
      draw_row(task, columns, list_.row(i), ranked_[i], selected, is_pointed || has_cursor);
    }
    auto& selection = observatory.view.selection;
    std::optional<Index> shown;
    if (response.pointed) shown = ranked_[*response.pointed];
    hover_.set(selection, shown ? std::optional<Index>(selected) : std::nullopt, shown);
    if (shown) draw_pair_card(observatory, selected, *shown, of_words);
    if (!response.pressed) return;
    selection.context_a = ranked_[*response.pressed];
    selection.context_b.reset();
  }

  void draw_row(const Task& task, const NeighbourColumns& columns, const Rect& row, Index context,
                Index selected, bool is_marked) {
    const float s = ui_scale();
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (is_marked) list->AddRectFilled(row.min, row.max, with_opacity(palette().text, 0.08f));
    const float y = centred_y(fonts().body, row.min.y, row.max.y);
    draw_text(fonts().body, {columns.name, y}, palette().text,
              elided_start(fonts().body, context_name(task, context), columns.name_end - columns.name));
    const float cosine = cosines_(context);
    const float centre = std::round(0.5f * (row.min.y + row.max.y));
    const Rect bar{{columns.bar.min.x, centre - 4 * s}, {columns.bar.max.x, centre + 4 * s}};
    const float zero = std::round(0.5f * (bar.min.x + bar.max.x));
    const float end = std::round(zero + 0.5f * bar.width() * std::clamp(cosine, -1.0f, 1.0f));
    list->AddRectFilled(bar.min, bar.max, palette().track, 2 * s);
    list->AddRectFilled({std::min(zero, end), bar.min.y}, {std::max(zero, end), bar.max.y},
                        mixed(diverging_map().at(cosine < 0 ? -0.75f : 0.75f), palette().text, 0.12f));
    list->AddRectFilled({zero, bar.min.y - 2 * s}, {zero + std::max(1.0f, std::round(s)), bar.max.y + 2 * s},
                        palette().text_dim);
    draw_text_right(fonts().body, columns.cosine_right, y, palette().text,
                    signed_cosine(static_cast<double>(cosine)));
    draw_shared(task, columns, centre, y, context, selected);
  }

  static void draw_shared(const Task& task, const NeighbourColumns& columns, float centre, float y,
                          Index context, Index selected) {
    float left = columns.shared;
    const auto j = static_cast<std::size_t>(context);
    const auto k = static_cast<std::size_t>(selected);
    for (const auto& factor : task.factors)
      left = draw_chip(left, columns.right, centre,
                       factor.value_names[static_cast<std::size_t>(factor.value[j])],
                       factor.value[j] == factor.value[k]);
    if (!task.has_targets() || task.has_one_context_per_label()) return;
    if (task.is_one_hot()) {
      draw_chip(left, columns.right, centre, "next: " + word_name(task, task.labels[j]),
                task.labels[j] == task.labels[k]);
      return;
    }
    const Common common = words_in_common(task, selected, context);
    draw_text(fonts().body, {left, y}, common.is_same ? palette().good : palette().text_muted,
              elided(fonts().body, common.text, columns.right - left));
  }

  ContextRow row_;
  RowList list_;
  SharedHover hover_;
  bool is_farthest_ = false;
  bool of_words_ = false;

  VectorF cosines_;  ///< of every context
  std::vector<Index> ranked_;
  std::weak_ptr<const Embeddings> ranked_of_;
  Index ranked_for_ = -1;
  bool ranked_words_ = false;
  bool ranked_farthest_ = false;
  std::uint64_t version_ = 0;
};

}  // namespace

std::unique_ptr<View> make_neighbours_view() { return std::make_unique<NeighboursView>(); }

}  // namespace gramscope::app
