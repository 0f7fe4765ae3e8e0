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

TEST_CASE("engine: backing off is recorded the same however the steps are asked for") {
  Config config = small_run(300);
  config.set("optimizer.lr", 1e6);
  config.set("run.on_divergence", std::string("back_off"));
  Engine whole(config);
  whole.advance(200);
  Engine single(config);
  while (single.tick() < whole.tick()) single.advance(1);
  CHECK(single.parameter_bytes() == whole.parameter_bytes());
  CHECK(recorded_steps(single) == recorded_steps(whole));
  CHECK(csv(single) == csv(whole));
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

namespace {

/// A change of something that the objective or the schedule depends on, drawn so that all come up.
SetParameter random_change(Random& random) {
  switch (random.below(11)) {
    case 0: return {"optimizer.schedule", std::string(random.below(2) == 0 ? "cosine" : "step")};
    case 1: return {"optimizer.schedule", std::string("constant")};
    case 2: return {"optimizer.warmup", static_cast<std::int64_t>(random.below(60))};
    case 3: return {"reg.path", std::string(random.below(3) == 0 ? "constant" : "geometric")};
    case 4: return {"reg.smoothing", 0.3 * random.uniform()};
    case 5: return {"reg.gamma", random.below(3) == 0 ? 0.0 : 0.01 * random.uniform()};
    case 6: return {"reg.kernel", std::string(random.below(2) == 0 ? "symmetric" : "factor")};
    case 7: return {"run.stop", std::string(random.below(3) == 0 ? "none" : "peak")};
    case 8: return {"model.d", static_cast<std::int64_t>(4 + random.below(10))};
    case 9: return {"run.stop_after", static_cast<std::int64_t>(1 + random.below(4))};
    default: return {"reg.lambda_h", 1e-3 * random.uniform()};
  }
}

/// Plays that many random changes and continuations; how the steps between them are asked for is drawn from `pieces`.
void play(Engine& engine, std::uint64_t seed, int changes, Random& pieces) {
  Random random(seed);
  for (int i = 0; i < changes; ++i) {
    for (auto left = static_cast<std::int64_t>(random.below(25)); left > 0;) {
      const auto steps = std::min<std::int64_t>(left, 1 + pieces.below(25));
      engine.advance(steps);
      left -= steps;
      if (pieces.below(2) == 0) engine.embeddings();
    }
    engine.apply(random_change(random));
    if (pieces.below(2) == 0) engine.settle();
    engine.apply(Continue{});
  }
  engine.advance(40);
}

}  // namespace

TEST_CASE("engine: schedules, paths, smoothing, rewards and stops changed at any step give the same bits again") {
  for (const char* kind : {"kernel_ufm", "additive_ufm", "transformer"}) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      CAPTURE(kind);
      CAPTURE(seed);
      Config config;
      config.set("model.kind", std::string(kind));
      config.set("task.values", std::int64_t{2});
      config.set("model.d", std::int64_t{10});
      config.set("run.steps", std::int64_t{400});
      config.set("run.on_divergence", std::string("back_off"));
      Random one(1);
      Random other(2);
      Engine first(config);
      Engine second(config);
      play(first, seed, 25, one);
      play(second, seed, 25, other);
      CHECK(first.parameter_bytes() == second.parameter_bytes());
      CHECK(csv(first) == csv(second));
      CHECK(first.tick() == second.tick());
      CHECK(first.segment() == second.segment());
      for (std::size_t i = 1; i < first.records().size(); ++i) {
        const auto& before = first.records()[i - 1];
        const auto& after = first.records()[i];
        CHECK((after.segment() > before.segment() || after.step() >= before.step()));
      }

      // From a checkpoint in the middle too.
      Engine third(config);
      Random pieces(3);
      play(third, seed, 12, pieces);
      const auto checkpoint = third.checkpoint();
      play(third, seed + 100, 12, pieces);
      const auto bytes = third.parameter_bytes();
      const auto numbers = csv(third);
      third.restore(*checkpoint);
      play(third, seed + 100, 12, pieces);
      CHECK(third.parameter_bytes() == bytes);
      CHECK(csv(third) == numbers);
    }
  }
}

TEST_CASE("engine: a recorded step is not recorded with another gradient than the one the next step takes") {
  // Recording leaves its gradient to the next step: without any record in between the bits are the same.
  Config config = small_run(500);
  config.set("optimizer.schedule", std::string("cosine"));
  config.set("reg.path", std::string("geometric"));
  Engine often(config);
  for (int i = 0; i < 200; ++i) {
    often.advance(1);
    often.apply(SetParameter{"reg.smoothing", i % 2 == 0 ? 1e-3 : 0.0});
    often.settle();
    often.apply(SetParameter{"reg.smoothing", 0.0});
    often.settle();
  }
  Engine seldom(config);
  seldom.advance(200);
  CHECK(often.parameter_bytes() == seldom.parameter_bytes());
}

TEST_CASE("engine: smoothing and rewards act at the next step, and back to 0 leaves no trace") {
  for (const auto& [key, value] : {std::pair<const char*, double>{"reg.smoothing", 0.1}, {"reg.gamma", 0.01}}) {
    Engine changed(small_run(100));
    Engine plain(small_run(100));
    changed.advance(10);
    plain.advance(10);
    changed.apply(SetParameter{key, value});
    CHECK(changed.parameter_bytes() == plain.parameter_bytes());
    changed.apply(SetParameter{key, 0.0});
    changed.advance(10);
    plain.advance(10);
    CHECK(changed.parameter_bytes() == plain.parameter_bytes());
    changed.apply(SetParameter{key, value});
    changed.advance(1);
    plain.advance(1);
    CHECK(changed.parameter_bytes() != plain.parameter_bytes());
  }
}

TEST_CASE("engine: what cannot be made changes nothing, whatever stands in its way") {
  enum class Obstacle { none, input, cancelled };
  Obstacle obstacle = Obstacle::none;
  std::vector<std::string> warnings;
  std::vector<ConfigChanged> told;
  EngineHooks hooks;
  hooks.listener = [&](const Event& event) {
    if (const auto* message = std::get_if<Message>(&event))
      if (message->level == Message::Level::warning) warnings.push_back(message->text);
    if (const auto* changed = std::get_if<ConfigChanged>(&event)) told.push_back(*changed);
  };
  hooks.task_work = [&]() -> TaskWork {
    if (obstacle == Obstacle::input) throw InputError("stories.txt: could not be read");
    if (obstacle == Obstacle::cancelled) throw Cancelled("Reading stories.txt: cancelled");
    return {};
  };
  Engine engine(small_run(50), "mine", hooks);
  engine.advance(17);
  const auto config = engine.config();
  const auto task = engine.task();
  const auto bytes = engine.parameter_bytes();
  const auto numbers = csv(engine);

  const auto check_unchanged = [&](const Command& command, const std::string& reason) {
    warnings.clear();
    told.clear();
    engine.apply(command);
    CHECK(engine.config() == config);
    CHECK(engine.preset() == "mine");
    CHECK(engine.task() == task);
    CHECK(engine.segment() == 0);
    CHECK(engine.step() == 17);
    CHECK(engine.tick() == 17);
    CHECK(engine.state() == Engine::State::ready);
    CHECK(engine.commands().empty());
    CHECK(engine.parameter_bytes() == bytes);
    CHECK(csv(engine) == numbers);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find(reason) != std::string::npos);
    // Whoever shows the refused value is told the one in force.
    REQUIRE(told.size() == 1);
    CHECK(told[0].config == config);
    CHECK_FALSE(told[0].restarted);
  };

  Config another = small_run(50);
  another.set("task.values", std::int64_t{3});
  Config unusable = small_run(50);
  unusable.set("reg.gamma", 1.0);
  unusable.set("reg.kernel", std::string("factor"));
  unusable.set("reg.factor", std::int64_t{4});
  for (const auto& [with, reason] : {std::pair{Obstacle::input, "stories.txt: could not be read"},
                                     {Obstacle::cancelled, "Reading stories.txt: cancelled"}}) {
    obstacle = with;
    check_unchanged(Load{another, "other"}, reason);
    check_unchanged(SetParameter{"task.values", std::int64_t{3}}, reason);
  }
  obstacle = Obstacle::none;
  check_unchanged(Load{unusable, "other"}, "reg.factor = 4: the task has 3 latent factors");
  another.set("model.heads", std::int64_t{2});
  check_unchanged(Load{another, "other"}, "model.heads");

  // And it goes on as if nothing had been asked for.
  Engine calm(small_run(50), "mine");
  engine.advance(100);
  calm.advance(100);
  CHECK(engine.parameter_bytes() == calm.parameter_bytes());
  CHECK(csv(engine) == csv(calm));
}

TEST_CASE("engine: a live change that the task cannot follow is refused before it touches anything") {
  Engine engine(small_run(50));
  engine.apply(SetParameter{"reg.gamma", 0.01});
  engine.apply(SetParameter{"reg.kernel", std::string("factor")});
  engine.advance(5);
  const auto config = engine.config();
  engine.apply(SetParameter{"reg.factor", std::int64_t{5}});
  CHECK(engine.config() == config);
  CHECK(engine.commands().size() == 2);
  engine.apply(SetParameter{"reg.factor", std::int64_t{3}});
  CHECK(engine.config().integer("reg.factor") == 3);
  CHECK(engine.advance(5) == Engine::State::ready);
}

TEST_CASE("engine: a replay through divergences records what the run did, whatever came right after them") {
  const auto divergent = [](const std::string& on_divergence) {
    Config config = small_run(2000);
    config.set("optimizer.lr", 1e6);
    config.set("run.on_divergence", on_divergence);
    return config;
  };
  const std::vector<std::vector<Command>> continuations{
      {Restart{}},
      {SetParameter{"optimizer.lr", 0.5}},
      {SetParameter{"model.d", std::int64_t{5}}, SetParameter{"optimizer.lr", 0.5}},
      {SetParameter{"optimizer.lr", 0.5}, Restart{}},
      {SetParameter{"run.seed", std::int64_t{3}}},
  };
  for (const char* on_divergence : {"stop", "back_off"}) {
    for (const auto& commands : continuations) {
      // One step at a time, so that the commands come as soon as they can after each divergence.
      bool has_diverged = false;
      Engine engine(divergent(on_divergence), {}, [&](const Event& event) {
        has_diverged = has_diverged || std::holds_alternative<Diverged>(event);
      });
      for (int i = 0; i < 400; ++i) {
        engine.advance(1);
        if (has_diverged)
          for (const auto& command : commands) engine.apply(command);
        has_diverged = false;
      }
      REQUIRE_FALSE(engine.commands().empty());

      Engine replay(divergent(on_divergence));
      for (const auto& executed : engine.commands()) {
        // As far as the next command in one go; a divergence ends that early.
        while (replay.tick() < executed.tick) {
          const auto before = replay.tick();
          replay.advance(executed.tick - replay.tick());
          REQUIRE(replay.tick() > before);
        }
        REQUIRE(replay.tick() == executed.tick);
        replay.apply(executed.command);
      }
      replay.advance(engine.tick() - replay.tick());
      CHECK(replay.tick() == engine.tick());
      CHECK(replay.parameter_bytes() == engine.parameter_bytes());
      CHECK(csv(replay) == csv(engine));
    }
  }
}
