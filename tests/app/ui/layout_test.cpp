#include "app/ui/layout.h"

#include <doctest/doctest.h>

#include <vector>

using namespace gramscope::app;

namespace {

LayoutNeeds usual(float scale) {
  LayoutNeeds needs;
  needs.scale = scale;
  needs.explanation_height = 130.0f * scale;
  needs.factor_count = 3;
  needs.metric_count = 8;
  return needs;
}

double area(const Rect& rect) { return is_empty(rect) ? 0.0 : double(rect.width()) * double(rect.height()); }

bool contains(const Rect& outer, const Rect& inner) {
  return is_empty(inner) || (inner.min.x >= outer.min.x && inner.min.y >= outer.min.y &&
                             inner.max.x <= outer.max.x && inner.max.y <= outer.max.y);
}

}  // namespace

TEST_CASE("compute_layout: the parts cover any window exactly, without overlap") {
  for (const float scale : {1.0f, 1.5f, 2.0f}) {
    for (const ImVec2 size : std::vector<ImVec2>{{0, 0},
                                                 {1, 1},
                                                 {3, 900},
                                                 {900, 3},
                                                 {320, 240},
                                                 {640, 480},
                                                 {1024, 640},
                                                 {1440, 900},
                                                 {3840, 2160}}) {
      CAPTURE(size.x);
      CAPTURE(size.y);
      CAPTURE(scale);
      const auto layout = compute_layout(size, usual(scale));
      const Rect window{{0, 0}, size};
      double covered = 0.0;
      for (const auto& part :
           {layout.top_bar, layout.parameters, layout.centre, layout.side, layout.timeline, layout.status}) {
        CHECK(part.width() >= 0.0f);
        CHECK(part.height() >= 0.0f);
        CHECK(contains(window, part));
        covered += area(part);
      }
      CHECK(covered == doctest::Approx(double(size.x) * double(size.y)));
      double views = 0.0;
      for (const auto& view : layout.views) {
        CHECK(contains(layout.centre, view));
        views += area(view);
      }
      CHECK(views == doctest::Approx(area(layout.centre)));
      for (const auto& part : {layout.metrics, layout.contrasts, layout.spectrum, layout.explanation})
        CHECK(contains(layout.side, part));
    }
  }
}

TEST_CASE("compute_layout: at the sizes promised nothing is left out") {
  for (const auto& [size, scale] : std::vector<std::pair<ImVec2, float>>{
           {{1024, 640}, 1.0f}, {{1440, 900}, 1.0f}, {{1920, 1080}, 1.0f}, {{3840, 2160}, 2.0f}}) {
    CAPTURE(size.x);
    const auto layout = compute_layout(size, usual(scale));
    for (const auto& part : {layout.parameters, layout.metrics, layout.contrasts, layout.spectrum,
                             layout.explanation, layout.timeline, layout.views[0], layout.views[3]})
      CHECK_FALSE(is_empty(part));
    CHECK(layout.views[0].width() >= 220.0f * scale);
    CHECK(layout.views[0].height() >= 200.0f * scale);
  }
}

TEST_CASE("compute_layout: narrow windows keep the pictures and give up the panels") {
  const auto layout = compute_layout({500, 500}, usual(1.0f));
  CHECK(is_empty(layout.side));
  CHECK(is_empty(layout.parameters));
  CHECK(layout.centre.width() == 500.0f);
}

TEST_CASE("compute_layout: a view shown at full size leaves no gap") {
  auto needs = usual(1.0f);
  needs.hides_timeline = true;
  const auto layout = compute_layout({1440, 900}, needs);
  CHECK(is_empty(layout.timeline));
  CHECK(layout.centre.max.y == layout.status.min.y);
  needs.hides_metrics = true;
  CHECK(compute_layout({1440, 900}, needs).contrasts.min.y == layout.side.min.y);
}
