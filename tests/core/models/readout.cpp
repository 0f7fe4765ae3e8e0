#include "core/models/readout.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/linalg/gram.h"
#include "core/metrics/alignment.h"
#include "core/metrics/measure.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "core/tasks/attributes.h"
#include "tests/core/models/gradient_check.h"
#include "tests/core/models/torch_fixture.h"
#include "tests/core/nn/central_difference.h"

using namespace gramscope;

namespace {

Config loss_config(double smoothing, double gamma, const std::string& kernel, std::int64_t factor = 1) {
  Config config;
  config.set("reg.smoothing", smoothing);
  config.set("reg.gamma", gamma);
  config.set("reg.kernel", kernel);
  config.set("reg.factor", factor);
  return config;
}

/// Soft targets for the contexts of 3×2 attributes, so that contexts share words.
std::shared_ptr<Task> soft_task() {
  Random random(5);
  auto task = std::make_shared<Task>(*make_attributes(2, 3));
  task->words = 5;
  task->targets = {};
  task->targets.begin.push_back(0);
  for (Index j = 0; j < task->contexts; ++j) {
    const double p = 0.2 + 0.6 * random.uniform();
    task->targets.word.insert(task->targets.word.end(), {j % 4, 4});
    task->targets.probability.insert(task->targets.probability.end(), {p, 1.0 - p});
    task->targets.begin.push_back(2 * (j + 1));
  }
  complete(*task);
  return task;
}

}  // namespace

TEST_CASE("loss options: loss, objective and every gradient are PyTorch's") {
  std::ifstream file(std::string(GRAMSCOPE_FIXTURES) + "/loss_torch.json");
  const auto fixtures = nlohmann::json::parse(file).at("cases").at("models");
  for (const auto& fixture : fixtures) {
    CAPTURE(fixture.at("model").get<std::string>());
    const ModelEntry& entry = model_entry(fixture.at("model").get<std::string>());
    auto task = task_from(fixture.at("task"));
    task->semantic_kernel = shared_value_kernel(task->factors, task->contexts);
    complete(*task);
    Config config;
    for (const auto& parameter : entry.parameters) config.set(parameter.key, parameter.default_value);
    for (const auto& [key, value] : fixture.at("config").items()) {
      if (value.is_string())
        config.set(key, value.get<std::string>());
      else if (value.is_number_integer())
        config.set(key, value.get<std::int64_t>());
      else
        config.set(key, value.get<double>());
    }
    const auto model = entry.make_double({task, config, Random(1)});
    model->parameters() = flat_from(model->layout(), fixture.at("parameters"));
    VectorD gradient;
    const auto objective = model->gradient(gradient);
    CHECK(objective.cross_entropy == doctest::Approx(fixture.at("loss").get<double>()).epsilon(1e-12));
    CHECK(objective.total() == doctest::Approx(fixture.at("objective").get<double>()).epsilon(1e-12));
    CHECK(objective.penalty == doctest::Approx(model->penalty()).epsilon(1e-13));
    const VectorD reference = flat_from(model->layout(), fixture.at("gradient"));
    for (const auto& shape : model->layout().tensors()) {
      CAPTURE(shape.name);
      CHECK(gradient_distance(view(gradient, shape), view(reference, shape), reference.norm()) < 1e-10);
    }
  }
}

TEST_CASE("readout: the gradients of smoothing and alignment are those of central differences") {
  Random random(9);
  const auto task = soft_task();
  for (const auto& config : {loss_config(0.2, 0.0, "semantic"), loss_config(1.0, 0.0, "semantic"),
                             loss_config(0.0, 3.0, "semantic"), loss_config(0.1, 1.5, "symmetric"),
                             loss_config(0.3, 2.0, "factor", 2)}) {
    Readout<double> readout(task, config);
    MatrixD w = random_matrix(task->words, 4, random);
    MatrixD h = random_matrix(4, task->contexts, random);
    MatrixD w_gradient = MatrixD::Zero(w.rows(), w.cols());
    MatrixD h_gradient(h.rows(), h.cols());
    const auto objective = [&] {
      MatrixD a = MatrixD::Zero(w.rows(), w.cols());
      MatrixD b(h.rows(), h.cols());
      const double loss = readout.cross_entropy(w, h, 0, a, b);
      return loss + readout.alignment_penalty(h, b);
    };
    readout.cross_entropy(w, h, 0, w_gradient, h_gradient);
    readout.alignment_penalty(h, h_gradient);
    CHECK(difference_error(w, w_gradient, objective) < 1e-9);
    CHECK(difference_error(h, h_gradient, objective) < 1e-9);
  }
}

TEST_CASE("readout: the reward is one minus the alignment that is measured, and none where it is perfect") {
  Random random(12);
  const auto task = make_attributes(3, 2);
  const MatrixD h = random_matrix(9, task->contexts, random);
  const MatrixD gram = h.transpose() * h;
  const auto penalty = [&](const std::string& kernel, std::int64_t factor, const MatrixD& at) {
    return Readout<double>(task, loss_config(0.0, 0.25, kernel, factor)).alignment_penalty(at);
  };
  CHECK(penalty("semantic", 1, h) == doctest::Approx(0.25 * (1.0 - cka(gram, task->semantic_kernel))).epsilon(1e-13));
  CHECK(penalty("symmetric", 1, h) == doctest::Approx(0.25 * (1.0 - cka_with_identity(gram))).epsilon(1e-13));
  for (std::int64_t f = 1; f <= 3; ++f) {
    const auto& factor = task->factors[static_cast<std::size_t>(f - 1)];
    const MatrixD same = shared_value_kernel({factor}, task->contexts);
    CHECK(penalty("factor", f, h) == doctest::Approx(0.25 * (1.0 - cka(gram, same))).epsilon(1e-13));
    // An embedding per value of the factor is as good as can be, scaled and moved as one likes.
    MatrixD aligned(3, task->contexts);
    for (Index j = 0; j < task->contexts; ++j)
      aligned.col(j) = 7.0 * VectorD::Unit(3, factor.value[static_cast<std::size_t>(j)]) + VectorD::Constant(3, -2.0);
    CHECK(std::abs(penalty("factor", f, aligned)) < 1e-15);
  }
  CHECK(std::abs(penalty("symmetric", 1, MatrixD::Identity(8, 8))) < 1e-15);
  // Where nothing is to be aligned the whole reward is missing.
  CHECK(penalty("semantic", 1, MatrixD::Ones(3, task->contexts)) == 0.25);
}

TEST_CASE("readout: the reward without gradient is exact for float embeddings too") {
  Random random(13);
  const auto task = make_attributes(3, 3);
  const MatrixF h = random_matrix(20, task->contexts, random).cast<float>();
  const MatrixD exact = h.cast<double>();
  const auto config = loss_config(0.0, 1.0, "semantic");
  CHECK(Readout<float>(task, config).alignment_penalty(h) == Readout<double>(task, config).alignment_penalty(exact));
}

TEST_CASE("readout: another kernel takes effect live, and back") {
  Random random(14);
  const auto task = make_attributes(2, 3);
  const MatrixD h = random_matrix(5, task->contexts, random);
  Readout<double> readout(task, loss_config(0.0, 0.0, "semantic"));
  CHECK(readout.alignment_penalty(h) == 0.0);
  for (const auto& config : {loss_config(0.0, 1.0, "semantic"), loss_config(0.0, 1.0, "factor", 1),
                             loss_config(0.0, 1.0, "factor", 2), loss_config(0.0, 2.0, "symmetric"),
                             loss_config(0.0, 1.0, "semantic")}) {
    readout.configure(config);
    const Readout<double> fresh(task, config);
    CHECK(readout.alignment_penalty(h) == fresh.alignment_penalty(h));
    MatrixD gradient = MatrixD::Zero(5, task->contexts);
    CHECK(readout.alignment_penalty(h, gradient) == doctest::Approx(fresh.alignment_penalty(h)).epsilon(1e-13));
  }
}

TEST_CASE("check_readout: a factor or a kernel that the task does not have is refused by name") {
  const auto task = make_attributes(3, 2);
  CHECK_NOTHROW(check_readout(loss_config(0.0, 1.0, "factor", 3), *task));
  CHECK_THROWS_WITH_AS(check_readout(loss_config(0.0, 1.0, "factor", 4), *task),
                       "reg.factor = 4: the task has 3 latent factors", UsageError);
  CHECK_NOTHROW(check_readout(loss_config(0.0, 0.0, "factor", 4), *task));
  Task bare = *task;
  bare.factors.clear();
  bare.semantic_kernel.resize(0, 0);
  CHECK_THROWS_AS(check_readout(loss_config(0.0, 1.0, "semantic"), bare), UsageError);
  CHECK_NOTHROW(check_readout(loss_config(0.0, 1.0, "symmetric"), bare));
}

TEST_CASE("measure: loss, floor and excess are those of the smoothed targets, accuracy that of the support") {
  Random random(15);
  for (const auto& task : {std::shared_ptr<const Task>(make_attributes(2, 2)), std::shared_ptr<const Task>(soft_task())}) {
    Embeddings e;
    e.task = task;
    e.h = random_matrix(6, task->contexts, random);
    e.w = random_matrix(task->words, 6, random);
    const auto plain = measure(e);
    CHECK(plain.get("loss_floor") == task->entropy_floor);
    e.smoothing = 0.2;
    e.penalty = 0.5;
    const auto smoothed = measure(e);
    // A model that gives the smoothed targets themselves has the floor as its loss.
    MatrixD p = MatrixD::Constant(task->words, task->contexts, 0.2 / static_cast<double>(task->words));
    for (Index j = 0; j < task->contexts; ++j)
      for (Index k = task->targets.begin[static_cast<std::size_t>(j)]; k < task->targets.begin[static_cast<std::size_t>(j) + 1]; ++k)
        p(task->targets.word[static_cast<std::size_t>(k)], j) += 0.8 * task->targets.probability[static_cast<std::size_t>(k)];
    Embeddings best = e;
    best.h = p.array().log();
    best.w = MatrixD::Identity(task->words, task->words);
    const auto at_best = measure(best);
    CHECK(at_best.get("loss_floor") == smoothed.get("loss_floor"));
    CHECK(at_best.get("loss") == doctest::Approx(at_best.get("loss_floor")).epsilon(1e-14));
    CHECK(std::abs(at_best.get("loss_excess")) < 1e-14);
    CHECK(at_best.get("accuracy") == 1.0);
    CHECK(smoothed.get("accuracy") == plain.get("accuracy"));
    CHECK(smoothed.get("loss_excess") == doctest::Approx(smoothed.get("loss") - smoothed.get("loss_floor")));
    CHECK(smoothed.get("loss_excess") > 0.0);
    CHECK(smoothed.get("objective") == doctest::Approx(smoothed.get("loss") + 0.5).epsilon(1e-15));
  }
}
