#include "core/models/ridge_path.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/core/train/small_run.h"

using namespace gramscope;

namespace {

Config path_config(double factor, std::int64_t steps) {
  Config config;
  config.set("reg.path", std::string("geometric"));
  config.set("reg.path_factor", factor);
  config.set("reg.path_steps", steps);
  return config;
}

}  // namespace

TEST_CASE("ridge path: the same factor in every step, from 1 to the bit to the whole factor, then constant") {
  RidgePath path;
  CHECK(path.share_at(123) == 1.0);
  path.configure(path_config(1e-5, 800'000));
  CHECK(path.share_at(0) == 1.0);
  CHECK(path.share_at(400'000) == doctest::Approx(std::sqrt(1e-5)).epsilon(1e-14));
  CHECK(path.share_at(800'000) == 1e-5);
  CHECK(path.share_at(1'000'000) == 1e-5);
  for (const std::int64_t step : {1, 1000, 799'999})
    CHECK(path.share_at(step) / path.share_at(step - 1) == doctest::Approx(std::pow(1e-5, 1.0 / 800'000)).epsilon(1e-13));
  path.configure({});
  CHECK(path.share_at(800'000) == 1.0);
}

TEST_CASE("ridge path: the recorded objective has the ridge in force at that step, for every model that has one") {
  for (const char* kind : {"ufm", "kernel_ufm", "additive_ufm"}) {
    CAPTURE(kind);
    Config config = small_run(120);
    config.set("model.kind", std::string(kind));
    config.set("model.precision", std::string("double"));
    config.set("reg.path", std::string("geometric"));
    config.set("reg.path_factor", 0.01);
    config.set("reg.path_steps", std::int64_t{100});
    Config constant = config;
    constant.set("reg.path", std::string("constant"));
    constant.erase("reg.path_factor");
    constant.erase("reg.path_steps");
    Engine engine(config);
    Engine reference(constant);
    for (const std::int64_t step : {0, 1, 2, 50, 100, 120}) {
      engine.advance(step - engine.step());
      const double share = std::pow(0.01, std::min(1.0, static_cast<double>(step) / 100.0));
      const double in_force = engine.embeddings()->penalty;
      // Off the path, the same parameters have the whole ridge.
      Engine whole(config);
      whole.restore(*engine.checkpoint());
      whole.apply(SetParameter{"reg.path", std::string("constant")});
      CHECK(in_force == doctest::Approx(share * whole.embeddings()->penalty).epsilon(1e-12));
      CHECK(in_force > 0.0);
    }
    // The first step is taken with the whole ridge, the second with less.
    reference.advance(1);
    Engine path(config);
    path.advance(1);
    CHECK(path.parameter_bytes() == reference.parameter_bytes());
    path.advance(1);
    reference.advance(1);
    CHECK(path.parameter_bytes() != reference.parameter_bytes());
  }
}

TEST_CASE("ridge path: at its end training goes on as with that ridge from then on") {
  Config config = small_run(1000);
  config.set("model.precision", std::string("double"));
  config.set("reg.lambda_w", 1e-3);
  config.set("reg.lambda_h", 1e-3);
  config.set("reg.path", std::string("geometric"));
  config.set("reg.path_factor", 0.125);  // a power of 2: the ridge in force is exact
  config.set("reg.path_steps", std::int64_t{30});
  Engine path(config);
  path.advance(30);
  Engine constant(config);
  constant.advance(30);
  constant.apply(SetParameter{"reg.path", std::string("constant")});
  constant.apply(SetParameter{"reg.lambda_w", 0.125e-3});
  constant.apply(SetParameter{"reg.lambda_h", 0.125e-3});
  path.advance(40);
  constant.advance(40);
  CHECK(path.parameter_bytes() == constant.parameter_bytes());
}
