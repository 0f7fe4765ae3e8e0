// Draws every registered view for three frames, at several sizes and moments of a run, and checks what can be
// checked of a picture: that nothing throws, that something is drawn, that no text is cut off or lies across
// other text. With a directory as its argument it leaves the pictures there.
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>

#include "app/views/view.h"
#include "tests/app/fake_runs.h"
#include "tests/app/fake_theory_run.h"
#include "tests/app/panel_gallery.h"
#include "tests/app/view_stage.h"

namespace {

using namespace gramscope;
using namespace gramscope::app;

int failures = 0;

void expect(bool is_true, const std::string& what) {
  if (is_true) return;
  ++failures;
  std::fprintf(stderr, "view_gallery: %s\n", what.c_str());
}

bool overlap(const Item& a, const Item& b) {
  return a.min.x < b.max.x && b.min.x < a.max.x && a.min.y < b.max.y && b.min.y < a.max.y;
}

/// The labels of a frame are whole, and none lies across another.
void check_labels(const std::string& where) {
  std::vector<Item> labels;
  for (const auto& item : items().all())
    if (item.name.starts_with("label.")) labels.push_back(item);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Item& a = labels[i];
    const bool is_whole = a.min.x >= a.clip_min.x - 0.5f && a.min.y >= a.clip_min.y - 0.5f &&
                          a.max.x <= a.clip_max.x + 0.5f && a.max.y <= a.clip_max.y + 0.5f;
    expect(is_whole, where + ": " + a.name + " is cut off");
    for (std::size_t j = 0; j < i; ++j)
      expect(!overlap(a, labels[j]), where + ": " + a.name + " lies across " + labels[j].name);
  }
}

/// Whether some pixel is of another colour than the first.
bool shows_something(const Image& image) {
  for (std::size_t i = 4; i + 3 < image.rgba.size(); i += 4)
    if (!std::equal(image.rgba.begin(), image.rgba.begin() + 3,
                    image.rgba.begin() + static_cast<std::ptrdiff_t>(i)))
      return true;
  return false;
}

class Gallery {
 public:
  explicit Gallery(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// The views of the theory, with the mouse at a share of each. Long curves and rich cards: each is drawn often.
  void theory_views(const std::string& name, const FakeRun& run, int width, int height, ImVec2 mouse_share) {
    fake_run() = run;
    for (const char* key : {"logits", "agreement", "modes"}) {
      Observatory observatory(theory_config(), "gallery", false, {});
      observatory.view.selection.context_a = 3;
      const auto view = find_view_entry(key)->make();
      const auto w = static_cast<float>(width);
      const auto h = static_cast<float>(height);
      show(fmt::format("theory-{}-{}-{}x{}", key, name, width, height), observatory, width, height,
           {{view.get(), {{0, 0}, {w, h}}}}, {w * mouse_share.x, h * mouse_share.y});
    }
  }

  /// Pointing at a logit points at its context in every view, and a click selects it.
  void hand_on_logits(const FakeRun& run) {
    fake_run() = run;
    Observatory observatory(theory_config(), "gallery", false, {});
    const auto view = find_view_entry("logits")->make();
    const auto frame = [&](ImVec2 mouse, bool is_down = false) {
      ImGui::GetIO().MouseDown[0] = is_down;
      stage_.draw(observatory, 900, 600, {{view.get(), {{0, 0}, {900, 600}}}}, mouse);
    };
    frame({-1, -1});
    frame({-1, -1});
    expect(fake_run().wanted.logits, "logits: are not asked for");
    for (const char* name : {"view.logits.matrix.0", "view.logits.matrix.1", "view.logits.matrix.2", "view.logits.matrix.3"}) {
      const Item* matrix = items().find(name);
      expect(matrix != nullptr, std::string("logits: not drawn: ") + name);
      if (matrix == nullptr) continue;
      const float cell = (matrix->max.x - matrix->min.x) / static_cast<float>(run.task->contexts);
      const ImVec2 at{matrix->min.x + 5.5f * cell, (matrix->min.y + matrix->max.y) / 2};
      frame(at);
      frame(at);
      const auto hovered = observatory.view.selection.hovered_a;
      expect(hovered.has_value(), std::string("logits: pointing finds no context in ") + name);
      for (int i = 0; i < 40; ++i) frame(at);
      frame(at, true);
      frame(at);
      expect(observatory.view.selection.context_a == hovered, std::string("logits: a click selects another in ") + name);
      frame(at, true);
      for (int i = 0; i < 40; ++i) frame(at);
      expect(!observatory.view.selection.context_a, std::string("logits: a second click does not let go in ") + name);
    }
    frame({-1, -1});
    expect(!observatory.view.selection.hovered_a, "logits: what is pointed at stays when the mouse has left");
  }

  /// Every view alone.
  void each_view(const std::string& name, const FakeRun& run, int width, int height) {
    fake_run() = run;
    for (const auto& entry : view_entries()) {
      Observatory observatory(flagship(), "gallery", false, {});
      if (entry.key == "neighbours" && run.task->contexts > 3) observatory.view.selection.context_a = 3;
      const auto view = entry.make();
      const Rect rect{{0, 0}, {static_cast<float>(width), static_cast<float>(height)}};
      show(fmt::format("{}-{}-{}x{}", entry.key, name, width, height), observatory, width, height,
           {{view.get(), rect}}, {-1, -1});
    }
  }

  /// The four pictures of the centre and the spectrum beside them, the mouse at a share of the first.
  void centre(const std::string& name, const FakeRun& run, int width, int height, ImVec2 mouse_share,
              TargetKind target = TargetKind::semantic, bool is_difference = false) {
    fake_run() = run;
    Observatory observatory(flagship(), "gallery", false, {});
    observatory.view.target = target;
    observatory.view.is_difference = is_difference;
    observatory.view.colour = {Grouping::By::factor, 1};
    if (run.task->contexts > 8) {
      observatory.view.selection.context_a = 1;
      observatory.view.selection.context_b = 7;
    }
    std::vector<std::unique_ptr<View>> owned;
    std::vector<Stage::Placed> placed;
    const auto w = static_cast<float>(width);
    const auto h = static_cast<float>(height);
    const auto put = [&](const char* key, const Rect& rect) {
      owned.push_back(find_view_entry(key)->make());
      placed.push_back({owned.back().get(), rect});
    };
    const float column = std::floor(w * 0.4f);
    const float row = std::floor(h / 2);
    put("gram_h", {{0, 0}, {column, row}});
    put("target", {{column, 0}, {2 * column, row}});
    put("pca", {{0, row}, {column, h}});
    put("gram_w", {{column, row}, {2 * column, h}});
    put("spectrum", {{2 * column, row}, {w, h}});
    show(fmt::format("centre-{}-{}x{}", name, width, height), observatory, width, height, placed,
         {column * mouse_share.x, row * mouse_share.y});
  }

  /// The same views while the task changes under them.
  void changing_tasks(const std::vector<FakeRun>& runs) {
    Observatory* observatory = nullptr;
    std::unique_ptr<Observatory> owned;
    std::vector<std::unique_ptr<View>> views;
    std::vector<Stage::Placed> placed;
    for (const auto& entry : view_entries()) {
      views.push_back(entry.make());
      const auto i = static_cast<float>(views.size() - 1);
      placed.push_back({views.back().get(), {{i * 300, 0}, {i * 300 + 300, 260}}});
    }
    fake_run() = runs.front();
    owned = std::make_unique<Observatory>(flagship(), "gallery", false, SetSpeed{});
    observatory = owned.get();
    for (int round = 0; round < 2; ++round) {
      for (const auto& run : runs) {
        fake_run() = run;
        observatory->view.selection = {.context_a = 1, .context_b = 24, .hovered_a = 26, .hovered_b = {}};
        // A new task's first snapshot comes after the task itself.
        fake_run().snapshot = nullptr;
        const int width = 300 * static_cast<int>(views.size());
        stage_.draw(*observatory, width, 260, placed, {150, 140});
        fake_run() = run;
        stage_.draw(*observatory, width, 260, placed, {150, 140});
        check_labels("changing tasks");
      }
    }
  }

  /// Pointing, clicking, dragging and zooming do what they say, and no more.
  void hands(const FakeRun& run) {
    fake_run() = run;
    Observatory observatory(flagship(), "gallery", false, {});
    const auto gram = find_view_entry("gram_h")->make();
    const auto pca = find_view_entry("pca")->make();
    const std::vector<Stage::Placed> placed{{gram.get(), {{0, 0}, {400, 300}}},
                                            {pca.get(), {{400, 0}, {800, 300}}}};
    const auto frame = [&](ImVec2 mouse, bool is_down = false) {
      ImGui::GetIO().MouseDown[0] = is_down;
      stage_.draw(observatory, 800, 300, placed, mouse);
    };
    const auto click = [&](ImVec2 at) {
      frame(at);
      frame(at, true);
      frame(at);
      // Two clicks in a row are not to be taken for a double click.
      for (int i = 0; i < 30; ++i) frame(at);
    };
    Selection& selection = observatory.view.selection;
    frame({-1, -1});
    const Item* matrix = items().find("view.gram_h.matrix");
    expect(matrix != nullptr, "hands: the matrix is not reported");
    if (matrix == nullptr) return;
    const float cell = (matrix->max.x - matrix->min.x) / static_cast<float>(run.task->contexts);
    const auto cell_at = [&, low = matrix->min](int row, int column) {
      return ImVec2{low.x + cell * (static_cast<float>(column) + 0.4f),
                    low.y + cell * (static_cast<float>(row) + 0.4f)};
    };
    frame(cell_at(2, 5));
    expect(selection.hovered_a == 2 && selection.hovered_b == 5, "hands: the cell pointed at is another");
    expect(!selection.context_a, "hands: pointing selects");
    click(cell_at(2, 5));
    expect(selection.context_a == 2 && selection.context_b == 5, "hands: a click does not select the pair");
    click(cell_at(2, 5));
    expect(!selection.context_a && !selection.context_b, "hands: a second click does not let go");
    click(cell_at(4, 4));
    expect(selection.context_a == 4 && !selection.context_b, "hands: a diagonal cell is not one context");
    frame({-1, -1});
    expect(!selection.hovered_a && !selection.hovered_b,
           "hands: what is pointed at stays when the mouse has left");

    const Camera before = observatory.view.camera;
    const ImVec2 centre{600, 160};
    frame(centre);
    frame(centre, true);
    for (int i = 1; i <= 8; ++i) frame({centre.x + static_cast<float>(10 * i), centre.y + 5}, true);
    frame({centre.x + 80, centre.y + 5});
    expect(observatory.view.camera.azimuth > before.azimuth + 0.3f, "hands: dragging does not orbit");
    expect(selection.context_a == 4 && !selection.context_b, "hands: dragging selects");
    ImGui::GetIO().MouseWheel = 2.0f;
    frame(centre);
    expect(observatory.view.camera.zoom > 1.1f, "hands: the wheel does not zoom");
    ImGui::GetIO().MouseWheel = 2.0f;
    const float zoom = observatory.view.camera.zoom;
    frame({200, 160});
    expect(observatory.view.camera.zoom == zoom, "hands: the wheel zooms a view it is not over");
    for (int i = 0; i < 30; ++i) frame(centre);
    for (int i = 0; i < 2; ++i) {
      frame(centre, true);
      frame(centre);
    }
    expect(observatory.view.camera.zoom == 1.0f && observatory.view.camera.azimuth == before.azimuth,
           "hands: a double click does not reset the camera");

    // Every point can be hit where it is drawn, unless another lies in front of it.
    selection.clear();
    std::set<Index> hit;
    for (float y = 40; y < 296; y += 8) {
      for (float x = 404; x < 796; x += 8) {
        frame({x, y});
        if (selection.hovered_a) hit.insert(*selection.hovered_a);
      }
    }
    expect(hit.size() + 2 >= static_cast<std::size_t>(run.task->contexts),
           "hands: some points cannot be pointed at");
    frame({-1, -1});
  }

  /// The wheel zooms about the mouse and a drag moves what is seen, in the matrix of H and in its target alike; cells are
  /// found where they are then; a double click shows the whole again.
  void hands_on_zoom(const FakeRun& run) {
    fake_run() = run;
    Observatory observatory(flagship(), "gallery", false, {});
    const auto gram = find_view_entry("gram_h")->make();
    const auto target = find_view_entry("target")->make();
    const auto frame = [&](ImVec2 mouse, bool is_down = false, float wheel = 0.0f) {
      auto& io = ImGui::GetIO();
      io.MouseDown[0] = is_down;
      io.MouseWheel = wheel;
      stage_.draw(observatory, 860, 308, {{gram.get(), {{0, 0}, {430, 308}}}, {target.get(), {{430, 0}, {860, 308}}}}, mouse);
    };
    const auto middle_of = [&](const char* name) {
      const Item* item = items().find(name);
      expect(item != nullptr, std::string("zoom: no ") + name);
      return item == nullptr ? ImVec2{-1, -1} : ImVec2{0.6f * item->min.x + 0.4f * item->max.x, 0.4f * item->min.y + 0.6f * item->max.y};
    };
    Selection& selection = observatory.view.selection;
    frame({-1, -1});
    const ImVec2 at = middle_of("view.gram_h.matrix");
    frame(at);
    const auto row = selection.hovered_a;
    const auto column = selection.hovered_b;
    expect(row && column, "zoom: nothing is pointed at");
    const MatrixZoom& zoom = observatory.view.context_zoom;
    for (int i = 0; i < 5; ++i) {
      frame(at, false, 1.0f);
      check_labels("zoom");
      frame(at);
      expect(selection.hovered_a == row && selection.hovered_b == column, "zoom: another cell comes under the mouse");
    }
    expect(zoom.span() < 0.4, "zoom: the wheel does not zoom");

    // The target is seen in the same part: pointing there finds a context that is in sight in both.
    const ImVec2 there = middle_of("view.target.matrix");
    frame(there);
    frame(there);
    expect(selection.hovered_a.has_value(), "zoom: nothing is pointed at in the target");
    const double before = zoom.left();
    frame(there, true);
    for (int i = 1; i <= 6; ++i) frame({there.x - static_cast<float>(10 * i), there.y}, true);
    frame({there.x - 60, there.y});
    expect(zoom.left() > before, "zoom: dragging does not move what is seen");
    expect(!selection.context_a, "zoom: dragging selects");

    for (int i = 0; i < 30; ++i) frame(at);
    frame(at);
    const auto pointed = selection.hovered_a;
    frame(at, true);
    frame(at);
    expect(selection.context_a == pointed, "zoom: a click selects another context than the one pointed at");
    for (int i = 0; i < 30; ++i) frame(at);
    const MatrixZoom kept = zoom;
    fake_run().snapshot = std::make_shared<Snapshot>(*run.snapshot);
    frame(at);
    expect(zoom == kept, "zoom: given up for a new moment of the same run");
    for (int i = 0; i < 2; ++i) {
      frame(at, true);
      frame(at);
    }
    expect(zoom.is_whole(), "zoom: a double click does not show the whole");
    frame({-1, -1});
  }

  /// The strip below a matrix of blocks shows every context, and a click selects the one that is read.
  void hands_on_strip(const FakeRun& run) {
    fake_run() = run;
    Observatory observatory(flagship(), "gallery", false, {});
    observatory.view.selection.context_a = 7;
    const auto view = find_view_entry("gram_h")->make();
    const auto frame = [&](ImVec2 mouse, bool is_down = false) {
      ImGui::GetIO().MouseDown[0] = is_down;
      stage_.draw(observatory, 700, 560, {{view.get(), {{0, 0}, {700, 560}}}}, mouse);
    };
    for (int i = 0; i < 3; ++i) frame({-1, -1});
    expect(fake_run().wanted.context == Index{7}, "strip: does not ask for the context's row");
    const Item* strip = items().find("view.gram_h.strip");
    expect(strip != nullptr, "strip: not drawn below a matrix of blocks");
    if (strip == nullptr) return;
    const ImVec2 at{0.25f * strip->min.x + 0.75f * strip->max.x, 0.5f * (strip->min.y + strip->max.y)};
    frame(at);
    frame(at);
    const auto found = observatory.view.selection.hovered_b;
    expect(found.has_value(), "strip: nothing is pointed at");
    const auto share =
        static_cast<double>(observatory.context_place(found.value_or(0))) / static_cast<double>(run.task->contexts);
    expect(std::abs(share - 0.75) < 0.01, "strip: another context is pointed at");
    check_labels("strip");
    show("strip", observatory, 700, 560, {{view.get(), {{0, 0}, {700, 560}}}}, at);
    frame(at, true);
    frame(at);
    expect(observatory.view.selection.context_a == found, "strip: a click does not select what is read");
    frame({-1, -1});
  }

  /// All that there is to say of factors.
  void factors(const FakeRun& run, int width, int height) {
    fake_run() = run;
    Observatory observatory(flagship(), "gallery", false, {});
    const auto view = find_view_entry("contrasts")->make();
    show(fmt::format("factors-{}x{}", width, height), observatory, width, height,
         {{view.get(), {{0, 0}, {static_cast<float>(width), static_cast<float>(height)}}}}, {-1, -1});
  }

  /// A heading sorts the table of labels, again the other way round; the copied text has every row; a row selects.
  void hands_on_classes(const FakeRun& run) {
    fake_run() = run;
    Observatory observatory(flagship(), "gallery", false, {});
    const auto view = find_view_entry("classes")->make();
    const auto frame = [&](ImVec2 mouse, bool is_down = false) {
      ImGui::GetIO().MouseDown[0] = is_down;
      stage_.draw(observatory, 900, 300, {{view.get(), {{0, 0}, {900, 300}}}}, mouse);
    };
    const auto click = [&](const char* name) {
      const Item* item = items().find(name);
      expect(item != nullptr, std::string("classes: no ") + name);
      if (item == nullptr) return;
      const ImVec2 at{0.5f * (item->min.x + item->max.x), 0.5f * (item->min.y + item->max.y)};
      for (const bool is_down : {false, true, false}) frame(at, is_down);
      for (int i = 0; i < 30; ++i) frame(at);
    };
    const auto copied = [&] {
      click("picker.classes.copy");
      std::vector<double> values;
      const std::string text = ImGui::GetClipboardText();
      std::size_t line = text.find('\n');
      while (line != std::string::npos && line + 1 < text.size()) {
        std::size_t cell = line + 1;
        for (int i = 0; i < 2; ++i) cell = text.find('\t', cell) + 1;
        values.push_back(std::stod(text.substr(cell)));
        line = text.find('\n', cell);
      }
      return values;
    };
    for (int i = 0; i < 3; ++i) frame({-1, -1});
    expect(copied().size() == static_cast<std::size_t>(run.task->words), "classes: the copied text has not every label");
    click("view.classes.head.mean_norm");
    auto values = copied();
    expect(std::is_sorted(values.begin(), values.end()), "classes: a heading does not sort");
    click("view.classes.head.mean_norm");
    values = copied();
    expect(std::is_sorted(values.rbegin(), values.rend()), "classes: a second click does not turn the order round");
    click("view.classes.list.1");
    expect(observatory.view.selection.context_a.has_value(), "classes: a row selects no context");
    frame({-1, -1});
  }

  /// A row of the list of neighbours selects its context, and the list is then that one's.
  void hands_on_neighbours(const FakeRun& run) {
    fake_run() = run;
    Observatory observatory(flagship(), "gallery", false, {});
    observatory.view.selection.context_a = 3;
    const auto view = find_view_entry("neighbours")->make();
    const auto frame = [&](ImVec2 mouse, bool is_down = false) {
      ImGui::GetIO().MouseDown[0] = is_down;
      stage_.draw(observatory, 600, 300, {{view.get(), {{0, 0}, {600, 300}}}}, mouse);
    };
    for (int i = 0; i < 3; ++i) frame({-1, -1});
    const Item* row = items().find("view.neighbours.list.0");
    expect(row != nullptr, "neighbours: no rows");
    if (row == nullptr) return;
    const ImVec2 at{0.5f * (row->min.x + row->max.x), 0.5f * (row->min.y + row->max.y)};
    frame(at);
    frame(at);
    const auto nearest = observatory.view.selection.hovered_b;
    const MatrixF& gram = run.snapshot->gram_h;
    expect(nearest.has_value(), "neighbours: a row is not pointed at");
    for (Index j = 0; j < gram.cols(); ++j)
      expect(j == 3 || gram(j, 3) <= gram(nearest.value_or(3), 3), "neighbours: the first is not the nearest");
    frame(at, true);
    frame(at);
    expect(observatory.view.selection.context_a == nearest, "neighbours: a click does not select");
    frame({-1, -1});
  }

  /// The layers from step to step: the strip over time fills up.
  void layers_over_time(const FakeRun& run) {
    Observatory observatory(flagship(), "gallery", false, {});
    const auto view = find_view_entry("layers")->make();
    for (std::int64_t step = 0; step <= 3000; step = step < 30 ? step + 1 : step + step / 20) {
      auto snapshot = std::make_shared<Snapshot>(*run.snapshot);
      auto embeddings = std::make_shared<Embeddings>(*run.snapshot->embeddings);
      embeddings->step = step;
      snapshot->embeddings = embeddings;
      for (std::size_t l = 0; l < snapshot->layers.size(); ++l)
        snapshot->layers[l].cka_semantic =
            0.5 + 0.5 * std::sin(0.002 * static_cast<double>(step) + 0.4 * static_cast<double>(l));
      fake_run() = run;
      fake_run().snapshot = snapshot;
      stage_.draw(observatory, 428, 308, {{view.get(), {{0, 0}, {428, 308}}}}, {-1, -1});
    }
    const Item* strip = items().find("view.layers.strip");
    expect(strip != nullptr, "layers: no strip over time");
    if (strip == nullptr) return;
    const ImVec2 middle{(strip->min.x + strip->max.x) / 2, (strip->min.y + strip->max.y) / 2};
    show("layers-over-time", observatory, 428, 308, {{view.get(), {{0, 0}, {428, 308}}}}, middle);
  }

  /// Views ask for as much of a network's inside as they show, and for no more.
  void what_is_asked(const FakeRun& run) {
    fake_run() = run;
    Observatory observatory(flagship(), "gallery", false, {});
    observatory.view.selection.context_a = 4;
    observatory.view.layer = 2;
    const auto wanted_by = [&](const char* key) {
      const auto view = find_view_entry(key)->make();
      for (int i = 0; i < 2; ++i)
        stage_.draw(observatory, 400, 300, {{view.get(), {{0, 0}, {400, 300}}}}, {-1, -1});
      return fake_run().wanted;
    };
    expect(wanted_by("attention").inside.attention == Index{4}, "attention: another context is asked for");
    expect(wanted_by("layers").inside.layers, "layers: the layers are not asked for");
    expect(!wanted_by("layers").inside.attention, "layers: attention is asked for in vain");
    for (const char* key : {"gram_h", "pca", "spectrum"})
      expect(wanted_by(key).layer == 2, std::string(key) + ": the chosen layer is not asked for");
    expect(wanted_by("gram_w") == FrameWanted{}, "gram_w: asks for what it does not show");
    expect(wanted_by("histogram").histogram.has_value(), "histogram: is not asked for");
    expect(wanted_by("classes").classes, "classes: are not asked for");
    expect(!wanted_by("neighbours").context, "neighbours: ask for a row that is there already");
  }

  /// Every target in the panel, itself and as a difference, at the sizes that the panel has.
  void targets(const std::string& name, const FakeRun& run) {
    fake_run() = run;
    for (const auto kind : {TargetKind::semantic, TargetKind::symmetric, TargetKind::proxy, TargetKind::max_margin}) {
      for (const bool is_difference : {false, true}) {
        for (const auto& [width, height] : {std::pair{428, 308}, {259, 190}, {900, 700}}) {
          Observatory observatory(flagship(), "gallery", false, {});
          observatory.view.target = kind;
          observatory.view.is_difference = is_difference;
          const auto view = find_view_entry("target")->make();
          const Rect rect{{0, 0}, {static_cast<float>(width), static_cast<float>(height)}};
          show(fmt::format("target-{}-{}{}-{}x{}", name, static_cast<int>(kind), is_difference ? "-difference" : "", width, height),
               observatory, width, height, {{view.get(), rect}}, {-1, -1});
        }
      }
    }
  }

  /// What is pointed at in one of the eight squares is pointed at in all of them, and a large task's L_mm can be asked for.
  void theory_hands(const FakeRun& run) {
    fake_run() = run;
    Observatory observatory(flagship(), "gallery", false, {});
    const auto view = find_view_entry("theory")->make();
    const std::vector<Stage::Placed> placed{{view.get(), {{0, 0}, {900, 500}}}};
    const auto frame = [&](ImVec2 mouse, bool is_down = false) {
      ImGui::GetIO().MouseDown[0] = is_down;
      stage_.draw(observatory, 900, 500, placed, mouse);
    };
    const auto middle_of = [&](const std::string& name) {
      const Item* item = items().find(name);
      expect(item != nullptr, "theory: no " + name);
      return item == nullptr ? ImVec2{-1, -1} : ImVec2{0.7f * item->min.x + 0.3f * item->max.x, (item->min.y + item->max.y) / 2};
    };
    frame({-1, -1});
    frame({-1, -1});
    expect(fake_run().wanted.plain_grams && fake_run().wants_ntp_ufm, "theory: does not ask for what it shows");
    Selection& selection = observatory.view.selection;
    for (const char* column : {"run", "ntp_ufm", "max_margin", "proxy"}) {
      const ImVec2 at = middle_of(fmt::format("view.theory.h.{}.matrix", column));
      selection.clear();
      frame(at);
      frame(at);
      expect(selection.hovered_a.has_value(), std::string("theory: nothing is pointed at in ") + column);
      frame(at, true);
      frame(at);
      expect(selection.context_a.has_value(), std::string("theory: a click does not select in ") + column);
      frame({-1, -1});
      expect(!selection.hovered_a, "theory: what is pointed at stays when the mouse has left");
      for (int i = 0; i < 30; ++i) frame({-1, -1});
    }
    // Words of a task with several next words stand for no context.
    selection.clear();
    const ImVec2 word = middle_of("view.theory.w.proxy.matrix");
    frame(word);
    frame(word);
    expect(!selection.hovered_a, "theory: a word is taken for a context");

    fake_run() = with_theory_to_come(run);
    fake_run().status.max_margin_share.reset();
    Config large = flagship();
    large.set("run.max_margin", std::string("never"));
    Observatory asking(large, "gallery", false, {});
    const auto press = [&](const char* name, View& drawn) {
      const std::vector<Stage::Placed> alone{{&drawn, {{0, 0}, {900, 500}}}};
      fake_run().sent.clear();
      for (int i = 0; i < 30; ++i) stage_.draw(asking, 900, 500, alone, {-1, -1});
      const ImVec2 at = middle_of(name);
      for (const bool is_down : {false, false, true, false, false}) {
        ImGui::GetIO().MouseDown[0] = is_down;
        stage_.draw(asking, 900, 500, alone, at);
      }
      expect(fake_run().sent == std::vector<std::string>{"run.max_margin = always"},
             std::string(name) + ": does not ask for L_mm");
    };
    press("button.theory.h.max_margin.solve", *view);
    asking.view.target = TargetKind::max_margin;
    press("button.target.solve", *find_view_entry("target")->make());
  }

  void at_scale(float scale) { stage_.set_scale(scale); }

 private:
  void show(const std::string& name, Observatory& observatory, int width, int height,
            const std::vector<Stage::Placed>& views, ImVec2 mouse) {
    // Hover needs a frame to settle, smooth things some more.
    for (int i = 0; i < 3; ++i) stage_.draw(observatory, width, height, views, mouse);
    const Image image = stage_.picture();
    check_labels(name);
    // A thumbnail may have no room for anything; it must only do no harm.
    if (width >= 200) expect(shows_something(image), name + ": nothing is drawn");
    if (!directory_.empty()) write_png(directory_ / (name + ".png"), image);
  }

  std::filesystem::path directory_;
  Stage stage_;
};

void draw_all(const std::filesystem::path& directory) {
  Gallery gallery(directory);
  gallery.hands_on_strip(with_blocks());
  const FakeRun structure = train(flagship(), 620);
  const FakeRun collapsed = train(flagship(), 12000);
  Config large = flagship();
  large.set("task.factors", std::int64_t{4});
  large.set("task.values", std::int64_t{5});
  const FakeRun many = train(large, 40);
  Config plane = flagship();
  plane.set("model.d", std::int64_t{2});
  plane.set("optimizer.lr", 2.0);
  const FakeRun flat = train(plane, 2000);
  Config small = flagship();
  small.set("task.factors", std::int64_t{2});
  small.set("task.values", std::int64_t{2});
  const FakeRun few = train(small, 50);

  for (const auto& [width, height] : {std::pair{428, 308}, {200, 150}, {900, 700}, {60, 44}}) {
    gallery.each_view("structure", structure, width, height);
    gallery.each_view("empty", before_the_first_step(), width, height);
    gallery.each_view("many", many, width, height);
    gallery.each_view("nofactors", without_factors(), width, height);
  }
  const FakeRun text = of_a_text();
  const FakeRun crowd = with_many_contexts();
  const FakeRun network = with_inside(structure, 4, 4, 2);
  const FakeRun reader = with_inside(text, 12, 8, -1);
  const FakeRun theory = with_theory();
  const FakeRun to_come = with_theory_to_come(theory);
  for (const auto& [width, height] : {std::pair{428, 308}, {1200, 800}, {259, 190}}) {
    gallery.each_view("theory", theory, width, height);
    gallery.each_view("tocome", to_come, width, height);
    gallery.each_view("plain", with_plain_grams(structure), width, height);
  }
  gallery.targets("theory", theory);
  gallery.targets("tocome", to_come);
  gallery.targets("text", text);
  gallery.theory_hands(theory);
  for (const auto& [width, height] : {std::pair{428, 308}, {900, 700}, {259, 190}}) {
    gallery.each_view("text", text, width, height);
    gallery.each_view("network", network, width, height);
    gallery.each_view("reader", reader, width, height);
  }
  const FakeRun soft = soft_label_run(3000);
  const FakeRun early = soft_label_run(40);
  const FakeRun unsolved = without_max_margin(soft, std::nullopt);
  const FakeRun solving = without_max_margin(soft, 0.42);
  for (const auto& [width, height] : {std::pair{428, 308}, {860, 616}, {259, 190}, {520, 380}, {120, 90}}) {
    gallery.theory_views("soft", soft, width, height, {0.3f, 0.35f});
    gallery.theory_views("early", early, width, height, {-1, -1});
    gallery.theory_views("unsolved", unsolved, width, height, {-1, -1});
    gallery.theory_views("solving", solving, width, height, {0.6f, 0.96f});
  }
  gallery.hand_on_logits(soft);
  gallery.each_view("crowd", crowd, 428, 308);
  gallery.centre("text", text, 1070, 616, {0.6f, 0.4f});
  gallery.centre("crowd", crowd, 1070, 616, {0.6f, 0.4f});
  gallery.what_is_asked(network);
  gallery.layers_over_time(network);
  gallery.each_view("plane", flat, 428, 308);
  gallery.each_view("few", few, 428, 308);
  gallery.centre("structure", structure, 1070, 616, {0.6f, 0.4f});
  gallery.centre("collapsed", collapsed, 1070, 616, {0.6f, 0.4f}, TargetKind::semantic, true);
  gallery.centre("many", many, 1070, 616, {0.6f, 0.4f});
  gallery.centre("structure", structure, 680, 420, {0.6f, 0.4f});
  gallery.centre("structure", structure, 640, 340, {0.0f, 0.0f});
  gallery.changing_tasks(
       {structure, few, text, theory, soft, network, to_come, without_factors(), many, crowd, before_the_first_step(), reader, flat});
  gallery.hands(structure);
  gallery.hands_on_zoom(structure);
  gallery.hands_on_zoom(many);
  for (const auto& [width, height] : {std::pair{276, 120}, {276, 60}, {428, 308}, {900, 420}, {260, 420}})
    gallery.factors(with_factor_metrics(structure), width, height);
  gallery.hands_on_classes(structure);
  gallery.hands_on_neighbours(structure);
  gallery.at_scale(2.0f);
  gallery.centre("structure2x", structure, 2140, 1232, {0.6f, 0.4f});
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;
  try {
    const std::filesystem::path directory = argc > 1 ? argv[1] : "";
    if (!directory.empty()) std::filesystem::create_directories(directory);
    draw_all(directory);
    failures += draw_panels(directory);
  } catch (const DisplayError& error) {
    std::fprintf(stderr, "view_gallery: %s\n", error.what());
    return kSkipped;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "view_gallery: %s\n", error.what());
    return 1;
  }
  return failures == 0 ? 0 : 1;
}
