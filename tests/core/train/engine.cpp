#include "core/train/engine.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "core/linalg/decomposition.h"
#include "core/random/philox.h"
#include "core/registry/error.h"
#include "tests/core/train/small_run.h"

using namespace gramscope;

namespace {

std::vector<std::pair<std::int64_t, std::int64_t>> recorded_steps(const Engine& engine) {
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;
  for (const auto& record : engine.records()) steps.emplace_back(record.segment(), record.step());
  return steps;
}

MatrixD logits(const Embeddings& e) { return e.w * e.h; }

}  // namespace

TEST_CASE("recorded steps: 0 and round(10^(i/24))") {
  std::set<std::int64_t> expected{0};
  for (int i = 0; i <= 24 * 7; ++i) expected.insert(std::llround(std::pow(10.0, i / 24.0)));
  std::int64_t step = -1;
  for (const auto scheduled : expected) {
    CHECK(next_scheduled_step(step) == scheduled);
    CHECK(is_scheduled_step(scheduled));
    step = scheduled;
  }
  CHECK_FALSE(is_scheduled_step(14));
}

TEST_CASE("engine: how the steps are asked for does not change a bit") {
  Engine whole(small_run(200));
  while (whole.advance(1000) == Engine::State::ready) {
  }
  Random random(4);
  for (int trial = 0; trial < 5; ++trial) {
    Engine pieces(small_run(200));
    while (pieces.advance(1 + random.below(30)) == Engine::State::ready) {
      if (random.below(2) == 0) pieces.settle();
      if (random.below(2) == 0) pieces.embeddings();
    }
    CHECK(pieces.parameter_bytes() == whole.parameter_bytes());
    CHECK(csv(pieces) == csv(whole));
  }
}

TEST_CASE("engine: records every scheduled step and the last, without holes") {
  Engine engine(small_run(150));
  while (engine.advance(7) == Engine::State::ready) {
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> expected;
  for (std::int64_t step = 0; step <= 150; step = next_scheduled_step(step)) expected.emplace_back(0, step);
  expected.emplace_back(0, 150);
  CHECK(recorded_steps(engine) == expected);
  CHECK(engine.state() == Engine::State::finished);
}

TEST_CASE("engine: a changed parameter is recorded once, however often the runner settles") {
  const auto play = [](bool settles) {
    Engine engine(small_run(100));
    engine.advance(17);
    for (const double rate : {1.0, 2.0, 3.0}) {
      engine.apply(SetParameter{"optimizer.lr", rate});
      if (settles) engine.settle();
    }
    engine.advance(3);
    engine.apply(SetParameter{"task.values", std::int64_t{3}});
    if (settles) engine.settle();
    engine.apply(Restart{});
    engine.advance(1000);
    return std::pair{csv(engine), engine.parameter_bytes()};
  };
  const auto calm = play(false);
  CHECK(calm == play(true));
  CHECK(calm.first.find("0,17,") != std::string::npos);
  CHECK(calm.first.find("2,0,") != std::string::npos);
}

TEST_CASE("engine: restart begins again with the same weights, a new seed with others") {
  Engine engine(small_run(50));
  const auto first = engine.parameter_bytes();
  engine.advance(20);
  engine.apply(Restart{});
  CHECK(engine.step() == 0);
  CHECK(engine.segment() == 1);
  CHECK(engine.tick() == 20);
  CHECK(engine.parameter_bytes() == first);
  engine.apply(SetParameter{"run.seed", std::int64_t{1}});
  CHECK(engine.parameter_bytes() != first);
}

TEST_CASE("engine: a refused command changes nothing and says why") {
  std::vector<std::string> warnings;
  Engine engine(small_run(50), {}, [&](const Event& event) {
    if (const auto* message = std::get_if<Message>(&event))
      if (message->level == Message::Level::warning) warnings.push_back(message->text);
  });
  const auto config = engine.config();
  engine.apply(SetParameter{"optimizer.lr", -1.0});
  engine.apply(SetParameter{"model.haeds", std::int64_t{2}});
  CHECK(engine.config() == config);
  CHECK(engine.commands().empty());
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].find("optimizer.lr") != std::string::npos);
}

TEST_CASE("engine: a checkpoint continues with the same bits, across a change of capacity too") {
  for (const char* kind : {"kernel_ufm", "additive_ufm", "transformer"}) {
    Config config = small_run(120);
    config.set("model.kind", std::string(kind));
    if (std::string(kind) == "transformer") {
      config.erase("optimizer.lr");
      config.erase("optimizer.kind");
    }
    Engine engine(config);
    engine.advance(33);
    const auto checkpoint = engine.checkpoint();
    if (engine.config().text("model.kind") != "transformer")
      engine.apply(SetParameter{"model.d", std::int64_t{3}});
    while (engine.advance(1000) == Engine::State::ready) {
    }
    engine.restore(*checkpoint);
    CHECK(engine.step() == 33);
    while (engine.advance(1000) == Engine::State::ready) {
    }
    Engine straight(config);
    while (straight.advance(1000) == Engine::State::ready) {
    }
    CHECK(engine.parameter_bytes() == straight.parameter_bytes());
    CHECK(csv(engine) == csv(straight));
  }
}

TEST_CASE("engine: shrinking keeps the best approximation of the logits, growing keeps the logits") {
  for (const char* kind : {"ufm", "kernel_ufm", "additive_ufm"}) {
    Config config = small_run(1000);
    config.set("model.kind", std::string(kind));
    config.set("model.precision", std::string("double"));
    Engine engine(config);
    engine.advance(60);
    const MatrixD before = logits(*engine.embeddings());
    const ThinSvd svd = thin_svd(before);
    engine.apply(SetParameter{"model.d", std::int64_t{4}});
    const MatrixD best = svd.u.leftCols(4) * svd.s.head(4).asDiagonal() *
                         svd.v.leftCols(4).transpose();
    CHECK((logits(*engine.embeddings()) - best).norm() < 1e-10 * before.norm());
    engine.apply(SetParameter{"model.d", std::int64_t{12}});
    CHECK(engine.embeddings()->h.rows() == 12);
    CHECK((logits(*engine.embeddings()) - best).norm() < 1e-5 * before.norm());
    CHECK(engine.advance(5) == Engine::State::ready);
  }
}

TEST_CASE("engine: capacity beyond the number of contexts and words shrinks and grows too") {
  Config config = small_run(1000);
  config.set("model.d", std::int64_t{40});
  Engine engine(config);
  engine.advance(20);
  for (const std::int64_t d : {30, 9, 1, 64, 10}) {
    engine.apply(SetParameter{"model.d", d});
    CHECK(engine.embeddings()->h.rows() == d);
    CHECK(engine.embeddings()->h.allFinite());
    CHECK(engine.advance(3) == Engine::State::ready);
  }
}

TEST_CASE("engine: divergence keeps the last finite state and names what to lower") {
  std::vector<Diverged> diverged;
  Config config = small_run(5000);
  config.set("optimizer.lr", 1e6);
  Engine engine(config, {}, [&](const Event& event) {
    if (const auto* d = std::get_if<Diverged>(&event)) diverged.push_back(*d);
  });
  CHECK(engine.advance(100000) == Engine::State::diverged);
  REQUIRE(diverged.size() == 1);
  CHECK(diverged[0].text.find("optimizer.lr") != std::string::npos);
  CHECK(diverged[0].step == engine.step() + 1);
  CHECK(engine.embeddings()->h.allFinite());
  CHECK(std::isfinite(engine.records().back().metrics.get("objective")));
  CHECK(engine.records().back().step() == engine.step());
  CHECK(engine.advance(10) == Engine::State::diverged);

  SUBCASE("a lower rate goes on from there") {
    const auto step = engine.step();
    engine.apply(SetParameter{"optimizer.lr", 0.01});
    CHECK(engine.advance(1) == Engine::State::ready);
    CHECK(engine.step() == step + 1);
  }
  SUBCASE("restart works") {
    engine.apply(Restart{});
    CHECK(engine.step() == 0);
    CHECK(engine.advance(1) == Engine::State::ready);
  }
}

TEST_CASE("engine: the last finite state is the one that stepping there gives") {
  Config config = small_run(5000);
  config.set("optimizer.lr", 1e6);
  Engine engine(config);
  engine.advance(100000);
  Engine other(config);
  other.advance(engine.step());
  CHECK(other.step() == engine.step());
  CHECK(other.parameter_bytes() == engine.parameter_bytes());
}

TEST_CASE("engine: backing off halves the learning rate until the run goes on") {
  int backed_off = 0;
  Config config = small_run(300);
  config.set("optimizer.lr", 1e6);
  config.set("run.on_divergence", std::string("back_off"));
  Engine engine(config, {}, [&](const Event& event) {
    if (const auto* d = std::get_if<Diverged>(&event)) backed_off += d->backed_off ? 1 : 0;
  });
  while (engine.advance(100) == Engine::State::ready) {
  }
  CHECK(engine.state() == Engine::State::finished);
  CHECK(backed_off > 0);
  CHECK(engine.config().real("optimizer.lr") == doctest::Approx(1e6 * std::pow(0.5, backed_off)));
  std::int64_t last = -1;
  for (const auto& record : engine.records()) {
    CHECK(record.step() > last);
    CHECK(std::isfinite(record.metrics.get("objective")));
    last = record.step();
  }
}

TEST_CASE("engine: run.steps can be moved while it runs, also below the step it is at") {
  Engine engine(small_run(50));
  while (engine.advance(100) == Engine::State::ready) {
  }
  CHECK(engine.step() == 50);
  engine.apply(SetParameter{"run.steps", std::int64_t{80}});
  CHECK(engine.advance(1000) == Engine::State::finished);
  CHECK(engine.step() == 80);
  engine.apply(SetParameter{"run.steps", std::int64_t{200}});
  engine.advance(3);
  engine.apply(SetParameter{"run.steps", std::int64_t{10}});
  CHECK(engine.advance(5) == Engine::State::finished);
  CHECK(engine.step() == 83);
  CHECK(engine.records().back().step() == 83);
}

TEST_CASE("engine: float and double begin with the same weights and stay close") {
  Config config = small_run(40);
  config.set("model.precision", std::string("double"));
  Engine exact(config);
  config.set("model.precision", std::string("float"));
  Engine fast(config);
  for (const std::int64_t steps : {0, 40}) {
    exact.advance(steps);
    fast.advance(steps);
    const auto a = exact.embeddings();
    const auto b = fast.embeddings();
    CHECK((a->h - b->h).squaredNorm() <= 1e-7 * a->h.squaredNorm());
    CHECK((a->w - b->w).squaredNorm() <= 1e-7 * a->w.squaredNorm());
  }
}
