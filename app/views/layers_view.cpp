#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/ui/axis.h"
#include "app/ui/format.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/hover_card.h"
#include "app/views/layer_history.h"
#include "app/views/picture_views.h"
#include "app/views/reading.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kLayersKey = "layers";

/// What is read off a layer, as a share from 0 to 1.
struct LayerQuantity {
  const char* key;
  const char* label;
  const char* summary;
  double (*of)(const LayerReading&);
  ImU32 Palette::*colour;
};

double semantic_of(const LayerReading& reading) { return reading.cka_semantic; }
double symmetric_of(const LayerReading& reading) { return reading.cka_symmetric; }
/// tr Sigma_W / (tr Sigma_W + tr Sigma_B), from 0 at collapse to 1.
double within_share(const LayerReading& reading) { return reading.nc1_quotient / (1.0 + reading.nc1_quotient); }

constexpr std::array<LayerQuantity, 3> kQuantities{{
    {"semantic", "semantic", "How far the layer's Gram matrix is the one the factors alone would give.", semantic_of,
     &Palette::semantic},
    {"symmetric", "symmetric", "How nearly all contexts are equally far apart in this layer.", symmetric_of,
     &Palette::symmetric},
    {"within", "within class",
     "Share of the variance between contexts of one label, nc1/(1 + nc1): 0 where a layer has collapsed each class.",
     within_share, &Palette::text},
}};

std::vector<const LayerQuantity*> defined_quantities(const std::vector<LayerReading>& layers) {
  std::vector<const LayerQuantity*> result;
  for (const auto& quantity : kQuantities)
    if (std::any_of(layers.begin(), layers.end(), [&](const auto& layer) { return std::isfinite(quantity.of(layer)); }))
      result.push_back(&quantity);
  return result;
}

std::string why_nothing(const Task& task) {
  if (task.factors.size() < 2 && task.has_one_context_per_label())
    return "Without two factors, and with a label for every context, there is only symmetry to read, and the states of "
           "every layer are equal.";
  return "The hidden states of every layer are equal: there is nothing to compare yet.";
}

void draw_layer_card(const LayerReading& reading) {
  HoverCard card;
  card.name(reading.name);
  const auto line = [&](const char* label, double value, ImU32 colour) {
    card.fact(label, std::isfinite(value) ? format_fixed(value, 3) : "not defined", colour);
  };
  line("semantic", reading.cka_semantic, palette().semantic);
  line("symmetric", reading.cka_symmetric, palette().symmetric);
  line("nc1_quotient", reading.nc1_quotient, 0);
  if (std::isfinite(reading.effective_rank)) card.fact("effective rank", format_fixed(reading.effective_rank, 1));
}

/// Where structure lives and where it collapses first: the readings of every layer, from the tokens to H, now and over
/// the steps since this view was first shown.
class LayersView final : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kLayersKey);
    observatory.view.wanted.inside.layers = true;
    ViewHeader header(rect, kLayersKey);
    const Snapshot* snapshot = observatory.snapshot();
    if (snapshot == nullptr || snapshot->layers.empty()) {
      header.title("Layers", {});
      return draw_placeholder(header.body(), reason(observatory), kLayersKey);
    }
    history_.add(*snapshot);
    const auto quantities = defined_quantities(snapshot->layers);
    draw_quantity_picker(header, quantities);
    header.title("Layers", {"where structure lives, and where it collapses first", "from the tokens to H"});
    const Rect body = header.body();
    if (quantities.empty()) return draw_placeholder(body, why_nothing(snapshot->task()), kLayersKey);
    const float s = ui_scale();
    const bool has_strip = body.height() >= 190 * s && body.width() >= 220 * s;
    const float split = has_strip ? std::round(body.min.y + 0.56f * body.height()) : body.max.y;
    draw_chart(observatory, *snapshot, quantities, {body.min, {body.max.x, split}});
    if (has_strip) draw_strip(observatory, *snapshot, {{body.min.x, split}, body.max});
  }

 private:
  static std::string reason(const Observatory& observatory) {
    if (observatory.snapshot() == nullptr) return "waiting for the first step";
    if (observatory.is_recording()) return "Snapshots hold no layers below H: they are read inside a network that runs here.";
    if (!observatory.layer_names().empty()) return "reading the layers";
    return "This model has no layers: its H is free. The transformer and the MLP have some.";
  }

  void draw_quantity_picker(ViewHeader& header, const std::vector<const LayerQuantity*>& quantities) {
    if (quantities.size() < 2) return;
    std::vector<Option> options;
    int current = 0;
    for (std::size_t i = 0; i < quantities.size(); ++i) {
      if (quantities[i]->key == shown_) current = static_cast<int>(i);
      options.push_back({quantities[i]->key, quantities[i]->label, quantities[i]->summary});
    }
    if (const auto picked = header.picker("strip", "over time", options, current))
      shown_ = quantities[static_cast<std::size_t>(*picked)]->key;
  }

  void draw_chart(Observatory& observatory, const Snapshot& snapshot,
                  const std::vector<const LayerQuantity*>& quantities, const Rect& rect) {
    const float s = ui_scale();
    const auto& layers = snapshot.layers;
    const float axis = text_size(fonts().small, "0.5").x + 8 * s;
    const Rect plot{{rect.min.x + 12 * s + axis, rect.min.y + 24 * s}, {rect.max.x - 16 * s, rect.max.y - 22 * s}};
    if (plot.width() < 40 * s || plot.height() < 24 * s) return;
    draw_legend(quantities, {{plot.min.x, rect.min.y}, {plot.max.x, plot.min.y - 4 * s}});
    draw_grid(plot);
    const float slot = plot.width() / static_cast<float>(layers.size());
    const auto x_of = [&](std::size_t i) { return plot.min.x + slot * (static_cast<float>(i) + 0.5f); };
    const auto state = interact("view.layers.chart", {{plot.min.x, plot.min.y}, {plot.max.x, rect.max.y}});
    std::optional<std::size_t> pointed;
    if (state.is_hovered)
      pointed = std::min(layers.size() - 1,
                         static_cast<std::size_t>(std::max(0.0f, (ImGui::GetIO().MousePos.x - plot.min.x) / slot)));
    ImDrawList* list = ImGui::GetWindowDrawList();
    const int chosen = snapshot.layer;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const bool is_chosen = chosen == static_cast<int>(i);
      if (!is_chosen && pointed != i) continue;
      list->AddRectFilled({x_of(i) - slot / 2, plot.min.y}, {x_of(i) + slot / 2, plot.max.y},
                          with_opacity(is_chosen ? palette().accent : palette().text, 0.10f));
    }
    for (const auto* quantity : quantities) draw_curve(layers, *quantity, plot, x_of);
    draw_names(layers, plot, rect.max.y, slot, x_of);
    draw_focus_ring(state, plot, 0);
    if (!pointed) return;
    draw_layer_card(layers[*pointed]);
    // The pictures of H show the layer that was clicked; the same again, H.
    if (state.was_pressed) {
      const int layer = static_cast<int>(*pointed);
      observatory.view.layer = observatory.view.layer == layer ? -1 : layer;
    }
  }

  static void draw_legend(const std::vector<const LayerQuantity*>& quantities, const Rect& row) {
    const float s = ui_scale();
    ImFont* font = fonts().small;
    const float y = centred_y(font, row.min.y, row.max.y);
    float x = row.min.x;
    int n = 10;
    for (const auto* quantity : quantities) {
      const float width = text_size(font, quantity->label).x;
      if (x + 14 * s + width > row.max.x) return;
      ImGui::GetWindowDrawList()->AddCircleFilled({x + 4 * s, (row.min.y + row.max.y) / 2}, 3.5f * s,
                                                  palette().*quantity->colour);
      draw_label(font, {x + 12 * s, y}, palette().text_muted, quantity->label, kLayersKey, n++);
      x += 12 * s + width + 16 * s;
    }
  }

  static void draw_grid(const Rect& plot) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    ImFont* font = fonts().small;
    int n = 20;
    for (const double value : {0.0, 0.5, 1.0}) {
      const float y = std::round(plot.max.y - static_cast<float>(value) * plot.height());
      list->AddRectFilled({plot.min.x, y}, {plot.max.x, y + 1}, palette().line);
      const std::string text = value == 0.5 ? "0.5" : format_fixed(value, 0);
      if (value != 0.5 || plot.height() >= 4 * font->FontSize)
        draw_label(font, {plot.min.x - 8 * ui_scale() - text_size(font, text).x, y - font->FontSize / 2},
                   palette().text_dim, text, kLayersKey, n++);
    }
  }

  template <class XOf>
  static void draw_curve(const std::vector<LayerReading>& layers, const LayerQuantity& quantity, const Rect& plot,
                         const XOf& x_of) {
    const float s = ui_scale();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImU32 colour = palette().*quantity.colour;
    std::optional<ImVec2> last;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const double value = quantity.of(layers[i]);
      if (!std::isfinite(value)) {
        last.reset();
        continue;
      }
      const ImVec2 at{x_of(i), plot.max.y - static_cast<float>(std::clamp(value, 0.0, 1.0)) * plot.height()};
      if (last) list->AddLine(*last, at, colour, 1.8f * s);
      list->AddCircleFilled(at, 3.5f * s, colour);
      last = at;
    }
  }

  template <class XOf>
  static void draw_names(const std::vector<LayerReading>& layers, const Rect& plot, float bottom, float slot,
                         const XOf& x_of) {
    ImFont* font = fonts().small;
    // Where names do not fit side by side, every second or third is written.
    std::size_t every = 1;
    while (every < layers.size() && slot * static_cast<float>(every) < 46 * ui_scale()) ++every;
    float taken = plot.min.x - 1;
    for (std::size_t i = 0; i < layers.size(); i += every) {
      const std::string name = elided(font, layers[i].name, slot * static_cast<float>(every) - 6 * ui_scale());
      const float width = text_size(font, name).x;
      const float x = std::clamp(x_of(i) - width / 2, plot.min.x, std::max(plot.min.x, plot.max.x - width));
      if (x <= taken) continue;
      draw_label(font, {x, centred_y(font, plot.max.y, bottom)}, palette().text_muted, name, kLayersKey,
                 30 + static_cast<int>(i));
      taken = x + width + 3 * ui_scale();
    }
  }

  /// Layers, the first at the bottom, by steps on a logarithmic axis.
  void draw_strip(const Observatory& observatory, const Snapshot& snapshot, const Rect& rect) {
    const float s = ui_scale();
    const auto found = std::find_if(kQuantities.begin(), kQuantities.end(),
                                    [&](const auto& quantity) { return quantity.key == shown_; });
    const auto defined = defined_quantities(snapshot.layers);
    const LayerQuantity& quantity =
        found != kQuantities.end() && std::find(defined.begin(), defined.end(), &*found) != defined.end()
            ? *found
            : *defined.front();
    const auto rows = snapshot.layers.size();
    ImFont* font = fonts().small;
    float names = 0.0f;
    for (const auto& layer : snapshot.layers) names = std::max(names, text_size(font, layer.name).x);
    names = std::min(names, 0.25f * rect.width());
    const Rect plot{{std::round(rect.min.x + 12 * s + names + 8 * s), rect.min.y + 6 * s},
                    {rect.max.x - 16 * s, rect.max.y - 22 * s}};
    const float row = std::floor(plot.height() / static_cast<float>(rows));
    if (row < 3 * s || plot.width() < 40 * s) return;
    const double end = to_axis(AxisScale::log1p, std::max(10.0, static_cast<double>(last_step(observatory))));
    const auto x_of = [&](double step) {
      return std::round(plot.min.x + plot.width() * static_cast<float>(to_axis(AxisScale::log1p, step) / end));
    };
    const auto top_of = [&](std::size_t layer) { return plot.min.y + row * static_cast<float>(rows - 1 - layer); };
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled(plot.min, {plot.max.x, plot.min.y + row * static_cast<float>(rows)},
                        with_opacity(palette().track, 0.5f));
    const auto& samples = history_.samples();
    const ImU32 colour = palette().*quantity.colour;
    for (std::size_t k = 0; k < samples.size(); ++k) {
      if (samples[k].layers.size() != rows) continue;
      const float left = x_of(static_cast<double>(samples[k].step));
      const float right = k + 1 < samples.size() ? x_of(static_cast<double>(samples[k + 1].step))
                                                 : std::max(left + 2, x_of(static_cast<double>(snapshot.step())));
      for (std::size_t l = 0; l < rows; ++l) {
        const double value = quantity.of(samples[k].layers[l]);
        if (!std::isfinite(value) || right <= left) continue;
        const auto share = static_cast<float>(std::clamp(value, 0.0, 1.0));
        list->AddRectFilled({left, top_of(l)}, {std::min(right, plot.max.x), top_of(l) + row - 1},
                            mixed(palette().background, colour, share));
      }
    }
    draw_strip_axes(snapshot, plot, rect, row, end, x_of, top_of);
    point_at_strip(quantity, plot, row, rows, end);
  }

  template <class XOf, class TopOf>
  static void draw_strip_axes(const Snapshot& snapshot, const Rect& plot, const Rect& rect, float row, double end,
                              const XOf& x_of, const TopOf& top_of) {
    const float s = ui_scale();
    ImFont* font = fonts().small;
    if (row >= font->FontSize)
      for (std::size_t l = 0; l < snapshot.layers.size(); ++l) {
        const std::string name = elided(font, snapshot.layers[l].name, plot.min.x - 8 * s - rect.min.x - 12 * s);
        draw_label(
            font, {plot.min.x - 8 * s - text_size(font, name).x, centred_y(font, top_of(l), top_of(l) + row)},
            palette().text_muted, name, kLayersKey, 100 + static_cast<int>(l));
      }
    const float bottom = plot.min.y + row * static_cast<float>(snapshot.layers.size());
    float taken = plot.min.x - 1;
    int n = 200;
    for (const auto& tick : ticks(AxisScale::log1p, 0.0, from_axis(AxisScale::log1p, end), 8)) {
      if (tick.label.empty()) continue;
      const float width = text_size(font, tick.label).x;
      const float x = std::clamp(x_of(tick.value) - width / 2, plot.min.x, plot.max.x - width);
      if (x <= taken) continue;
      draw_label(font, {x, bottom + 4 * s}, palette().text_dim, tick.label, kLayersKey, n++);
      taken = x + width + 6 * s;
    }
  }

  void point_at_strip(const LayerQuantity& quantity, const Rect& plot, float row, std::size_t rows, double end) const {
    const Rect area{plot.min, {plot.max.x, plot.min.y + row * static_cast<float>(rows)}};
    const auto state = interact("view.layers.strip", area);
    const auto& samples = history_.samples();
    if (!state.is_hovered || samples.empty()) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const double step = from_axis(AxisScale::log1p, end * (mouse.x - plot.min.x) / plot.width());
    const auto from_top = static_cast<std::size_t>(std::clamp((mouse.y - plot.min.y) / row, 0.0f, 1e6f));
    const std::size_t layer = rows - 1 - std::min(rows - 1, from_top);
    auto sample = std::upper_bound(samples.begin(), samples.end(), step,
                                   [](double wanted, const auto& s) { return wanted < static_cast<double>(s.step); });
    if (sample != samples.begin()) --sample;
    if (sample->layers.size() != rows) return;
    const double value = quantity.of(sample->layers[layer]);
    HoverCard card;
    card.name(sample->layers[layer].name);
    card.fact("step", format_count(sample->step));
    card.fact(quantity.label, std::isfinite(value) ? format_fixed(value, 3) : "not defined",
              palette().*quantity.colour);
  }

  static std::int64_t last_step(const Observatory& observatory) {
    std::int64_t last = observatory.status().step;
    if (const auto* snapshot = observatory.snapshot()) last = std::max(last, snapshot->step());
    if (observatory.config().contains("run.steps")) last = std::max(last, observatory.config().integer("run.steps"));
    return last;
  }

  LayerHistory history_;
  std::string shown_ = "semantic";
};

}  // namespace

std::unique_ptr<View> make_layers_view() { return std::make_unique<LayersView>(); }

}  // namespace gramscope::app
