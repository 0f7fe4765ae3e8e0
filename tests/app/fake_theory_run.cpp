#include "tests/app/fake_theory_run.h"

#include "core/train/analysis.h"
#include "core/train/engine.h"

namespace gramscope::app {
namespace {

constexpr const char* kMissing = "L_mm has not been solved for";

}  // namespace

Config theory_config() {
  Config config;
  config.set("task.kind", std::string("support"));
  config.set("task.vocabulary", std::int64_t{12});
  config.set("task.contexts", std::int64_t{24});
  config.set("task.support_size", std::int64_t{3});
  config.set("task.contexts_per_support", std::int64_t{3});
  config.set("task.probabilities", std::string("random"));
  config.set("model.kind", std::string("ufm"));
  config.set("model.d", std::int64_t{16});
  config.set("model.init_scale", 0.01);
  config.set("optimizer.kind", std::string("gd"));
  config.set("optimizer.lr", 2.0);
  config.set("reg.lambda_w", 1e-4);
  config.set("reg.lambda_h", 1e-4);
  return resolve(config);
}

FakeRun soft_label_run(std::int64_t steps) {
  FakeRun run;
  const auto listener = [&](const Event& event) {
    const auto* recorded = std::get_if<Recorded>(&event);
    if (recorded != nullptr && recorded->record.step() == 0) run.first_embeddings = recorded->record.embeddings;
  };
  // Without a solver of its own the engine solves for L_mm before it records the first step.
  Engine engine(theory_config(), {}, listener);
  engine.advance(steps);
  FrameWanted wanted;
  wanted.logits = true;
  wanted.plain_grams = true;
  Analysis analysis;
  run.task = engine.task();
  run.snapshot = analysis(engine.embeddings(), wanted);
  run.records = engine.records();
  run.status.step = steps;
  return run;
}

FakeRun without_max_margin(FakeRun run, std::optional<double> share) {
  run.status.max_margin_share = share;
  const auto take_away = [](Metrics& metrics) {
    for (const char* key : {"sim_h_mm", "sim_w_mm", "nuclear_ratio", "share_max_margin"})
      metrics.replace({.key = key, .undefined = kMissing});
  };
  for (auto& record : run.records) take_away(record.metrics);
  auto embeddings = std::make_shared<Embeddings>(*run.snapshot->embeddings);
  embeddings->max_margin.reset();
  embeddings->max_margin_missing = kMissing;
  auto snapshot = std::make_shared<Snapshot>(*run.snapshot);
  snapshot->embeddings = embeddings;
  take_away(snapshot->metrics);
  run.snapshot = snapshot;
  return run;
}

}  // namespace gramscope::app
