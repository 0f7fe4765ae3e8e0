#include "app/views/mode_course.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/tasks/attributes.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

Config flagship() {
  Config config;
  config.set("task.kind", std::string("attributes"));
  config.set("model.kind", std::string("kernel_ufm"));
  config.set("optimizer.kind", std::string("gd"));
  return resolve(config);
}

Mark changed(std::int64_t step, const std::string& key, const std::string& from) {
  Mark mark;
  mark.segment = 2;
  mark.step = step;
  mark.key = key;
  mark.from = from;
  return mark;
}

}  // namespace

TEST_CASE("half_of_largest: where half is reached for the first time, also after a fall") {
  const double nan = std::nan("");
  CHECK(half_of_largest(std::vector<double>{0.0, 1.0, 2.0, 4.0, 3.0}) == 2u);
  CHECK(half_of_largest(std::vector<double>{-0.1, nan, 5.0, 0.1}) == 2u);
  CHECK(half_of_largest(std::vector<double>{0.0, 1e-9}) == 1u);
  // No growth: the largest is there from the beginning, or nothing is positive.
  CHECK_FALSE(half_of_largest(std::vector<double>{1.0, 1.5}));
  CHECK_FALSE(half_of_largest(std::vector<double>{-1.0, 0.0, nan}));
  CHECK_FALSE(half_of_largest(std::vector<double>{}));
}

TEST_CASE("places: counted from 1, equals share one, what has not come has none") {
  const std::vector<std::optional<double>> steps{100.0, std::nullopt, 20.0, 100.0, 300.0};
  CHECK(places(steps) == std::vector<int>{2, 0, 1, 2, 4});
}

TEST_CASE("segment_start: without changes the config of the beginning is the one now") {
  const Config now = flagship();
  const auto start = segment_start(now, applicable_parameters(now), {}, 2);
  CHECK(start.config == now);
  CHECK_FALSE(start.held_until);
  CHECK(start.unknown.empty());
}

TEST_CASE("segment_start: changes are undone to the first, which ends what held") {
  Config now = flagship();
  now.set("optimizer.lr", 2.5);
  const std::vector<Mark> marks{changed(300, "run.steps", "100"), changed(400, "optimizer.lr", "10"),
                                changed(900, "optimizer.lr", "5"), changed(950, "reg.lambda_w", "0.001")};
  const auto start = segment_start(now, applicable_parameters(now), marks, 2);
  CHECK(start.held_until == 400.0);
  CHECK(start.config.real("optimizer.lr") == 10.0);
  CHECK(start.config.real("reg.lambda_w") == 0.001);
  CHECK(start.unknown.empty());
  // Of another segment they say nothing.
  CHECK(segment_start(now, applicable_parameters(now), marks, 3).config == now);
}

TEST_CASE("segment_start: is unknown where the run halved its learning rate itself") {
  const Config now = flagship();
  Mark halved = changed(70, "", "");
  halved.is_warning = true;
  const std::vector<Mark> marks{halved};
  CHECK_FALSE(segment_start(now, applicable_parameters(now), marks, 2).unknown.empty());
}

TEST_CASE("EarlyGrowth: no longer than the settings of the beginning held, and only from step 0") {
  const auto task = make_attributes(3, 3);
  const auto theory = make_task_theory(task);
  REQUIRE(theory->modes.groups.size() > 1);
  auto first = std::make_shared<Embeddings>();
  first->task = task;
  first->h = MatrixD::NullaryExpr(32, 27, [](Index i, Index j) { return 0.01 * std::sin(7.0 * i + 3.0 * j * j); });
  first->w = MatrixD::NullaryExpr(27, 32, [](Index i, Index j) { return 0.01 * std::cos(5.0 * i * i + 2.0 * j); });
  SegmentStart start{flagship(), std::nullopt, {}};

  EarlyGrowth growth;
  const auto whole = growth.of(*theory, first, start, 5000.0);
  REQUIRE(whole.size() == theory->modes.groups.size());
  REQUIRE(whole[0].undefined.empty());
  CHECK(whole[0].values.size() == whole[0].steps.size());
  // It ends before the axis does: by then the line has left every plot.
  CHECK(whole[0].steps.back() < 5000.0);
  CHECK(whole[0].values.back() > 1.0);
  // The slower mode is not said to grow on as if the faster one had not: by then the softmax joins them.
  CHECK(whole[1].steps == whole[0].steps);
  CHECK(whole[1].values.back() < 0.01 * whole[0].values.back());

  start.held_until = 8.0;
  const auto cut = growth.of(*theory, first, start, 5000.0);
  CHECK(cut[0].steps.back() == 8.0);
  REQUIRE(cut[0].values.size() <= whole[0].values.size());
  for (std::size_t i = 0; i + 1 < cut[0].values.size(); ++i) CHECK(cut[0].values[i] == whole[0].values[i]);

  CHECK_FALSE(growth.of(*theory, nullptr, start, 5000.0)[0].undefined.empty());
  start.unknown = "of a reason";
  CHECK(growth.of(*theory, first, start, 5000.0)[0].undefined == "of a reason");
}
