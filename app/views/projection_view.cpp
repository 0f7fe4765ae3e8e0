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
#include "app/views/orbit_scene.h"
#include "app/views/pair_card.h"
#include "app/views/picture_views.h"
#include "app/views/point_classes.h"
#include "app/views/view_header.h"

namespace gramscope::app {
namespace {

constexpr std::string_view kKey = "pca";
/// Links between neighbours are drawn up to this many contexts: beyond it they would hide what they explain.
constexpr Index kMostLinked = 125;

float marker_radius(Index contexts) {
  if (contexts <= 64) return 5.6f * ui_scale();
  if (contexts <= 256) return 4.4f * ui_scale();
  return 3.0f * ui_scale();
}

/// The frame's picture before it is drawn.
struct Frame {
  const Snapshot& snapshot;
  const PointClasses& classes;
  std::vector<Seen> seen;       ///< by context
  std::vector<Index> by_depth;  ///< contexts, far to near
};

bool is_chosen(const Selection& selection, Index context) {
  return selection.context_a == context || selection.context_b == context;
}
bool is_pointed_at(const Selection& selection, Index context) {
  return selection.hovered_a == context || selection.hovered_b == context;
}

Frame look(const Snapshot& snapshot, const PointClasses& classes, const OrbitScene& scene) {
  Frame frame{snapshot, classes, {}, {}};
  const auto& points = snapshot.projection;
  for (Index j = 0; j < points.cols(); ++j)
    frame.seen.push_back(scene.see(points(0, j), points(1, j), points(2, j)));
  frame.by_depth.resize(frame.seen.size());
  std::iota(frame.by_depth.begin(), frame.by_depth.end(), Index{0});
  std::sort(frame.by_depth.begin(), frame.by_depth.end(), [&](Index a, Index b) {
    return frame.seen[static_cast<std::size_t>(a)].nearness <
           frame.seen[static_cast<std::size_t>(b)].nearness;
  });
  return frame;
}

/// A horizontal circle as large as the cloud, and a short upright axis: they show which way one looks.
void add_reference(const OrbitScene& scene, std::vector<Segment>& segments) {
  constexpr int kSides = 96;
  const float r = scene.radius();
  const auto colour = [](const Seen& seen) {
    return with_opacity(palette().text_muted, 0.10f + 0.32f * seen.nearness);
  };
  const auto on_ring = [&](int i) {
    const float angle = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / kSides;
    return scene.see(r * std::cos(angle), r * std::sin(angle), 0);
  };
  Seen last = on_ring(0);
  for (int i = 1; i <= kSides; ++i) {
    const Seen next = on_ring(i);
    segments.push_back({last.at, next.at, ui_scale(), colour(last), colour(next)});
    last = next;
  }
  const float tick = 0.06f * r;
  const std::array<std::array<float, 3>, 3> axes{{{tick, 0, 0}, {0, tick, 0}, {0, 0, tick}}};
  for (const auto& axis : axes) {
    const Seen a = scene.see(-axis[0], -axis[1], -axis[2]);
    const Seen b = scene.see(axis[0], axis[1], axis[2]);
    segments.push_back({a.at, b.at, ui_scale(), colour(a), colour(b)});
  }
}

void add_links(const Frame& frame, const Selection& selection, std::vector<Segment>& segments) {
  const auto& task = frame.snapshot.task();
  if (task.contexts <= kMostLinked) {
    // The more links there are, the fainter each: what is to be seen is the lattice, not the lines.
    const auto links = neighbours_by_factor(task);
    const float strength = 0.26f * std::min(1.0f, std::sqrt(100.0f / static_cast<float>(links.size() + 1)));
    for (const auto& [a, b] : links) {
      const Seen& from = frame.seen[static_cast<std::size_t>(a)];
      const Seen& to = frame.seen[static_cast<std::size_t>(b)];
      const bool is_pointed = is_pointed_at(selection, a) || is_pointed_at(selection, b);
      const auto colour = [&](const Seen& seen) {
        const float opacity = is_pointed ? 0.55f : strength;
        return with_opacity(palette().text, opacity * (0.35f + 0.65f * seen.nearness));
      };
      segments.push_back({from.at, to.at, ui_scale(), colour(from), colour(to)});
    }
  }
  const auto count = static_cast<Index>(frame.seen.size());
  if (selection.context_a && selection.context_b && *selection.context_a < count &&
      *selection.context_b < count)
    segments.push_back({frame.seen[static_cast<std::size_t>(*selection.context_a)].at,
                        frame.seen[static_cast<std::size_t>(*selection.context_b)].at, 1.5f * ui_scale(),
                        palette().accent, palette().accent});
}

Point point_of(const Frame& frame, const Selection& selection, Index j) {
  const Seen& seen = frame.seen[static_cast<std::size_t>(j)];
  const ClassStyle style = class_style(frame.classes.of_context[static_cast<std::size_t>(j)]);
  Point point;
  point.position = seen.at;
  point.radius = marker_radius(frame.snapshot.task().contexts) * seen.scale;
  // Distance as haze: far points fade into the ground.
  point.colour = mixed(palette().background, style.colour, 0.42f + 0.58f * seen.nearness);
  point.marker = style.marker;
  const bool is_selected = is_chosen(selection, j);
  if (is_selected || is_pointed_at(selection, j)) {
    point.radius *= 1.3f;
    point.colour = style.colour;
    point.ring = (is_selected ? 2.0f : 1.4f) * ui_scale();
    point.ring_colour = is_selected ? palette().accent : palette().text;
  }
  return point;
}

std::string name_of(const Task& task, Index j) {
  const auto i = static_cast<std::size_t>(j);
  return i < task.context_names.size() ? task.context_names[i] : fmt::format("context {}", j + 1);
}

void draw_context_card(const Snapshot& snapshot, Index j) {
  const Task& task = snapshot.task();
  HoverCard card;
  card.name(name_of(task, j));
  for (const auto& factor : task.factors)
    card.fact(factor.name,
              factor.value_names[static_cast<std::size_t>(factor.value[static_cast<std::size_t>(j)])]);
  if (snapshot.gram_h.rows() != task.contexts || task.contexts < 2) return;
  std::vector<Index> others(static_cast<std::size_t>(task.contexts));
  std::iota(others.begin(), others.end(), Index{0});
  others.erase(others.begin() + j);
  const auto most = static_cast<std::ptrdiff_t>(std::min<std::size_t>(3, others.size()));
  std::partial_sort(others.begin(), others.begin() + most, others.end(), [&](Index a, Index b) {
    return snapshot.gram_h(j, a) > snapshot.gram_h(j, b) ||
           (snapshot.gram_h(j, a) == snapshot.gram_h(j, b) && a < b);
  });
  card.heading("nearest by cosine");
  for (std::ptrdiff_t i = 0; i < most; ++i) {
    const Index other = others[static_cast<std::size_t>(i)];
    const float cosine = snapshot.gram_h(j, other);
    card.fact(name_of(task, other), signed_cosine(cosine), diverging_map().at(cosine));
  }
}

/// "colour by: shape". Gives the classes that follow from it.
PointClasses draw_class_picker(ViewHeader& header, ViewState& view, const Task& task) {
  const int factors = static_cast<int>(task.factors.size());
  std::vector<Option> options;
  for (const auto& factor : task.factors)
    options.push_back({factor.name, factor.name, "One colour and marker for every " + factor.name + "."});
  if (task.is_one_hot())
    options.push_back({"label", "label", "One colour and marker for every word that follows."});
  const bool is_factor = view.colour_factor >= 0 && view.colour_factor < factors;
  const int current = is_factor ? view.colour_factor : factors;
  if (options.size() > 1) {
    const auto picked = header.picker("colour", "colour by", options, current);
    if (picked) view.colour_factor = *picked == factors ? -1 : *picked;
  }
  return classify(task, view.colour_factor);
}

class ProjectionView : public View {
 public:
  void draw(Observatory& observatory, const Rect& rect) override {
    const ViewScope scope(rect, kKey);
    ViewHeader header(rect, kKey);
    ViewState& view = observatory.view;
    const Snapshot* snapshot = observatory.snapshot();
    const PointClasses classes =
        draw_class_picker(header, view, snapshot != nullptr ? snapshot->task() : observatory.task());
    if (header.toggle("labels", "labels", view.show_labels)) view.show_labels = !view.show_labels;
    if (snapshot == nullptr || snapshot->projection.cols() == 0) {
      header.title("PCA of H", {});
      hover_.set(view.selection, std::nullopt, std::nullopt);
      return draw_placeholder(header.body(), "waiting for the first step", kKey);
    }
    header.title("PCA of H", percentage(snapshot->explained_variance_3) + " of variance in 3 axes");
    const Rect body = header.body();
    if (body.width() < 24 || body.height() < 24) return;
    draw_scene(observatory, *snapshot, classes, body);
  }

 private:
  void draw_scene(Observatory& observatory, const Snapshot& snapshot, const PointClasses& classes,
                  const Rect& body) {
    ViewState& view = observatory.view;
    const auto state = interact("view.pca.scene", body,
                                ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
    const float inset = 4 * ui_scale();
    draw_focus_ring(state,
                    {{body.min.x + inset, body.min.y + inset}, {body.max.x - inset, body.max.y - inset}}, 0);
    steer(view.camera, state);
    const float radius = radius_.follow(static_cast<float>(snapshot.projection_radius), snapshot.segment(),
                                        ImGui::GetIO().DeltaTime);
    const OrbitScene scene(view.camera, body, radius);
    const Frame frame = look(snapshot, classes, scene);
    point_at(view.selection, frame, state);

    // Only text and marks of this view: nothing may lie across its neighbours.
    const ScopedClip clip(body);
    cloud_.clear();
    add_reference(scene, cloud_.segments);
    add_links(frame, view.selection, cloud_.segments);
    for (const Index j : frame.by_depth) cloud_.points.push_back(point_of(frame, view.selection, j));
    const Rect legend = draw_legend(classes, body);
    if (view.show_labels) draw_labels(frame, view.selection, body, legend);
    observatory.draws.add([this, canvas = Canvas::current(), body, outline = palette().background] {
      cloud_.draw(canvas, body.min, body.max, outline);
    });
  }

  static void steer(Camera& camera, const Interaction& state) {
    const ImGuiIO& io = ImGui::GetIO();
    if (state.is_hovered && io.MouseWheel != 0.0f)
      camera.zoom = std::clamp(camera.zoom * std::pow(1.12f, io.MouseWheel), 0.2f, 20.0f);
    if (state.is_hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) camera = {};
    if (!state.is_held) return;
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left, 3.0f)) {
      constexpr float kRadiansPerPixel = 0.0085f;
      camera.azimuth += io.MouseDelta.x * kRadiansPerPixel / ui_scale();
      constexpr float kSteepest = 1.5f;
      camera.elevation = std::clamp(camera.elevation + io.MouseDelta.y * kRadiansPerPixel / ui_scale(),
                                    -kSteepest, kSteepest);
    } else if (ImGui::IsMouseDragging(ImGuiMouseButton_Right, 0.0f)) {
      camera.pan_x += io.MouseDelta.x;
      camera.pan_y += io.MouseDelta.y;
    }
  }

  /// The context under the mouse: read-out, highlight everywhere, and selection by a click that was not a
  /// drag.
  void point_at(Selection& selection, const Frame& frame, const Interaction& state) {
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

  /// Markers and names of the classes at the bottom left. Gives the rectangle it takes, empty if none.
  Rect draw_legend(const PointClasses& classes, const Rect& body) {
    const float s = ui_scale();
    const float line = 17 * s;
    const auto room = static_cast<std::size_t>(std::max(0.0f, (body.height() * 0.55f) / line));
    if (classes.names.empty() || room == 0) return {};
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
        const ClassStyle style = class_style(static_cast<int>(i));
        cloud_.points.push_back({{left + 6 * s, top + line / 2}, 5.2f * s, style.colour, style.marker, 0, 0});
      }
      const float x = is_rest ? left : left + 19 * s;
      draw_label(font, {x, centred_y(font, top, top + line)}, is_rest ? palette().text_muted : palette().text,
                 text, kKey, 10 + static_cast<int>(i));
      rect.max.x = std::max(rect.max.x, x + text_size(font, text).x + 4 * s);
      top += line;
    }
    return rect;
  }

  /// Names beside the points: those pointed at and selected first, then from the nearest back, as many as
  /// fit.
  void draw_labels(const Frame& frame, const Selection& selection, const Rect& body, const Rect& legend) {
    const Task& task = frame.snapshot.task();
    const float s = ui_scale();
    const Rect bounds{{body.min.x + 4 * s, body.min.y}, {body.max.x - 4 * s, body.max.y - 3 * s}};
    LabelPlacer placer(bounds);
    if (legend.width() > 0) placer.block(legend);
    const auto own_rect = [&](Index j) {
      const Seen& seen = frame.seen[static_cast<std::size_t>(j)];
      const float r = marker_radius(task.contexts) * seen.scale;
      return Rect{{seen.at.x - r, seen.at.y - r}, {seen.at.x + r, seen.at.y + r}};
    };
    for (const Index j : frame.by_depth) placer.block(own_rect(j));

    std::vector<Index> order(frame.by_depth.rbegin(), frame.by_depth.rend());
    std::stable_partition(order.begin(), order.end(),
                          [&](Index j) { return is_chosen(selection, j) || is_pointed_at(selection, j); });
    // Trying thousands of names that cannot fit would cost more than it shows.
    constexpr std::size_t kMostTried = 128;
    if (order.size() > kMostTried) order.resize(kMostTried);
    places_.resize(frame.seen.size(), 0);
    int n = 100;
    for (const Index j : order) {
      const Rect own = own_rect(j);
      if (!body.contains({(own.min.x + own.max.x) / 2, (own.min.y + own.max.y) / 2})) continue;
      const std::string name = elided(fonts().small, name_of(task, j), 150 * s);
      const auto at =
          placer.place(own, text_size(fonts().small, name), 4 * s, places_[static_cast<std::size_t>(j)]);
      if (!at) continue;
      const bool is_marked = is_chosen(selection, j) || is_pointed_at(selection, j);
      const float nearness = frame.seen[static_cast<std::size_t>(j)].nearness;
      const ImU32 colour =
          is_marked ? palette().text : with_opacity(palette().text_muted, 0.35f + 0.65f * nearness);
      draw_label(fonts().small, *at, colour, name, kKey, n++);
    }
  }

  PointCloud cloud_;
  SettledRadius radius_;
  SharedHover hover_;
  std::vector<int> places_;  ///< where each context's label stood last
};

}  // namespace

std::unique_ptr<View> make_projection_view() { return std::make_unique<ProjectionView>(); }

}  // namespace gramscope::app
