#include "core/train/schedule.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "core/random/philox.h"
#include "tests/core/train/small_run.h"

using namespace gramscope;

namespace {

Config scheduled(const std::string& schedule, std::int64_t warmup = 0) {
  Config config;
  config.set("optimizer.lr", 0.3);
  config.set("optimizer.warmup", warmup);
  config.set("optimizer.schedule", schedule);
  config.set("run.steps", std::int64_t{1000});
  return config;
}

}  // namespace

TEST_CASE("schedule: constant without warm-up is the learning rate to the bit, at every step") {
  const auto rate = learning_rate_schedule(resolve(scheduled("constant")));
  for (const std::int64_t step : {0, 1, 999, 1000, 1'000'000'000}) CHECK(rate(step) == 0.3);
}

TEST_CASE("schedule: warm-up rises in equal parts from the first step to the full rate, and is over") {
  for (const char* kind : {"constant", "step"}) {
    const auto rate = learning_rate_schedule(resolve(scheduled(kind, 40)));
    for (std::int64_t step = 0; step < 40; ++step)
      CHECK(rate(step) == doctest::Approx(0.3 * static_cast<double>(step + 1) / 40.0).epsilon(1e-15));
    CHECK(rate(39) == 0.3);
    CHECK(rate(40) == 0.3);
  }
}

TEST_CASE("schedule: steps fall by the factor after every interval") {
  Config config = scheduled("step");
  config.set("optimizer.decay_every", std::int64_t{100});
  config.set("optimizer.decay_factor", 0.1);
  const auto rate = learning_rate_schedule(resolve(config));
  CHECK(rate(0) == 0.3);
  CHECK(rate(99) == 0.3);
  CHECK(rate(100) == doctest::Approx(0.03).epsilon(1e-15));
  CHECK(rate(199) == rate(100));
  CHECK(rate(1000) == doctest::Approx(0.3 * 1e-10).epsilon(1e-14));
}

TEST_CASE("schedule: cosine begins at the full rate after the warm-up, is halfway in the middle and ends at its share") {
  Config config = scheduled("cosine", 200);
  config.set("optimizer.final_lr_share", 0.1);
  const auto rate = learning_rate_schedule(resolve(config));
  CHECK(rate(199) == 0.3);
  CHECK(rate(200) == 0.3);
  CHECK(rate(600) == doctest::Approx(0.3 * 0.55).epsilon(1e-14));
  CHECK(rate(1000) == doctest::Approx(0.03).epsilon(1e-15));
  CHECK(rate(5000) == rate(1000));
  double last = 0.3;
  for (std::int64_t step = 201; step <= 1000; ++step) {
    const double expected = 0.1 + 0.9 * 0.5 * (1.0 + std::cos(std::numbers::pi * static_cast<double>(step - 200) / 800.0));
    CHECK(rate(step) == doctest::Approx(0.3 * expected).epsilon(1e-14));
    CHECK(rate(step) < last);
    last = rate(step);
  }
}

TEST_CASE("schedule: a warm-up as long as the run or longer leaves nothing for the cosine") {
  for (const std::int64_t warmup : {1000, 4000}) {
    const auto rate = learning_rate_schedule(resolve(scheduled("cosine", warmup)));
    for (const std::int64_t step : {0, 500, 999})
      CHECK(rate(step) == doctest::Approx(0.3 * static_cast<double>(step + 1) / static_cast<double>(warmup)));
    CHECK(rate(1000) == 0.0);
  }
}

TEST_CASE("schedule: every registered one is finite and between 0 and the learning rate, whatever its parameters") {
  Random random(3);
  for (const auto& entry : schedule_entries()) {
    CAPTURE(entry.key);
    for (int trial = 0; trial < 50; ++trial) {
      Config config = scheduled(entry.key, random.below(3) == 0 ? 0 : random.below(2000));
      for (const auto& parameter : entry.parameters) {
        const double u = random.uniform();
        const double value = parameter.minimum + (parameter.maximum - parameter.minimum) * u * u;
        config.set(parameter.key, parameter.type == ParameterType::integer ? Value{static_cast<std::int64_t>(value)} : Value{value});
      }
      const auto rate = learning_rate_schedule(resolve(config));
      for (int i = 0; i < 20; ++i) {
        const double at = rate(static_cast<std::int64_t>(random.below(3000)));
        CHECK(at >= 0.0);
        CHECK(at <= 0.3 * (1.0 + 1e-15));
      }
    }
  }
}

TEST_CASE("engine: takes every step with the rate of the schedule, for every method") {
  // With momentum 0 and no ridge, the first step of size r is r times the first step of size 1.
  for (const char* method : {"gd", "momentum", "adamw"}) {
    Config config = small_run(100);
    config.set("model.kind", std::string("ufm"));
    config.set("model.precision", std::string("double"));
    config.set("optimizer.kind", std::string(method));
    if (std::string(method) == "adamw") config.set("optimizer.weight_decay", 0.0);
    config.set("optimizer.lr", 0.01);
    const auto displacement = [&](std::int64_t warmup) {
      config.set("optimizer.warmup", warmup);
      Engine engine(config);
      const auto before = engine.embeddings();
      CHECK(engine.learning_rate() == doctest::Approx(0.01 / static_cast<double>(std::max<std::int64_t>(warmup, 1))));
      engine.advance(1);
      return MatrixD(engine.embeddings()->h - before->h);
    };
    const MatrixD whole = displacement(0);
    CHECK((whole - 8.0 * displacement(8)).norm() < 1e-12 * whole.norm());
  }
}

TEST_CASE("engine: with a rate of zero at the end of a cosine the parameters stand still") {
  Config config = small_run(60);
  config.set("optimizer.schedule", std::string("cosine"));
  Engine engine(config);
  while (engine.advance(100) == Engine::State::ready) {
  }
  CHECK(engine.learning_rate() == 0.0);
  const auto at_end = engine.parameter_bytes();
  engine.apply(SetParameter{"optimizer.warmup", std::int64_t{0}});
  engine.apply(SetParameter{"run.steps", std::int64_t{61}});
  CHECK(engine.learning_rate() > 0.0);
  engine.advance(1);
  CHECK(engine.parameter_bytes() != at_end);
}
