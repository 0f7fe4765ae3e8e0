#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "app/gl/colour_map.h"
#include "app/gl/point_cloud.h"
#include "app/ui/interaction.h"
#include "app/ui/text.h"
#include "app/ui/theme.h"
#include "app/views/hover_card.h"
#include "app/views/label_placer.h"
#include "app/views/pair_card.h"
#include "app/views/picture_views.h"
#include "app/views/projection_picture.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kProjectionKey = "pca";

/// Name, factor values, and which contexts are nearest now.
void draw_context_card(const Snapshot& snapshot, Index j) {
  const Task& task = snapshot.task();
  HoverCard card;
  card.name(context_name(task, j));
  describe_context(card, task, j);
  if (snapshot.gram_h.rows() != task.contexts || task.contexts < 2) return;
  std::vector<Index> others(static_cast<std::size_t>(task.contexts));
  std::iota(others.begin(), others.end(), Index{0});
  others.erase(others.begin() + j);
  const auto most = static_cast<std::ptrdiff_t>(std::min<std::size_t>(3, others.size()));
  // An undefined cosine (a context at the mean) is nearest to nobody.
  const auto closeness = [&](Index other) {
    const float cosine = snapshot.gram_h(j, other);
    return std::isnan(cosine) ? -2.0f : cosine;
  };
  std::partial_sort(others.begin(), others.begin() + most, others.end(), [&](Index a, Index b) {
    return closeness(a) != closeness(b) ? closeness(a) > closeness(b) : a < b;
  });
  card.heading("nearest by cosine");
  for (std::ptrdiff_t i = 0; i < most; ++i) {
    const Index other = others[static_cast<std::size_t>(i)];
    const float cosine = snapshot.gram_h(j, other);
    card.fact(context_name(task, other), signed_cosine(cosine), diverging_map().at(cosine));
  }
}

std::string colour_summary(const Task& task, const Grouping& grouping) {
  switch (grouping.by) {
    case Grouping::By::factor:
      return "One colour and marker for every " + grouping_label(task, grouping) + ".";
    case Grouping::By::label:
      return "One colour and marker for every word that follows.";
    case Grouping::By::next_word:
      return "One colour and marker for every most likely next word.";
    case Grouping::By::support:
      return "One colour and marker for every set of words that can follow.";
    case Grouping::By::nothing:
      return "All points alike.";
  }
  return {};
}

/// "colour by: shape". Absent where there is nothing to choose.
void draw_class_picker(ViewHeader& header, ViewState& view, const Task& task) {
  const auto allowed = groupings(task);
  if (allowed.size() < 2) return;
  std::vector<Option> options;
  for (const auto& grouping : allowed) {
    const bool is_nothing = grouping.by == Grouping::By::nothing;
    options.push_back({is_nothing ? "nothing" : grouping_key(task, grouping),
                       is_nothing ? "nothing" : grouping_label(task, grouping), colour_summary(task, grouping)});
  }
  const auto current = std::find(allowed.begin(), allowed.end(), fitting(task, view.colour));
  const auto picked =
      header.picker("colour", "colour by", options, static_cast<int>(current - allowed.begin()));
  if (picked) view.colour = allowed[static_cast<std::size_t>(*picked)];
}

class ProjectionView : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(kProjectionKey);
    ViewHeader header(rect, kProjectionKey);
    ViewState& view = observatory.view;
    const Snapshot* snapshot = observatory.snapshot();
    const auto& task = snapshot != nullptr ? snapshot->embeddings->task : observatory.shared_task();
    draw_class_picker(header, view, *task);
    header.layer_picker(observatory);
    const PointClasses& classes = classes_of(task, view.colour);
    const std::string title = "PCA of " + shown_layer(snapshot);
    if (snapshot == nullptr || snapshot->projection.cols() == 0) {
      header.title(title, {});
      hover_.set(view.selection, std::nullopt, std::nullopt);
      return draw_placeholder(header.body(), "waiting for the first step", kProjectionKey);
    }
    const std::string share = percentage(snapshot->explained_variance_3);
    header.title(title, {share + " of variance in 3 axes", share + " of variance", share});
    const Rect body = header.body();
    if (body.width() < 24 || body.height() < 24) return;
    draw_scene(observatory, *snapshot, classes, body);
  }

 private:
  void draw_scene(Observatory& observatory, const Snapshot& snapshot, const PointClasses& classes,
                  const Rect& body) {
    ViewState& view = observatory.view;
    const Rect toggle = draw_label_toggle(view, body);
    const auto state = interact("view.pca.scene", body,
                                ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
    const float inset = 4 * ui_scale();
    draw_focus_ring(state,
                    {{body.min.x + inset, body.min.y + inset}, {body.max.x - inset, body.max.y - inset}}, 0);
    steer(view.camera, state);
    const float radius = radius_.follow(static_cast<float>(snapshot.projection_radius), snapshot.segment(),
                                        ImGui::GetIO().DeltaTime);
    Camera camera = view.camera;
    // A plane is best looked at from above: there a regular polygon looks regular.
    if (is_flat(snapshot)) {
      camera.azimuth -= Camera{}.azimuth;
      camera.elevation += std::numbers::pi_v<float> / 2 - Camera{}.elevation;
    }
    cloud_.clear();
    const Rect legend = draw_legend(classes, body);
    const OrbitScene scene(camera, beside(legend, body), radius);
    const ProjectionFrame frame = look(snapshot, classes, scene);
    point_at(view.selection, frame, state);

    // Only text and marks of this view: nothing may lie across its neighbours.
    const ScopedClip clip(body);
    add_reference(scene, cloud_.segments);
    add_links(frame, view.selection, cloud_.segments);
    add_points(frame, view.selection, cloud_.points);
    if (view.show_labels) draw_labels(frame, view.selection, body, {legend, toggle});
    observatory.draws.add([this, canvas = Canvas::current(), body, outline = palette().background] {
      cloud_.draw(canvas, body.min, body.max, outline);
    });
  }

  /// The part of the body in whose middle the scene stands: all of it where the legend is not in the scene's
  /// way.
  static Rect beside(const Rect& legend, const Rect& body) {
    const float margin = (body.width() - std::min(body.width(), body.height())) / 2;
    const float shift = std::clamp(legend.width() - margin, 0.0f, 0.3f * body.width());
    return {{body.min.x + shift, body.min.y}, body.max};
  }

  static void steer(Camera& camera, const Interaction& state) {
    const ImGuiIO& io = ImGui::GetIO();
    if (state.is_hovered && io.MouseWheel != 0.0f)
      camera.zoom = std::clamp(camera.zoom * std::pow(1.12f, io.MouseWheel), kLeastZoom, kMostZoom);
    if (state.is_hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) camera = {};
    if (!state.is_held) return;
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 3.0f)) {
      constexpr float kRadiansPerPixel = 0.0085f;
      camera.azimuth += io.MouseDelta.x * kRadiansPerPixel / ui_scale();
      camera.elevation = std::clamp(camera.elevation + io.MouseDelta.y * kRadiansPerPixel / ui_scale(),
                                    -kSteepest, kSteepest);
    } else if (ImGui::IsMouseDragging(ImGuiMouseButton_Right, 0.0f)) {
      camera.pan_x += io.MouseDelta.x;
      camera.pan_y += io.MouseDelta.y;
    }
  }

  /// The context under the mouse: read-out, highlight everywhere, and selection by a click that was not a
  /// drag.
  void point_at(Selection& selection, const ProjectionFrame& frame, const Interaction& state) {
    const ImGuiIO& io = ImGui::GetIO();
    const bool is_dragging = state.is_held && io.MouseDragMaxDistanceSqr[0] > 9.0f;
    std::optional<Index> found;
    float best = 12.0f * ui_scale();
    if (state.is_hovered && !is_dragging) {
      for (const Index j : frame.by_depth) {
        const Seen& seen = frame.seen[static_cast<std::size_t>(j)];
        const float distance = std::hypot(seen.at.x - io.MousePos.x, seen.at.y - io.MousePos.y);
        // From far to near, so that of two points in one place the one in front is meant.
        if (distance > best) continue;
        best = distance;
        found = j;
      }
    }
    hover_.set(selection, found, std::nullopt);
    if (!found) return;
    if (state.was_pressed && io.MouseReleased[0] && io.MouseDragMaxDistanceSqr[0] <= 9.0f)
      select_pair(selection, *found, *found);
    draw_context_card(frame.snapshot, *found);
  }

  static Rect draw_label_toggle(ViewState& view, const Rect& body) {
    const float s = ui_scale();
    const ImVec2 size = tick_box_size("labels");
    if (body.width() < 3 * size.x || body.height() < 4 * size.y) return {};
    const Rect rect{{body.max.x - 12 * s - size.x, body.max.y - 6 * s - size.y},
                    {body.max.x - 12 * s, body.max.y - 6 * s}};
    if (tick_box("picker.pca.labels", rect, "labels", view.show_labels)) view.show_labels = !view.show_labels;
    return rect;
  }

  /// Markers and names of the classes at the bottom left. Gives the rectangle it takes, empty if none.
  Rect draw_legend(const PointClasses& classes, const Rect& body) {
    const float s = ui_scale();
    const float line = 17 * s;
    const auto room = static_cast<std::size_t>(std::max(0.0f, (body.height() * 0.55f) / line));
    // In a small picture the legend would hide the points; hover cards name them.
    if (classes.names.empty() || room == 0 || body.width() < 250 * s) return {};
    const std::size_t shown = classes.names.size() <= room ? classes.names.size() : room - 1;
    const std::size_t lines = std::min(classes.names.size(), room);
    const float left = body.min.x + 14 * s;
    const float most = body.width() * 0.4f;
    float top = body.max.y - 10 * s - line * static_cast<float>(lines);
    Rect rect{{left - 2 * s, top - 2 * s}, {left, body.max.y}};
    ImFont* font = fonts().body;
    for (std::size_t i = 0; i < lines; ++i) {
      const bool is_rest = i >= shown;
      const std::string text = is_rest ? fmt::format("and {} more", classes.names.size() - shown)
                                       : elided(font, classes.names[i], most);
      if (!is_rest) {
        const ClassStyle& style = classes.styles[i];
        cloud_.points.push_back({{left + 6 * s, top + line / 2}, 5.2f * s, style.colour, style.marker, 0, 0});
      }
      const float x = is_rest ? left : left + 19 * s;
      draw_label(font, {x, centred_y(font, top, top + line)}, is_rest ? palette().text_muted : palette().text,
                 text, kProjectionKey, 10 + static_cast<int>(i));
      rect.max.x = std::max(rect.max.x, x + text_size(font, text).x + 4 * s);
      top += line;
    }
    return rect;
  }

  /// Names beside the points: those pointed at and selected first, then from the nearest back, as many as
  /// fit.
  void draw_labels(const ProjectionFrame& frame, const Selection& selection, const Rect& body,
                   const std::vector<Rect>& taken) {
    const float s = ui_scale();
    LabelPlacer placer({{body.min.x + 4 * s, body.min.y}, {body.max.x - 4 * s, body.max.y - 3 * s}});
    for (const Rect& rect : taken)
      if (rect.width() > 0) placer.block(rect);
    std::vector<Index> order(frame.by_depth.rbegin(), frame.by_depth.rend());
    const auto is_marked = [&](Index j) { return is_selected(selection, j) || is_pointed_at(selection, j); };
    const auto marked_end = std::stable_partition(order.begin(), order.end(), is_marked);
    places_.resize(frame.seen.size(), 0);
    int n = 100;
    const auto label = [&](Index j, const Rect& own) {
      if (!body.contains({(own.min.x + own.max.x) / 2, (own.min.y + own.max.y) / 2})) return;
      const std::string name = elided_start(fonts().small, context_name(frame.task(), j), 150 * s);
      const ImVec2 size = text_size(fonts().small, name);
      const auto at = placer.place(own, size, 4 * s, places_[static_cast<std::size_t>(j)]);
      if (!at) return;
      const float opacity = 0.35f + 0.65f * frame.of(j).nearness;
      const ImU32 colour = is_marked(j) ? palette().text : with_opacity(palette().text_muted, opacity);
      draw_label(fonts().small, *at, colour, name, kProjectionKey, n++);
    };
    // What one points at is named even where that hides other points; its ring takes room.
    for (auto it = order.begin(); it != marked_end; ++it) {
      const Rect own = frame.marker_rect(*it);
      const float ring = 0.6f * own.width();
      label(*it, {{own.min.x - ring, own.min.y - ring}, {own.max.x + ring, own.max.y + ring}});
    }
    for (const Index j : frame.by_depth) placer.block(frame.marker_rect(j));
    // Trying thousands of names that cannot fit would cost more than it shows.
    constexpr std::ptrdiff_t kMostTried = 128;
    const auto end = marked_end + std::min(kMostTried, order.end() - marked_end);
    for (auto it = marked_end; it != end; ++it) label(*it, frame.marker_rect(*it));
  }

  const PointClasses& classes_of(const std::shared_ptr<const Task>& task, const Grouping& grouping) {
    if (task != classified_ || grouping != classified_by_) classes_ = classify(*task, grouping);
    classified_ = task;
    classified_by_ = grouping;
    return classes_;
  }

  PointClasses classes_;
  std::shared_ptr<const Task> classified_;
  Grouping classified_by_;
  PointCloud cloud_;
  SettledRadius radius_;
  SharedHover hover_;
  std::vector<int> places_;  ///< where each context's label stood last
};

}  // namespace

std::unique_ptr<View> make_projection_view() { return std::make_unique<ProjectionView>(); }

}  // namespace gramscope::app
