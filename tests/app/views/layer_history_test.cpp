#include "app/views/layer_history.h"

#include <doctest/doctest.h>

#include "core/tasks/attributes.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

Snapshot at(const std::shared_ptr<const Task>& task, std::int64_t segment, std::int64_t step, double value) {
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->task = task;
  embeddings->segment = segment;
  embeddings->step = step;
  Snapshot snapshot;
  snapshot.embeddings = embeddings;
  snapshot.layers = {{"Block 1", value, value, value, 1.0}};
  return snapshot;
}

}  // namespace

TEST_CASE("LayerHistory: one sample in each 24th of a decade, the newest, and step 0") {
  const auto task = make_attributes(2, 2);
  LayerHistory history;
  for (std::int64_t step = 0; step <= 100'000; step += 10) history.add(at(task, 0, step, static_cast<double>(step)));
  const auto& samples = history.samples();
  CHECK(samples.size() <= 24 * 5 + 2);
  CHECK(samples.size() > 24 * 3);
  CHECK(samples.front().step == 0);
  CHECK(samples.back().step == 100'000);
  for (const auto& sample : samples) CHECK(sample.layers.front().cka_semantic == static_cast<double>(sample.step));
}

TEST_CASE("LayerHistory: a step back forgets what came after it, a restart or another task everything") {
  const auto task = make_attributes(2, 2);
  LayerHistory history;
  for (const std::int64_t step : {0, 10, 100, 1000}) history.add(at(task, 0, step, 0.0));
  history.add(at(task, 0, 50, 0.0));
  REQUIRE(history.samples().size() == 3);
  CHECK(history.samples().back().step == 50);
  history.add(at(task, 1, 60, 0.0));
  CHECK(history.samples().size() == 1);
  history.add(at(make_attributes(2, 2), 1, 70, 0.0));
  CHECK(history.samples().size() == 1);
}
