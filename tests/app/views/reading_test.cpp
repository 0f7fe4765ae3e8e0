#include "app/views/reading.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "app/views/explanation.h"
#include "app/views/metric_rows.h"
#include "app/views/status_bar.h"
#include "core/metrics/metric_list.h"
#include "core/tasks/attributes.h"

using namespace gramscope;
using namespace gramscope::app;

TEST_CASE("rank_bound: sqrt(d/(K-1)) below K-1 dimensions, 1 from there on") {
  CHECK(rank_bound(27, 8).highest_symmetric == doctest::Approx(0.5547).epsilon(1e-4));
  CHECK_FALSE(rank_bound(27, 25).allows_symmetry());
  CHECK(rank_bound(27, 26).allows_symmetry());
  CHECK(rank_bound(27, 26).highest_symmetric == 1.0);
  CHECK(rank_bound(27, 400).highest_symmetric == 1.0);
}

TEST_CASE("count_classes: labels where contexts share them, contexts where there are none") {
  Task task;
  task.contexts = 6;
  CHECK(count_classes(task) == 6);
  task.labels = {0, 0, 1, 1, 4, 4};
  CHECK(count_classes(task) == 3);
}

TEST_CASE("has_semantic_alignment: from the first record on that has one") {
  std::vector<Record> records(3);
  CHECK_FALSE(has_semantic_alignment(records));
  for (auto& record : records) record.metrics.add_undefined("cka_semantic", "contexts of one label differ in “tense”");
  CHECK_FALSE(has_semantic_alignment(records));
  Record defined;
  defined.metrics.add("cka_semantic", 0.0);
  records.push_back(defined);
  CHECK(has_semantic_alignment(records));
}

TEST_CASE("ridge_share_of_limit: 1 exactly where sqrt(lambda_W lambda_H) is the task's limit") {
  Config config;
  const auto task = make_attributes(3, 3);
  CHECK_FALSE(ridge_share_of_limit(config, *task).has_value());
  config.set("reg.lambda_w", 1.0 / 27.0);
  config.set("reg.lambda_h", 1.0 / 27.0);
  CHECK(*ridge_share_of_limit(config, *task) == doctest::Approx(1.0));
  config.set("reg.lambda_w", 4.0 / 27.0);
  config.set("reg.lambda_h", 0.25 / 27.0);
  CHECK(*ridge_share_of_limit(config, *task) == doctest::Approx(1.0));
  const auto uneven = make_attributes(3, 2, {.kind = Imbalance::Kind::step, .ratio = 9.0});
  config.set("reg.lambda_w", 0.9 / 4.0);
  config.set("reg.lambda_h", 0.9 / 4.0);
  CHECK(*ridge_share_of_limit(config, *uneven) == doctest::Approx(1.0));
  config.set("reg.lambda_h", 0.0);
  CHECK(*ridge_share_of_limit(config, *task) == 0.0);
  CHECK_FALSE(ridge_share_of_limit(config, Task{}).has_value());
}

TEST_CASE("explanation: every phase has its own words, and names what is in the way") {
  Task task;
  task.factors = {{"colour", {}, {}}, {"shape", {}, {}}};
  std::set<std::string> texts;
  for (const Phase phase : {Phase::unformed, Phase::structure, Phase::collapsing, Phase::collapsed})
    texts.insert(explanation(phase, task, rank_bound(27, 32), false));
  CHECK(texts.size() == 4);
  CHECK(explanation(Phase::structure, task, rank_bound(27, 32), false).find("colour or shape") !=
        std::string::npos);
  CHECK(explanation(Phase::structure, task, rank_bound(27, 8), false).find("8 directions") !=
        std::string::npos);
  CHECK(explanation(Phase::structure, task, std::nullopt, true).find("zero") != std::string::npos);
}

TEST_CASE("metric rows: principal ones are those present, the undefined last; every registered key has a label") {
  Metrics metrics;
  metrics.add("cka_symmetric", 0.5);
  metrics.add("contrast_colour", 0.25);
  metrics.add_undefined("cka_semantic", "one factor only");
  const auto rows = principal_metric_rows(metrics);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].key == "cka_symmetric");
  CHECK(rows[1].key == "cka_semantic");
  CHECK(all_metric_rows(metrics).size() == 3);
  CHECK(all_metric_rows(metrics)[1].label == "Contrast, colour");
  for (const auto& entry : metric_entries()) CHECK_FALSE(metric_label({entry.key, 0.0, {}}).empty());
}

TEST_CASE("describe_pace: says what the run does") {
  RunnerStatus status;
  SetSpeed speed;
  status.step = 1234;
  CHECK(describe_pace(status, speed) == "Paused at step 1,234");
  status.is_running = true;
  status.available_steps_per_second = 183957.0;
  CHECK(describe_pace(status, speed).starts_with("Running: 184,000 steps/s available, paced in log time"));
  speed.pace = Pace::maximum;
  CHECK(describe_pace(status, speed).ends_with("as fast as it goes"));
  status.has_failed = true;
  status.failure = "out of memory";
  CHECK(describe_pace(status, speed) == "out of memory");
}
