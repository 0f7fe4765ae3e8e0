#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "app/context_groups.h"
#include "app/gl/colour_map.h"
#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/hover_card.h"
#include "app/views/pair_card.h"
#include "app/views/picture_views.h"
#include "app/views/shared_words.h"
#include "app/views/view_header.h"
#include "core/metrics/nearest_pairs.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kNearestKey = "nearest";

/// Where the columns of the table stand.
struct Columns {
  float first = 0.0f;
  float second = 0.0f;
  float cosine_right = 0.0f;
  float shared = 0.0f;
  float right = 0.0f;

  explicit Columns(const Rect& body) {
    const float s = ui_scale();
    const float margin = 12 * s;
    const float gap = 12 * s;
    const float cosine = text_size(fonts().body, "−0.00").x;
    const float room = body.width() - 2 * margin - cosine - 3 * gap;
    const float name = std::floor(std::clamp(0.26f * room, 40 * s, 240 * s));
    first = body.min.x + margin;
    second = first + name + gap;
    cosine_right = second + name + gap + cosine;
    shared = cosine_right + gap;
    right = body.max.x - margin;
  }
};

/// The nearest pairs of contexts with the words that can follow both: contexts with the same next words should meet.
/// With a context selected, its neighbours.
class NearestView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kNearestKey);
    ViewHeader header(rect, kNearestKey);
    header.layer_picker(observatory);
    const Snapshot* snapshot = observatory.snapshot();
    const auto selected = selected_context(observatory, snapshot);
    if (selected)
      header.title("Nearest contexts", {"to " + context_name(snapshot->task(), *selected), "to the selected one"});
    else
      header.title("Nearest contexts", {"every context with the one it is closest to", "cosine, centred"});
    if (snapshot == nullptr) return leave(observatory, header.body(), "waiting for the first step");
    if (snapshot->block > 1)
      return leave(observatory, header.body(), "Cosines of more than 4,096 contexts are averaged in blocks.");
    refresh(*snapshot, selected);
    if (pairs_.empty()) return leave(observatory, header.body(), "All contexts coincide.");
    draw_table(observatory, snapshot->task(), header.body(), selected);
  }

 private:
  static std::optional<Index> selected_context(const Observatory& observatory, const Snapshot* snapshot) {
    const auto& selection = observatory.view.selection;
    if (snapshot == nullptr || !selection.context_a || selection.context_b) return std::nullopt;
    if (*selection.context_a >= snapshot->task().contexts) return std::nullopt;
    return selection.context_a;
  }

  void leave(Observatory& observatory, const Rect& body, std::string_view text) {
    hover_.set(observatory.view.selection, std::nullopt, std::nullopt);
    draw_placeholder(body, text, kNearestKey);
  }

  /// Once for every snapshot: thousands of contexts take longer to compare than to draw.
  void refresh(const Snapshot& snapshot, std::optional<Index> selected) {
    if (snapshot.embeddings == of_ && snapshot.layer == layer_ && selected == selected_) return;
    of_ = snapshot.embeddings;
    layer_ = snapshot.layer;
    selected_ = selected;
    pairs_ = selected ? neighbours_of(snapshot.gram_h, *selected) : nearest_pairs(snapshot.gram_h);
  }

  void draw_table(Observatory& observatory, const Task& task, const Rect& body, std::optional<Index> selected) {
    const float row_height = std::round(22 * ui_scale());
    const Columns columns(body);
    const auto fitting = static_cast<std::size_t>(std::max(0.0f, std::floor((body.height() - 4 * ui_scale()) / row_height)));
    std::optional<ContextPair> pointed;
    for (std::size_t i = 0; i < std::min(fitting, pairs_.size()); ++i) {
      const float top = body.min.y + row_height * static_cast<float>(i);
      if (draw_row(observatory, task, {{body.min.x, top}, {body.max.x, top + row_height}}, columns, i, selected))
        pointed = pairs_[i];
    }
    if (!pointed) return hover_.set(observatory.view.selection, std::nullopt, std::nullopt);
    hover_.set(observatory.view.selection, pointed->a, pointed->b);
    draw_pair_card(observatory, pointed->a, pointed->b, false);
  }

  /// True while the mouse is on it.
  bool draw_row(Observatory& observatory, const Task& task, const Rect& row, const Columns& columns, std::size_t i,
                std::optional<Index> selected) {
    const ContextPair& pair = pairs_[i];
    auto& selection = observatory.view.selection;
    const auto state = interact(fmt::format("view.nearest.{}", i), row);
    if (state.was_pressed) select_pair(selection, pair.a, pair.b);
    const bool is_shown = selection.context_a == pair.a && selection.context_b == pair.b;
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (state.is_hovered || is_shown)
      list->AddRectFilled(row.min, row.max, with_opacity(is_shown ? palette().accent : palette().text, 0.08f));
    draw_focus_ring(state, row, 0);
    // A selected context stands first in every row.
    const bool is_turned = selected && pair.b == *selected;
    const Index left = is_turned ? pair.b : pair.a;
    const Index right = is_turned ? pair.a : pair.b;
    const float y = centred_y(fonts().body, row.min.y, row.max.y);
    const int label = 10 + 4 * static_cast<int>(i);
    const auto name = [&](Index context, float x, float end, int n) {
      draw_label(fonts().body, {x, y}, palette().text,
                 elided_start(fonts().body, context_name(task, context), end - x), kNearestKey, n);
    };
    const float gap = 12 * ui_scale();
    name(left, columns.first, columns.second - gap, label);
    const std::string cosine = signed_cosine(static_cast<double>(pair.cosine));
    const float cosine_left = columns.cosine_right - text_size(fonts().body, cosine).x;
    name(right, columns.second, columns.cosine_right - text_size(fonts().body, "−0.00").x - gap, label + 1);
    draw_label(fonts().body, {cosine_left, y}, mixed(diverging_map().at(pair.cosine), palette().text, 0.4f),
               cosine, kNearestKey, label + 2);
    const Common common = shared_by(task, left, right);
    const std::string text = elided(fonts().body, common.text, columns.right - columns.shared);
    if (!text.empty())
      draw_label(fonts().body, {columns.shared, y}, common.is_same ? palette().good : palette().text_muted,
                 text, kNearestKey, label + 3);
    return state.is_hovered;
  }

  std::vector<ContextPair> pairs_;
  std::shared_ptr<const Embeddings> of_;  ///< what the pairs were found in
  int layer_ = -1;
  std::optional<Index> selected_;
  SharedHover hover_;
};

}  // namespace

std::unique_ptr<View> make_nearest_view() { return std::make_unique<NearestView>(); }

}  // namespace gramscope::app
