#include "core/theory/mode_growth.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "core/train/engine.h"
#include "tests/core/linalg/sample_matrices.h"

namespace gramscope {

namespace {

/// The flagship's experiment from the smallest weights that can be set.
Config flagship(const std::string& model, const std::string& optimizer) {
  Config config;
  config.set("task.kind", std::string("attributes"));
  config.set("model.kind", model);
  config.set("model.d", std::int64_t{32});
  config.set("model.init_scale", 1e-8);
  config.set("model.precision", std::string("double"));
  config.set("optimizer.kind", optimizer);
  config.set("optimizer.lr", optimizer == "momentum" ? 1.0 : 10.0);
  config.set("run.steps", std::int64_t{200});
  config.set("run.max_margin", std::string("never"));
  return config;
}

/// Every step of a run against the theory of each group, as long as no logit exceeds 1e-7: from there on the softmax is not
/// linear to the six digits asked for.
void check_course(const Config& config, std::size_t least_steps) {
  CAPTURE(config.text("model.kind"));
  CAPTURE(config.text("optimizer.kind"));
  Engine engine(config, "flagship");
  const Modes modes = modes_of(*engine.task());
  REQUIRE(modes.groups.size() == 2);
  std::vector<std::int64_t> steps(200);
  std::iota(steps.begin(), steps.end(), std::int64_t{0});
  std::vector<std::vector<double>> expected;
  for (const auto& group : modes.groups) {
    const auto theory = growth_theory(engine.config(), group);
    REQUIRE(theory.undefined.empty());
    const auto start = engine.embeddings();
    expected.push_back(early_course(group, start->w, start->h, theory.setting, steps));
  }
  std::vector<double> largest(2, 0.0);
  std::size_t step = 0;
  for (; step < steps.size(); ++step, engine.advance(1)) {
    const auto now = engine.embeddings();
    if ((now->w * now->h).cwiseAbs().maxCoeff() > 1e-7) break;
    CAPTURE(step);
    for (std::size_t g = 0; g < 2; ++g) {
      // A value may pass through 0: what counts is how large it has been.
      largest[g] = std::max(largest[g], std::abs(expected[g][step]));
      REQUIRE(std::abs(mode_value(modes.groups[g], now->w, now->h) - expected[g][step]) <= 1e-6 * largest[g]);
    }
  }
  CHECK(step >= least_steps);
}

}  // namespace

TEST_CASE("early_course: the engine's own first steps, for both models by gradient descent and momentum") {
  for (const char* model : {"kernel_ufm", "ufm"})
    for (const char* optimizer : {"gd", "momentum"}) check_course(flagship(model, optimizer), 15);
}

TEST_CASE("early_course: follows unequal ridges, label smoothing, another kernel and another task") {
  Config config = flagship("kernel_ufm", "momentum");
  config.set("reg.lambda_w", 2e-3);
  config.set("reg.lambda_h", 1e-4);
  config.set("reg.smoothing", 0.3);
  config.set("model.alpha", 0.7);
  config.set("model.beta", 0.4);
  config.set("task.factors", std::int64_t{2});
  config.set("task.values", std::int64_t{4});
  check_course(config, 15);
}

TEST_CASE("growth: ln of the flagship's main effects rises by 0.12634 per step at learning rate 1") {
  Config config = flagship("kernel_ufm", "gd");
  config.set("optimizer.lr", 1.0);
  Engine engine(config, "flagship");
  const Modes modes = modes_of(*engine.task());
  const auto& main_effects = modes.groups[0];
  const auto theory = growth_theory(engine.config(), main_effects);
  CHECK(theory.setting.kappa == doctest::Approx(3.2).epsilon(1e-13));
  const double r = growth_rate(main_effects.singular_value, theory.setting);
  CHECK(2.0 * std::log1p(r) == doctest::Approx(0.12634).epsilon(4e-5));
  CHECK(growth_per_step(main_effects.singular_value, theory.setting) == doctest::Approx((1.0 + r) * (1.0 + r)).epsilon(1e-14));
  engine.advance(99);
  const auto before = engine.embeddings();
  engine.advance(1);
  const auto after = engine.embeddings();
  CHECK(std::log(mode_value(main_effects, after->w, after->h) / mode_value(main_effects, before->w, before->h)) ==
        doctest::Approx(2.0 * std::log1p(r)).epsilon(1e-5));
}

TEST_CASE("growth_rate: the larger eigenvalue of the linearised dynamics") {
  for (const double sigma : {0.0, 0.01, 0.3}) {
    for (const double kappa : {0.2, 1.0, 3.2}) {
      GrowthSetting setting;
      setting.kappa = kappa;
      setting.lambda_w = 0.02;
      setting.lambda_h = 0.07;
      const double r = growth_rate(sigma, setting);
      // det([[-lambda_W, sigma], [kappa sigma, -kappa lambda_H]] - r) = 0, and no eigenvalue is larger
      CHECK(std::abs((-0.02 - r) * (-kappa * 0.07 - r) - kappa * sigma * sigma) < 1e-16);
      CHECK(r >= 0.5 * (-0.02 - kappa * 0.07));
      setting.lambda_h = 0.02;
      CHECK(growth_rate(sigma, setting) ==
            doctest::Approx(0.5 * (-0.02 * (1 + kappa) + std::sqrt(4e-4 * (1 - kappa) * (1 - kappa) + 4 * kappa * sigma * sigma)))
                .epsilon(1e-13));
    }
  }
}

TEST_CASE("growth_per_step: what the course tends to, by gradient descent and with momentum") {
  ModeGroup group;
  group.singular_value = 0.04;
  group.u = MatrixD::Identity(3, 2);
  group.v = MatrixD::Identity(4, 2);
  const std::vector<std::int64_t> steps{2000, 2001};
  for (const double momentum : {0.0, 0.5, 0.9}) {
    GrowthSetting setting;
    setting.learning_rate = 0.7;
    setting.momentum = momentum;
    setting.lambda_w = 0.001;
    setting.lambda_h = 0.004;
    setting.kappa = 1.7;
    setting.smoothing = 0.2;
    const auto course = early_course(group, random_matrix(3, 5, 1), random_matrix(5, 4, 2), setting, steps);
    CHECK(course[1] / course[0] == doctest::Approx(growth_per_step(0.04, setting)).epsilon(1e-12));
  }
  // Roots of rho^2 - 0.9 rho + 0.9, which are complex
  GrowthSetting strong;
  strong.learning_rate = 1.0;
  strong.momentum = 0.9;
  strong.lambda_w = strong.lambda_h = 1.0;
  CHECK(growth_per_step(0.0, strong) == doctest::Approx(0.9).epsilon(1e-14));
}

TEST_CASE("growth: a ridge above the singular value kills the mode, and overflow is infinite") {
  GrowthSetting setting;
  setting.learning_rate = 1.0;
  setting.lambda_w = setting.lambda_h = 0.1;
  CHECK(growth_rate(0.05, setting) < 0.0);
  CHECK(growth_per_step(0.05, setting) < 1.0);
  CHECK(growth_rate(0.1, setting) == doctest::Approx(0.0).epsilon(1e-15));
  ModeGroup group;
  group.singular_value = 0.5;
  group.u = MatrixD::Identity(3, 2);
  group.v = MatrixD::Identity(4, 2);
  const std::vector<std::int64_t> steps{0, 1, 1'000'000, 1'000'000'000};
  const MatrixD w = random_matrix(3, 5, 1);
  const MatrixD h = random_matrix(5, 4, 2);
  const auto course = early_course(group, w, h, setting, steps);
  CHECK(course[0] == doctest::Approx(mode_value(group, w, h)).epsilon(1e-13));
  CHECK(std::isfinite(course[1]));
  CHECK(course[2] == std::numeric_limits<double>::infinity());
  CHECK(course[3] == std::numeric_limits<double>::infinity());
  setting.lambda_w = setting.lambda_h = 0.9;
  CHECK(early_course(group, w, h, setting, steps)[3] == 0.0);
}

TEST_CASE("growth_theory: says what it has no theory of") {
  ModeGroup exact;
  ModeGroup inexact;
  inexact.is_kernel_exact = false;
  const auto reason = [&](Config config, const ModeGroup& group) {
    return growth_theory(Engine(config, "flagship").config(), group).undefined;
  };
  CHECK(reason(flagship("kernel_ufm", "gd"), exact).empty());
  CHECK(reason(flagship("ufm", "gd"), inexact).empty());
  CHECK(reason(flagship("kernel_ufm", "gd"), inexact).find("eigenvector") != std::string::npos);
  CHECK(reason(flagship("additive_ufm", "gd"), exact).find("kernel UFM only") != std::string::npos);
  CHECK(reason(flagship("ufm", "adamw"), exact).find("gradient descent") != std::string::npos);
  Config config = flagship("ufm", "gd");
  config.set("optimizer.schedule", std::string("cosine"));
  CHECK(reason(config, exact) == "the learning rate changes with the step");
  config = flagship("ufm", "gd");
  config.set("optimizer.warmup", std::int64_t{10});
  CHECK(reason(config, exact) == "the learning rate changes with the step");
  config = flagship("ufm", "gd");
  config.set("reg.path", std::string("geometric"));
  CHECK(reason(config, exact) == "the ridge changes with the step");
  config = flagship("kernel_ufm", "gd");
  config.set("reg.gamma", 0.1);
  CHECK(reason(config, exact).find("alignment") != std::string::npos);
}

}  // namespace gramscope
