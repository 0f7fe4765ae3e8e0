#include "tests/app/fake_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/linalg/gram.h"
#include "core/tasks/attributes.h"
#include "core/tasks/support.h"
#include "core/theory/similarity.h"
#include "core/train/analysis.h"
#include "core/train/engine.h"

namespace gramscope::app {

FakeRun train(const Config& config, std::int64_t steps) {
  FakeRun run;
  Engine engine(config);
  engine.advance(steps);
  run.task = engine.task();
  Analysis analysis;
  run.snapshot = analysis(engine.embeddings());
  run.records = engine.records();
  return run;
}

Config flagship() {
  Config config;
  config.set("task.kind", std::string("attributes"));
  config.set("model.kind", std::string("kernel_ufm"));
  config.set("optimizer.kind", std::string("gd"));
  return config;
}

FakeRun without_factors() {
  auto task = std::make_shared<Task>(*make_attributes(2, 5));
  task->factors.clear();
  task->semantic_kernel.resize(0, 0);
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->task = task;
  embeddings->h =
      MatrixD::NullaryExpr(12, 25, [](Index i, Index j) { return std::sin(7.0 * i + 3.0 * j * j); });
  embeddings->w = embeddings->h.transpose();
  Analysis analysis;
  return {task, analysis(embeddings)};
}

FakeRun of_a_text() {
  auto task = std::make_shared<Task>();
  constexpr Index kContexts = 400;
  constexpr Index kWords = 120;
  task->kind = "text";
  task->contexts = kContexts;
  task->words = kWords;
  task->weight = VectorD::NullaryExpr(kContexts, [](Index j) { return 1.0 / static_cast<double>(j + 3); });
  task->weight /= task->weight.sum();
  task->targets.begin.push_back(0);
  for (Index j = 0; j < kContexts; ++j) {
    const Index count = 1 + (j * 7) % 9;
    const Index first = (j * j) % 17;
    for (Index i = 0; i < count; ++i) {
      task->targets.word.push_back(first + 5 * i);
      task->targets.probability.push_back(static_cast<double>(2 * (i + 1)) / static_cast<double>(count * (count + 1)));
    }
    task->targets.begin.push_back(static_cast<Index>(task->targets.word.size()));
    std::string name;
    std::vector<int> tokens;
    for (Index t = 0; t <= j % 11; ++t) {
      tokens.push_back(static_cast<int>((j + 3 * t) % kWords));
      name += (t > 0 ? " " : "") + fmt::format("word{}", tokens.back());
    }
    task->tokens.push_back(tokens);
    task->context_names.push_back(name);
  }
  for (Index z = 0; z < kWords; ++z) task->word_names.push_back(fmt::format("word{}", z));
  task->token_names = task->word_names;
  task->facts = {{"one_hot_share", "Contexts with one next word", 0.11}};
  complete(*task);
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->task = task;
  embeddings->h =
      MatrixD::NullaryExpr(16, kContexts, [](Index i, Index j) { return std::sin(5.0 * i + 2.0 * j * j + 0.1 * j); });
  embeddings->w =
      MatrixD::NullaryExpr(kWords, 16, [](Index z, Index i) { return std::cos(3.0 * z + 2.0 * i * i); });
  Analysis analysis;
  return {task, analysis(embeddings)};
}

FakeRun with_many_contexts() {
  auto task = std::make_shared<Task>(*make_attributes(5, 4));
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->task = task;
  embeddings->h = MatrixD::NullaryExpr(8, task->contexts, [](Index i, Index j) {
    return std::sin(3.0 * static_cast<double>(i * i) + 0.7 * static_cast<double>(j % 64));
  });
  embeddings->w = embeddings->h.transpose();
  Analysis analysis;
  return {task, analysis(embeddings)};
}

FakeRun with_blocks() {
  auto task = std::make_shared<Task>();
  task->kind = "recording";
  task->contexts = kMostGramRows + 904;
  task->words = 3;
  task->weight = VectorD::Constant(task->contexts, 1.0 / static_cast<double>(task->contexts));
  task->targets.begin.push_back(0);
  for (Index j = 0; j < task->contexts; ++j) {
    task->targets.word.push_back(j % task->words);
    task->targets.probability.push_back(1.0);
    task->targets.begin.push_back(j + 1);
  }
  complete(*task);
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->task = task;
  embeddings->h = MatrixD::NullaryExpr(6, task->contexts, [](Index i, Index j) {
    return std::sin(0.002 * static_cast<double>((i + 1) * j)) + 0.3 * std::sin(static_cast<double>(7 * i + 3 * j * j));
  });
  // What the analyst makes of it but for the metrics, which would take a second.
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->block = gram_block(task->contexts);
  snapshot->gram_h = block_cosine_gram(centre_columns(embeddings->h), snapshot->block).cast<float>();
  snapshot->embeddings = embeddings;
  return {task, snapshot};
}

FakeRun with_factor_metrics(const FakeRun& run) {
  FakeRun result = run;
  auto snapshot = std::make_shared<Snapshot>(*run.snapshot);
  double value = 0.9;
  for (const auto& factor : run.task->factors) {
    snapshot->metrics.replace({"purity_" + factor.name, value, {}});
    snapshot->metrics.replace({"silhouette_" + factor.name, value - 1.0, {}});
    value -= 0.3;
  }
  const double energies[] = {0.55, 0.3, 0.15};
  for (std::size_t k = 0; k < run.task->factors.size() && k < 3; ++k)
    snapshot->metrics.replace({fmt::format("energy_{}", k + 1), energies[k], {}});
  result.snapshot = snapshot;
  return result;
}

FakeRun with_inside(const FakeRun& run, Index depth, Index heads, int layer) {
  auto embeddings = std::make_shared<Embeddings>(*run.snapshot->embeddings);
  const auto& h = embeddings->h;
  Inside& inside = embeddings->inside;
  for (Index l = 0; l <= depth + 1; ++l) {
    const std::string name = l == 0 ? "Tokens" : l <= depth ? fmt::format("Block {}", l) : "After the norm";
    const double mix = static_cast<double>(l) / static_cast<double>(depth + 1);
    const MatrixD noise = MatrixD::NullaryExpr(h.rows(), h.cols(), [](Index i, Index j) { return std::sin(7.0 * i + 3.0 * j); });
    inside.layers.push_back({name, mix * h + (1.0 - mix) * noise});
  }
  inside.attention_context = std::min<Index>(4, run.task->contexts - 1);
  const auto positions = static_cast<Index>(run.task->tokens[static_cast<std::size_t>(inside.attention_context)].size());
  for (Index b = 0; b < depth; ++b) {
    for (Index k = 0; k < heads; ++k) {
      AttentionMap map{b, k, MatrixD::Zero(positions, positions)};
      for (Index t = 0; t < positions; ++t) {
        for (Index s = 0; s <= t; ++s) map.probability(t, s) = std::exp(std::cos(static_cast<double>(s + b + 2 * k)));
        map.probability.row(t) /= map.probability.row(t).sum();
      }
      inside.attention.push_back(std::move(map));
    }
  }
  Analysis analysis;
  auto snapshot = std::make_shared<Snapshot>(*analysis(embeddings, {.inside = {}, .layer = layer}));
  snapshot->layers.clear();
  for (std::size_t l = 0; l < inside.layers.size(); ++l) {
    const double depth_share = static_cast<double>(l) / static_cast<double>(inside.layers.size());
    const bool has_factors = run.task->factors.size() >= 2;
    snapshot->layers.push_back({inside.layers[l].name, has_factors ? 0.9 - 0.3 * depth_share : NAN,
                                0.4 + 0.5 * depth_share, run.task->has_one_context_per_label() ? NAN : 2.0 - depth_share,
                                4.0 + 10.0 * depth_share});
  }
  return {run.task, snapshot, run.records};
}

FakeRun with_plain_grams(const FakeRun& run) {
  auto snapshot = std::make_shared<Snapshot>(*run.snapshot);
  const auto& [h, w] = std::pair<const MatrixD&, const MatrixD&>(run.snapshot->embeddings->h, run.snapshot->embeddings->w);
  snapshot->plain_gram_h = block_cosine_gram(h, gram_block(h.cols())).cast<float>();
  snapshot->plain_gram_w = block_cosine_gram(w.transpose(), gram_block(w.rows())).cast<float>();
  FakeRun result = run;
  result.snapshot = snapshot;
  return result;
}

FakeRun with_theory() {
  Config config;
  config.set("task.kind", std::string("support"));
  config.set("model.kind", std::string("ufm"));
  config.set("optimizer.kind", std::string("momentum"));
  FakeRun run = with_plain_grams(train(config, 60));
  auto theory = std::make_shared<MaxMarginTheory>();
  theory->task = run.task;
  const Supports supports = supports_of(run.task->targets, run.task->words);
  theory->solution = solve_max_margin(supports, {1e-6, 20'000});
  theory->factors = max_margin_factors(theory->solution.logits);
  auto snapshot = std::make_shared<Snapshot>(*run.snapshot);
  const auto& embeddings = *snapshot->embeddings;
  snapshot->metrics.replace({"sim_h_mm", geometry_similarity(embeddings.h, theory->factors.h), {}});
  snapshot->metrics.replace({"sim_w_mm", geometry_similarity(embeddings.w.transpose(), theory->factors.w.transpose()), {}});
  const ProxyNorms norms = proxy_norms(supports);
  snapshot->metrics.replace({"sim_h_proxy", similarity_to_proxy_contexts(embeddings.h, supports, norms.contexts), {}});
  snapshot->metrics.replace({"sim_w_proxy", similarity_to_proxy_words(embeddings.w.transpose(), supports, norms.words), {}});
  run.snapshot = snapshot;
  run.max_margin = theory;
  NtpUfmCourse course(run.task, plan_ntp_ufm(*run.task, 0.05));
  course.advance(course.plan().steps);
  run.ntp_ufm = course.state();
  return run;
}

FakeRun with_theory_to_come(const FakeRun& run) {
  FakeRun result = run;
  result.max_margin.reset();
  auto snapshot = std::make_shared<Snapshot>(*run.snapshot);
  auto embeddings = std::make_shared<Embeddings>(*run.snapshot->embeddings);
  embeddings->max_margin.reset();
  snapshot->embeddings = embeddings;
  snapshot->metrics.replace({"sim_h_mm", NAN, "L_mm is being solved for"});
  snapshot->metrics.replace({"sim_w_mm", NAN, "L_mm is being solved for"});
  result.snapshot = snapshot;
  result.status.max_margin_share = 0.37;
  result.ntp_ufm = NtpUfmCourse(run.task).state();
  return result;
}

FakeRun before_the_first_step() { return {make_attributes(3, 3), nullptr}; }

}  // namespace gramscope::app
