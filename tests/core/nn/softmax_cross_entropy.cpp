#include "core/nn/softmax_cross_entropy.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "core/random/philox.h"
#include "tests/core/models/torch_fixture.h"

using namespace gramscope;

namespace {

struct Case {
  SparseColumns targets;
  VectorD weight;
  MatrixD logits;
};

/// Random logits, supports of one to `most` words and uneven weights.
Case random_case(Index words, Index contexts, Index most, std::uint64_t seed) {
  Random random(seed);
  Case c;
  c.logits.resize(words, contexts);
  for (Index i = 0; i < c.logits.size(); ++i) c.logits(i) = 2.0 * random.normal();
  c.weight.resize(contexts);
  c.targets.begin.push_back(0);
  for (Index j = 0; j < contexts; ++j) {
    c.weight(j) = 0.2 + random.uniform();
    const Index count = 1 + static_cast<Index>(random.below(static_cast<std::uint32_t>(most)));
    const Index first = static_cast<Index>(random.below(static_cast<std::uint32_t>(words - count + 1)));
    double total = 0.0;
    for (Index e = 0; e < count; ++e) {
      c.targets.word.push_back(first + e);
      c.targets.probability.push_back(0.1 + random.uniform());
      total += c.targets.probability.back();
    }
    for (Index e = 0; e < count; ++e)
      c.targets.probability[c.targets.probability.size() - 1 - static_cast<std::size_t>(e)] /= total;
    c.targets.begin.push_back(static_cast<Index>(c.targets.word.size()));
  }
  c.weight /= c.weight.sum();
  return c;
}

SparseColumns one_hot(const std::vector<Index>& words) {
  SparseColumns targets;
  targets.begin.push_back(0);
  for (Index word : words) {
    targets.word.push_back(word);
    targets.probability.push_back(1.0);
    targets.begin.push_back(static_cast<Index>(targets.word.size()));
  }
  return targets;
}

MatrixD dense(const SparseColumns& targets, Index words) {
  MatrixD p = MatrixD::Zero(words, targets.columns());
  for (Index j = 0; j < targets.columns(); ++j)
    for (Index e = targets.begin[static_cast<std::size_t>(j)];
         e < targets.begin[static_cast<std::size_t>(j) + 1]; ++e)
      p(targets.word[static_cast<std::size_t>(e)], j) = targets.probability[static_cast<std::size_t>(e)];
  return p;
}

double cross_entropy_by_definition(const Case& c) {
  const MatrixD p = dense(c.targets, c.logits.rows());
  long double loss = 0.0L;
  for (Index j = 0; j < c.logits.cols(); ++j) {
    long double total = 0.0L;
    for (Index z = 0; z < c.logits.rows(); ++z) total += std::exp(static_cast<long double>(c.logits(z, j)));
    for (Index z = 0; z < c.logits.rows(); ++z)
      loss -= c.weight(j) * p(z, j) * (c.logits(z, j) - std::log(total));
  }
  return static_cast<double>(loss);
}

}  // namespace

TEST_CASE("softmax_cross_entropy: agrees with the definition, across group borders") {
  for (const auto& [words, contexts, most] :
       {std::tuple<Index, Index, Index>{5, 3, 4}, {27, 200, 1}, {3, 700, 3}, {5000, 3, 6}, {1, 4, 1}}) {
    Case c = random_case(words, contexts, most, 7);
    const double expected = cross_entropy_by_definition(c);
    MatrixD in_double = c.logits;
    CHECK(softmax_cross_entropy<double>(in_double, c.targets, c.weight) ==
          doctest::Approx(expected).epsilon(1e-13));
    MatrixF in_float = c.logits.cast<float>();
    CHECK(softmax_cross_entropy<float>(in_float, c.targets, c.weight) ==
          doctest::Approx(expected).epsilon(1e-5));
    CHECK((in_float.cast<double>() - in_double).cwiseAbs().maxCoeff() < 1e-6);
  }
}

TEST_CASE("softmax_cross_entropy: the gradient is that of central differences") {
  Case c = random_case(6, 5, 4, 3);
  MatrixD gradient = c.logits;
  softmax_cross_entropy<double>(gradient, c.targets, c.weight);
  for (Index i = 0; i < c.logits.size(); ++i) {
    const double h = 1e-5;
    MatrixD up = c.logits, down = c.logits;
    up(i) += h;
    down(i) -= h;
    const double slope = (softmax_cross_entropy<double>(up, c.targets, c.weight) -
                          softmax_cross_entropy<double>(down, c.targets, c.weight)) /
                         (2.0 * h);
    CHECK(gradient(i) == doctest::Approx(slope).epsilon(1e-7));
  }
}

TEST_CASE("softmax_cross_entropy: gradient columns sum to zero; a shift of a column changes nothing") {
  Case c = random_case(40, 90, 5, 11);
  MatrixD gradient = c.logits;
  const double loss = softmax_cross_entropy<double>(gradient, c.targets, c.weight);
  CHECK(gradient.colwise().sum().cwiseAbs().maxCoeff() < 1e-16);
  MatrixD shifted = c.logits;
  for (Index j = 0; j < shifted.cols(); ++j)
    shifted.col(j).array() += 100.0 * static_cast<double>(j) - 3000.0;
  CHECK(softmax_cross_entropy<double>(shifted, c.targets, c.weight) == doctest::Approx(loss).epsilon(1e-11));
  CHECK((shifted - gradient).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("softmax_cross_entropy: logits log P give the entropy and no gradient") {
  Case c = random_case(9, 4, 9, 5);
  const MatrixD p = dense(c.targets, 9);
  // Words off the support are given a probability of e^-700, which is none.
  MatrixD logits = p.unaryExpr([](double x) { return x > 0.0 ? std::log(x) : -700.0; });
  const double entropy =
      -(p.cwiseProduct(logits).colwise().sum().transpose().array() * c.weight.array()).sum();
  CHECK(softmax_cross_entropy<double>(logits, c.targets, c.weight) ==
        doctest::Approx(entropy).epsilon(1e-13));
  CHECK(logits.cwiseAbs().maxCoeff() < 1e-16);
}

TEST_CASE("softmax_cross_entropy: a part of the contexts gives that part of the loss and of the gradient") {
  Case c = random_case(7, 30, 3, 13);
  MatrixD whole = c.logits;
  const double loss = softmax_cross_entropy<double>(whole, c.targets, c.weight);
  MatrixD parts = c.logits;
  double sum = softmax_cross_entropy<double>(parts.leftCols(11), c.targets, c.weight, 0);
  sum += softmax_cross_entropy<double>(parts.rightCols(19), c.targets, c.weight, 11);
  CHECK(sum == doctest::Approx(loss).epsilon(1e-14));
  CHECK((parts - whole).cwiseAbs().maxCoeff() < 1e-16);

  // Rows of a taller matrix: columns that do not follow each other in memory.
  MatrixD tall = MatrixD::Constant(10, 30, 5.0);
  tall.middleRows(2, 7) = c.logits;
  CHECK(softmax_cross_entropy<double>(tall.middleRows(2, 7), c.targets, c.weight) ==
        doctest::Approx(loss).epsilon(1e-14));
  CHECK((tall.middleRows(2, 7) - whole).cwiseAbs().maxCoeff() < 1e-16);
  CHECK((tall.topRows(2).array() == 5.0).all());
  CHECK((tall.bottomRows(1).array() == 5.0).all());

  MatrixD none(7, 0);
  CHECK(softmax_cross_entropy<double>(none, c.targets, c.weight) == 0.0);
}

TEST_CASE(
    "softmax_cross_entropy: keeps its relative precision in float when one-hot columns are nearly learned") {
  const SparseColumns targets = one_hot({0, 2});
  const VectorD weight = VectorD::Constant(2, 0.5);
  MatrixF logits = MatrixF::Zero(3, 2);
  logits(0, 0) = 30.0F;
  logits(2, 1) = 30.0F;
  const double loss = softmax_cross_entropy<float>(logits, targets, weight);
  CHECK(loss == doctest::Approx(std::log1p(2.0 * std::exp(-30.0))).epsilon(1e-5));
  CHECK(static_cast<double>(logits(0, 0)) == doctest::Approx(-0.5 * 2.0 * std::exp(-30.0)).epsilon(1e-5));
}

TEST_CASE("softmax_cross_entropy: a hopeless target costs its distance, however far") {
  const SparseColumns targets = one_hot({1});
  const VectorD weight = VectorD::Ones(1);
  MatrixF logits(2, 1);
  logits << 3000.0F, -2000.0F;
  CHECK(softmax_cross_entropy<float>(logits, targets, weight) == doctest::Approx(5000.0));
  CHECK(logits(0, 0) == doctest::Approx(1.0));
  CHECK(logits(1, 0) == doctest::Approx(-1.0));
}

TEST_CASE_TEMPLATE("softmax_cross_entropy: what overflows is not finite, and only there", T, float, double) {
  const T infinity = std::numeric_limits<T>::infinity();
  const SparseColumns targets = one_hot({0, 5, 18, 3});
  const VectorD weight = VectorD::Constant(4, 0.25);
  for (T bad : {infinity, -infinity, std::numeric_limits<T>::quiet_NaN()}) {
    for (Index row = 0; row < 19; ++row) {
      Matrix<T> logits = Matrix<T>::Constant(19, 4, T(0.5));
      logits(row, 1) = bad;
      CHECK(!std::isfinite(softmax_cross_entropy<T>(logits, targets, weight)));
      CHECK(logits.col(1).array().isNaN().all());
      CHECK(logits.col(0).allFinite());
      CHECK(logits.rightCols(2).allFinite());
    }
  }
}

namespace {

/// P~ = (1 - eps) P + eps/V
MatrixD smoothed(const SparseColumns& targets, Index words, double smoothing) {
  return ((1.0 - smoothing) * dense(targets, words)).array() + smoothing / static_cast<double>(words);
}

}  // namespace

TEST_CASE("label smoothing: no smoothing leaves every bit as it is") {
  for (const Index most : {1, 4}) {
    Case c = random_case(17, 60, most, 19);
    MatrixF without = c.logits.cast<float>();
    MatrixF with = without;
    CHECK(softmax_cross_entropy<float>(without, c.targets, c.weight) ==
          softmax_cross_entropy<float>(with, c.targets, c.weight, 0, 0.0));
    CHECK(without == with);
  }
}

TEST_CASE("label smoothing: loss, floor and gradient are those of the dense smoothed targets") {
  for (const auto& [words, contexts, most] :
       {std::tuple<Index, Index, Index>{5, 3, 4}, {27, 200, 1}, {3, 700, 3}, {2000, 3, 6}, {1, 4, 1}}) {
    for (const double smoothing : {1e-6, 0.1, 0.7, 1.0}) {
      CAPTURE(words);
      CAPTURE(smoothing);
      const Case c = random_case(words, contexts, most, 23);
      const MatrixD p = smoothed(c.targets, words, smoothing);
      MatrixD softmax = c.logits;
      long double expected = 0.0L;
      long double floor = 0.0L;
      for (Index j = 0; j < contexts; ++j) {
        long double total = 0.0L;
        for (Index z = 0; z < words; ++z) total += std::exp(static_cast<long double>(c.logits(z, j)));
        for (Index z = 0; z < words; ++z) {
          const long double log_softmax = c.logits(z, j) - std::log(total);
          softmax(z, j) = static_cast<double>(std::exp(log_softmax));
          expected -= static_cast<long double>(c.weight(j) * p(z, j)) * log_softmax;
          if (p(z, j) > 0.0) floor -= static_cast<long double>(c.weight(j) * p(z, j)) * std::log(static_cast<long double>(p(z, j)));
        }
      }
      const MatrixD reference = (softmax - p) * c.weight.asDiagonal();
      MatrixD gradient = c.logits;
      CHECK(softmax_cross_entropy<double>(gradient, c.targets, c.weight, 0, smoothing) ==
            doctest::Approx(static_cast<double>(expected)).epsilon(1e-13));
      CHECK((gradient - reference).cwiseAbs().maxCoeff() < 1e-15);
      CHECK(gradient.colwise().sum().cwiseAbs().maxCoeff() < 1e-15);
      CHECK(entropy_floor(c.targets, c.weight, words, smoothing) ==
            doctest::Approx(static_cast<double>(floor)).epsilon(1e-13));
      MatrixF in_float = c.logits.cast<float>();
      CHECK(softmax_cross_entropy<float>(in_float, c.targets, c.weight, 0, smoothing) ==
            doctest::Approx(static_cast<double>(expected)).epsilon(1e-5));
      CHECK((in_float.cast<double>() - reference).cwiseAbs().maxCoeff() < 1e-6);
    }
  }
}

TEST_CASE("label smoothing: loss, floor and gradient are PyTorch's") {
  std::ifstream file(std::string(GRAMSCOPE_FIXTURES) + "/loss_torch.json");
  const auto fixtures = nlohmann::json::parse(file).at("cases").at("smoothing");
  REQUIRE(fixtures.size() >= 5);
  for (const auto& fixture : fixtures) {
    const auto task = task_from(fixture.at("task"));
    const double smoothing = fixture.at("smoothing").get<double>();
    MatrixD gradient = matrix_from(fixture.at("logits"));
    CHECK(softmax_cross_entropy<double>(gradient, task->targets, task->weight, 0, smoothing) ==
          doctest::Approx(fixture.at("loss").get<double>()).epsilon(1e-13));
    CHECK((gradient - matrix_from(fixture.at("gradient"))).cwiseAbs().maxCoeff() < 1e-15);
    CHECK(entropy_floor(task->targets, task->weight, task->words, smoothing) ==
          doctest::Approx(fixture.at("floor").get<double>()).epsilon(1e-13));
  }
}

TEST_CASE("label smoothing: a slight one is precise in float where one-hot columns are nearly learned") {
  // The logits that are best for eps: softmax = P~. The gradient there is rounding, relative to eps/V.
  const Index words = 10;
  const SparseColumns targets = one_hot({3});
  const VectorD weight = VectorD::Ones(1);
  for (const double smoothing : {1e-4, 1e-6}) {
    const double off = smoothing / static_cast<double>(words);
    const double distance = std::log((1.0 - smoothing + off) / off);
    MatrixF logits = MatrixF::Zero(words, 1);
    logits(3, 0) = static_cast<float>(distance);
    // Of float's own logit, so that its rounding is not counted.
    const double off_softmax = 1.0 / (static_cast<double>(words - 1) + std::exp(static_cast<double>(logits(3, 0))));
    const double loss = softmax_cross_entropy<float>(logits, targets, weight, 0, smoothing);
    CHECK(std::abs(static_cast<double>(logits(0, 0)) - (off_softmax - off)) < 2e-6 * off);
    CHECK(std::abs(static_cast<double>(logits(3, 0)) + static_cast<double>(words - 1) * (off_softmax - off)) < 2e-5 * off);
    CHECK(loss == doctest::Approx(entropy_floor(targets, weight, words, smoothing)).epsilon(1e-6));
  }
}

TEST_CASE("entropy floor: that of the targets without smoothing, log V with nothing else") {
  const Case c = random_case(9, 20, 5, 31);
  Task task;
  task.words = 9;
  task.contexts = 20;
  task.targets = c.targets;
  task.weight = c.weight;
  complete(task);
  CHECK(entropy_floor(c.targets, c.weight, 9, 0.0) == doctest::Approx(task.entropy_floor).epsilon(1e-14));
  CHECK(entropy_floor(c.targets, c.weight, 9, 1.0) == doctest::Approx(std::log(9.0)).epsilon(1e-14));
  CHECK(entropy_floor(one_hot({0, 2}), VectorD::Constant(2, 0.5), 3, 0.0) == 0.0);
}
