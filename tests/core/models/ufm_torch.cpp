#include <doctest/doctest.h>

#include "core/registry/registry.h"
#include "core/train/optimizers.h"
#include "tests/core/models/gradient_check.h"
#include "tests/core/models/torch_fixture.h"

using namespace gramscope;

namespace {

/// The model of a fixture, at the fixture's parameters.
std::unique_ptr<Model<double>> model_from(const nlohmann::json& fixture) {
  const ModelEntry& entry = model_entry(fixture.at("model").get<std::string>());
  auto task = task_from(fixture.at("task"));
  complete(*task);
  Config config;
  for (const auto& parameter : entry.parameters) config.set(parameter.key, parameter.default_value);
  for (const auto& [key, value] : fixture.at("config").items()) {
    REQUIRE(config.contains(key));
    if (value.is_number_integer())
      config.set(key, value.get<std::int64_t>());
    else
      config.set(key, value.get<double>());
  }
  auto model = entry.make_double({task, config, Random(1)});
  model->parameters() = flat_from(model->layout(), fixture.at("parameters"));
  return model;
}

void check_tensors(const ParameterLayout& layout, const VectorD& flat, const nlohmann::json& expected) {
  const VectorD reference = flat_from(layout, expected);
  for (const auto& shape : layout.tensors()) {
    CAPTURE(shape.name);
    CHECK(gradient_distance(view(flat, shape), view(reference, shape), reference.norm()) < 1e-9);
  }
}

void check_trajectory(const nlohmann::json& fixture, const nlohmann::json& run, const OptimizerEntry& entry) {
  const auto model = model_from(fixture);
  const auto optimizer = entry.make_double(model->layout().size());
  Config config;
  config.set("optimizer.lr", run.at("rate").get<double>());
  config.set("optimizer.momentum", run.at("momentum").get<double>());
  optimizer->configure(config);
  VectorD gradient;
  for (const auto& objective : run.at("objectives")) {
    CHECK(model->gradient(gradient).total() == doctest::Approx(objective.get<double>()).epsilon(1e-10));
    model->precondition(gradient);
    optimizer->step(model->parameters(), gradient);
  }
  check_tensors(model->layout(), model->parameters(), run.at("parameters"));
}

}  // namespace

TEST_CASE("unconstrained features: loss, objective and every gradient are PyTorch's") {
  for (const auto& fixture : torch_cases("ufm_torch.json")) {
    CAPTURE(fixture.at("model").get<std::string>());
    const auto model = model_from(fixture);
    VectorD gradient;
    const Objective objective = model->gradient(gradient);
    CHECK(objective.cross_entropy == doctest::Approx(fixture.at("loss").get<double>()).epsilon(1e-12));
    CHECK(objective.total() == doctest::Approx(fixture.at("objective").get<double>()).epsilon(1e-12));
    check_tensors(model->layout(), gradient, fixture.at("gradient"));
  }
}

TEST_CASE("unconstrained features: the kernel UFM's features, and no others, follow the gradient times K") {
  for (const auto& fixture : torch_cases("ufm_torch.json")) {
    CAPTURE(fixture.at("model").get<std::string>());
    const auto model = model_from(fixture);
    VectorD gradient;
    model->gradient(gradient);
    model->precondition(gradient);
    check_tensors(model->layout(), gradient, fixture.at("direction"));
  }
}

TEST_CASE("unconstrained features: steps of gradient descent and of momentum are PyTorch's") {
  for (const auto& fixture : torch_cases("ufm_torch.json")) {
    CAPTURE(fixture.at("model").get<std::string>());
    check_trajectory(fixture, fixture.at("gd"), gradient_descent_entry());
    check_trajectory(fixture, fixture.at("momentum"), momentum_entry());
  }
}
