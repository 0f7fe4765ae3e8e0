#include "core/train/optimizers.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/random/philox.h"

using namespace gramscope;

namespace {

constexpr Index kSize = 37;  // not a whole number of vectors

Config config_of(double rate, double momentum, double decay) {
  Config config;
  config.set("optimizer.lr", rate);
  config.set("optimizer.momentum", momentum);
  config.set("optimizer.weight_decay", decay);
  return config;
}

VectorD random_vector(Random& random) {
  VectorD x(kSize);
  for (Index i = 0; i < kSize; ++i) x(i) = random.normal();
  return x;
}

}  // namespace

TEST_CASE("gradient descent: moves by the rate times the gradient") {
  Random random(1);
  VectorD x = random_vector(random);
  const VectorD start = x;
  const VectorD g = random_vector(random);
  const auto optimizer = gradient_descent_entry().make_double(kSize);
  optimizer->configure(config_of(0.25, 0.9, 0.5));
  optimizer->step(x, g);
  CHECK((x - (start - 0.25 * g)).norm() < 1e-15);
  CHECK(optimizer->state().buffers.empty());
}

TEST_CASE(
    "momentum: under a constant gradient the velocity is a geometric series, without momentum gradient "
    "descent") {
  const VectorD g = VectorD::LinSpaced(kSize, -1.0, 1.0);
  VectorD x = VectorD::Zero(kSize);
  const auto optimizer = momentum_entry().make_double(kSize);
  optimizer->configure(config_of(0.1, 0.8, 0.0));
  double velocity = 0.0;
  double path = 0.0;
  for (int t = 0; t < 9; ++t) {
    optimizer->step(x, g);
    velocity = 0.8 * velocity + 1.0;
    path += velocity;
  }
  CHECK((x + 0.1 * path * g).norm() < 1e-14);
  CHECK((optimizer->state().buffers.at(0) - velocity * g).norm() < 1e-14);

  Random random(2);
  VectorD slow = random_vector(random);
  VectorD plain = slow;
  const auto without = momentum_entry().make_double(kSize);
  const auto descent = gradient_descent_entry().make_double(kSize);
  without->configure(config_of(0.3, 0.0, 0.0));
  descent->configure(config_of(0.3, 0.0, 0.0));
  for (int t = 0; t < 5; ++t) {
    const VectorD gradient = random_vector(random);
    without->step(slow, gradient);
    descent->step(plain, gradient);
  }
  CHECK(slow == plain);
}

TEST_CASE("adamw: the first step is the rate in the direction of the sign, whatever the gradient's size") {
  for (double size : {1e-3, 1.0, 1e6}) {
    VectorD x = VectorD::Zero(kSize);
    VectorD g = VectorD::Constant(kSize, size);
    g.head(10) *= -1.0;
    const auto optimizer = adamw_entry().make_double(kSize);
    optimizer->configure(config_of(1e-3, 0.0, 0.0));
    optimizer->step(x, g);
    CHECK((x.array() / (-1e-3 * g.array().sign()) - 1.0).abs().maxCoeff() < 2e-5);
  }
}

TEST_CASE("adamw: agrees with the bias-corrected moments written out as weighted sums of all gradients") {
  Random random(3);
  const double rate = 0.02;
  const double decay = 0.3;
  VectorD x = random_vector(random);
  VectorD expected = x;
  const auto optimizer = adamw_entry().make_double(kSize);
  optimizer->configure(config_of(rate, 0.0, decay));
  std::vector<VectorD> gradients;
  for (int t = 1; t <= 7; ++t) {
    gradients.push_back(random_vector(random));
    optimizer->step(x, gradients.back());
    VectorD mean = VectorD::Zero(kSize);
    VectorD square = VectorD::Zero(kSize);
    double mean_weight = 0.0;
    double square_weight = 0.0;
    for (int s = 1; s <= t; ++s) {
      const auto& g = gradients[static_cast<std::size_t>(s - 1)];
      mean += std::pow(0.9, t - s) * g;
      square += std::pow(0.999, t - s) * g.cwiseAbs2();
      mean_weight += std::pow(0.9, t - s);
      square_weight += std::pow(0.999, t - s);
    }
    expected *= 1.0 - rate * decay;
    expected.array() -=
        rate * (mean / mean_weight).array() / ((square / square_weight).array().sqrt() + 1e-8);
    CHECK((x - expected).norm() < 1e-12 * expected.norm());
  }
}

TEST_CASE("adamw: where there is no gradient only the decay acts, and zeros stay zeros") {
  VectorD x = VectorD::Ones(kSize);
  x.tail(5).setZero();
  const auto optimizer = adamw_entry().make_double(kSize);
  optimizer->configure(config_of(0.1, 0.0, 0.5));
  for (int t = 0; t < 3; ++t) optimizer->step(x, VectorD::Zero(kSize));
  CHECK((x.head(kSize - 5).array() - std::pow(0.95, 3)).abs().maxCoeff() < 1e-15);
  CHECK(x.tail(5).isZero(0.0));
}

TEST_CASE("optimizers: a restored state continues to the same bits, and configure acts at the next step") {
  const Config config = config_of(0.05, 0.9, 0.01);
  for (const auto& entry : {gradient_descent_entry(), momentum_entry(), adamw_entry()}) {
    CAPTURE(entry.key);
    Random random(4);
    const auto first = entry.make_float(kSize);
    first->configure(config);
    Vector<float> x = random_vector(random).cast<float>();
    for (int t = 0; t < 4; ++t) first->step(x, random_vector(random).cast<float>());
    CHECK(first->state().steps == 4);

    const auto second = entry.make_float(kSize);
    second->configure(config);
    second->restore(first->state());
    Vector<float> y = x;
    for (int t = 0; t < 4; ++t) {
      const Vector<float> g = random_vector(random).cast<float>();
      first->step(x, g);
      second->step(y, g);
    }
    CHECK(x == y);

    first->configure(config_of(0.0, 0.9, 0.01));
    const Vector<float> before = x;
    first->step(x, Vector<float>::Ones(kSize));
    CHECK(x == before);
  }
}
