#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/gl/heat_map.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/hover_card.h"
#include "app/views/picture_views.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kAttentionKey = "attention";
/// Frames that an answer may take before its absence means that there is none.
constexpr int kPatienceFrames = 60;

/// The tokens of a context, or the numbers of its positions where they are not known.
std::vector<std::string> position_names(const Task& task, Index context, Index positions) {
  std::vector<std::string> names;
  const auto j = static_cast<std::size_t>(context);
  const bool has_tokens = j < task.tokens.size() && static_cast<Index>(task.tokens[j].size()) == positions;
  for (Index t = 0; t < positions; ++t) {
    std::string name;
    if (has_tokens) {
      const auto token = static_cast<std::size_t>(task.tokens[j][static_cast<std::size_t>(t)]);
      if (token < task.token_names.size()) name = task.token_names[token];
    }
    names.push_back(name.empty() ? std::to_string(t + 1) : name);
  }
  return names;
}

/// A map with nothing where a position cannot look.
MatrixF causal_part(const MatrixD& probability) {
  MatrixF values = probability.cast<float>();
  for (Index s = 0; s < values.cols(); ++s)
    for (Index t = 0; t < std::min(s, values.rows()); ++t) values(t, s) = std::numeric_limits<float>::quiet_NaN();
  return values;
}

/// Where the maps stand: a row of heads for every block.
struct MapGrid {
  float side = 0.0f;
  float caption = 0.0f;
  float names = 0.0f;  ///< width of the tokens' names at the left
  ImVec2 origin{0, 0};
  ImVec2 pitch{0, 0};

  Rect map(Index block, Index head) const {
    const ImVec2 min{std::round(origin.x + pitch.x * static_cast<float>(head)),
                     std::round(origin.y + pitch.y * static_cast<float>(block))};
    return {min, {min.x + side, min.y + side}};
  }
};

MapGrid lay_out(const Rect& body, Index blocks, Index heads, Index positions, const std::vector<std::string>& names) {
  const float s = ui_scale();
  ImFont* font = fonts().small;
  MapGrid grid;
  float widest = 0.0f;
  for (const auto& name : names) widest = std::max(widest, text_size(font, name).x);
  widest = std::min(widest, 90 * s) + 8 * s;
  const float gap = 12 * s;
  const auto side_with = [&](float names_width, float caption) {
    const float width = (body.width() - 24 * s - names_width - gap * static_cast<float>(heads - 1)) /
                        static_cast<float>(heads);
    const float height = (body.height() - 10 * s - gap * static_cast<float>(blocks - 1)) / static_cast<float>(blocks) -
                         caption;
    return std::floor(std::min(width, height));
  };
  grid.caption = font->FontSize + 4 * s;
  if (side_with(0, grid.caption) < 36 * s) grid.caption = 0.0f;
  grid.side = side_with(0, grid.caption);
  const float named = side_with(widest, grid.caption);
  if (named / static_cast<float>(positions) >= font->FontSize && named >= 0.75f * grid.side) {
    grid.names = widest;
    grid.side = named;
  }
  grid.pitch = {grid.side + gap, grid.side + grid.caption + gap};
  const float width = grid.names + grid.pitch.x * static_cast<float>(heads) - gap;
  const float height = grid.pitch.y * static_cast<float>(blocks) - gap;
  grid.origin = {(body.min.x + body.max.x - width) / 2 + grid.names,
                 body.min.y + std::max(0.0f, (body.height() - 8 * s - height) / 2) + grid.caption};
  return grid;
}

/// Where each position of the selected context looks, in every head of every block.
class AttentionView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kAttentionKey);
    const Index wanted = std::clamp<Index>(observatory.view.selection.context_a.value_or(0), 0,
                                           std::max<Index>(0, observatory.task().contexts - 1));
    observatory.view.wanted.inside.attention = wanted;
    ViewHeader header(rect, kAttentionKey);
    const Snapshot* snapshot = observatory.snapshot();
    if (snapshot == nullptr || snapshot->embeddings->inside.attention.empty()) {
      header.title("Attention", {});
      ++frames_without_;
      return draw_placeholder(header.body(), reason(observatory), kAttentionKey);
    }
    frames_without_ = 0;
    const auto& inside = snapshot->embeddings->inside;
    const std::string name = context_name(snapshot->task(), inside.attention_context);
    const std::string of = "of “" + name + "”";
    const std::string shortened = "of “" + elided_start(fonts().body, name, 0.4f * rect.width()) + "”";
    const bool is_chosen = observatory.view.selection.context_a.has_value();
    const std::string hint = is_chosen ? of : of + "; click a context in any view for its own";
    header.title("Attention", {hint, of, shortened});
    draw_maps(observatory, *snapshot, header.body());
  }

 private:
  std::string reason(const Observatory& observatory) const {
    if (observatory.snapshot() == nullptr) return "waiting for the first step";
    if (observatory.is_recording()) return "Snapshots hold no attention: it is looked at inside a transformer that runs here.";
    if (frames_without_ < kPatienceFrames) return "looking inside the network";
    return "This model has no attention. The transformer's positions look back along the context.";
  }

  void draw_maps(Observatory& observatory, const Snapshot& snapshot, const Rect& body) {
    const auto& inside = snapshot.embeddings->inside;
    Index blocks = 0;
    Index heads = 0;
    for (const auto& map : inside.attention) {
      blocks = std::max(blocks, map.block + 1);
      heads = std::max(heads, map.head + 1);
    }
    const Index positions = inside.attention.front().probability.rows();
    if (positions == 0) return draw_placeholder(body, "This context has no tokens.", kAttentionKey);
    const auto names = position_names(snapshot.task(), inside.attention_context, positions);
    const MapGrid grid = lay_out(body, blocks, heads, positions, names);
    if (grid.side < 4) return;
    while (maps_.size() < inside.attention.size()) maps_.push_back(std::make_unique<HeatMap>());
    if (snapshot.embeddings != of_) {
      values_.clear();
      for (const auto& map : inside.attention) values_.push_back(causal_part(map.probability));
      of_ = snapshot.embeddings;
    }
    if (grid.names > 0) draw_names(grid, blocks, names);
    for (std::size_t i = 0; i < inside.attention.size(); ++i)
      draw_map(observatory, grid, inside.attention[i], i, names);
  }

  static void draw_names(const MapGrid& grid, Index blocks, const std::vector<std::string>& names) {
    ImFont* font = fonts().small;
    const float cell = grid.side / static_cast<float>(names.size());
    int n = 10;
    for (Index block = 0; block < blocks; ++block) {
      const Rect first = grid.map(block, 0);
      for (std::size_t t = 0; t < names.size(); ++t) {
        const std::string name = elided(font, names[t], grid.names - 8 * ui_scale());
        const float top = first.min.y + cell * static_cast<float>(t);
        draw_label(font,
                   {first.min.x - 6 * ui_scale() - text_size(font, name).x, centred_y(font, top, top + cell)},
                   palette().text_muted, name, kAttentionKey, n++);
      }
    }
  }

  void draw_map(Observatory& observatory, const MapGrid& grid, const AttentionMap& map, std::size_t i,
                const std::vector<std::string>& names) {
    const float s = ui_scale();
    const Rect rect = grid.map(map.block, map.head);
    const Canvas canvas = Canvas::current();
    HeatMap* heat = maps_[i].get();
    heat->set(values_[i], {}, static_cast<int>(grid.side * canvas.scale.x));
    const float cell = grid.side / static_cast<float>(names.size());
    const float gap = cell >= 6 * s ? std::max(1.0f, std::round(canvas.scale.x)) : 0.0f;
    observatory.draws.add([heat, canvas, rect, gap, colour = palette().background] {
      heat->draw(canvas, rect.min, rect.max, gap, colour);
    });
    if (grid.caption > 0) {
      ImFont* font = fonts().small;
      std::string caption = fmt::format("block {}, head {}", map.block + 1, map.head + 1);
      if (text_size(font, caption).x > grid.side) caption = fmt::format("{}.{}", map.block + 1, map.head + 1);
      if (text_size(font, caption).x <= grid.side)
        draw_label(font, {rect.min.x, rect.min.y - grid.caption}, palette().text_muted, caption,
                   kAttentionKey, 1000 + static_cast<int>(i));
    }
    const auto state = interact(fmt::format("view.attention.map.{}.{}", map.block + 1, map.head + 1), rect);
    if (!state.is_hovered) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const auto position = [&](float offset) {
      return std::clamp<Index>(static_cast<Index>(offset / cell), 0, static_cast<Index>(names.size()) - 1);
    };
    const Index t = position(mouse.y - rect.min.y);
    const Index at = position(mouse.x - rect.min.x);
    draw_card(map, t, at, names);
    ImGui::GetWindowDrawList()->AddRect(
        {rect.min.x + cell * static_cast<float>(at), rect.min.y + cell * static_cast<float>(t)},
        {rect.min.x + cell * static_cast<float>(at + 1), rect.min.y + cell * static_cast<float>(t + 1)},
        with_opacity(palette().text, 0.8f), 0, 0, std::max(1.0f, s));
  }

  static void draw_card(const AttentionMap& map, Index t, Index at, const std::vector<std::string>& names) {
    HoverCard card;
    card.name(fmt::format("block {}, head {}", map.block + 1, map.head + 1));
    const auto position = [&](Index i) {
      return fmt::format("“{}” (position {})", names[static_cast<std::size_t>(i)], i + 1);
    };
    card.fact("from", position(t));
    card.fact("to", position(at));
    if (at > t)
      card.fact("looks", "never: it comes later");
    else
      card.fact("probability", percentage(map.probability(t, at)));
  }

  std::vector<std::unique_ptr<HeatMap>> maps_;
  std::vector<MatrixF> values_;
  std::shared_ptr<const Embeddings> of_;  ///< what the values were taken from
  int frames_without_ = 0;
};

}  // namespace

std::unique_ptr<View> make_attention_view() { return std::make_unique<AttentionView>(); }

}  // namespace gramscope::app
