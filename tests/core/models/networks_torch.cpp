#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/registry/registry.h"
#include "core/train/optimizers.h"
#include "tests/core/models/torch_fixture.h"

using namespace gramscope;

// A hundred random transformers and MLPs against PyTorch. The fixture holds no matrices, see
// tests/fixtures/torch_networks.py: weights are drawn here as they are there, and tensors compared by their norms and
// their products with random vectors, which a difference cannot be orthogonal to but by chance.

namespace {

constexpr std::uint64_t kWeights = 1;
constexpr std::uint64_t kProbes = 2;
constexpr double kTolerance = 1e-9;

MatrixD uniform_matrix(Index rows, Index cols, Random& random) {
  MatrixD matrix(rows, cols);
  for (Index i = 0; i < matrix.size(); ++i) matrix(i) = 2.0 * random.uniform() - 1.0;
  return matrix;
}

struct Probes {
  MatrixD first;
  MatrixD second;
};
Probes draw_probes(Index rows, Index cols, Random& random) {
  MatrixD first = std::sqrt(3.0) * uniform_matrix(rows, cols, random);
  return {std::move(first), std::sqrt(3.0) * uniform_matrix(rows, cols, random)};
}

/// How far a tensor is from the one that `told` tells of, relative to the larger of its norm and 1e-8 `whole`: the last
/// is for tensors that rounding alone makes other than 0.
double distance(const MatrixD& tensor, const nlohmann::json& told, const Probes& probes, double whole) {
  const double scale = std::max({tensor.norm(), told.at(0).get<double>(), 1e-8 * whole, 1e-300});
  double largest = std::abs(tensor.norm() - told.at(0).get<double>());
  const MatrixD* vectors[] = {&probes.first, &probes.second};
  for (std::size_t i = 1; i < told.size(); ++i)
    largest = std::max(largest, std::abs(tensor.cwiseProduct(*vectors[i - 1]).sum() - told.at(i).get<double>()));
  return largest / scale;
}

Config config_from(const ModelEntry& entry, const nlohmann::json& json) {
  Config config;
  for (const auto& parameter : entry.parameters) config.set(parameter.key, parameter.default_value);
  for (const auto& [key, value] : json.items()) {
    REQUIRE(config.contains(key));
    if (value.is_boolean())
      config.set(key, value.get<bool>());
    else if (value.is_string())
      config.set(key, value.get<std::string>());
    else
      config.set(key, value.get<std::int64_t>());
  }
  return config;
}

void draw_weights(Model<double>& model, std::uint64_t seed) {
  Random random(seed, kWeights);
  for (const auto& shape : model.layout().tensors()) {
    const MatrixD u = uniform_matrix(shape.rows, shape.cols, random);
    auto tensor = view(model.parameters(), shape);
    if (shape.name.ends_with(".gain"))
      tensor.array() = 1.0 + 0.3 * u.array();
    else if (shape.name.ends_with(".bias"))
      tensor = 0.3 * u;
    else if (shape.name.starts_with("embedding."))
      tensor = 1.5 * u;
    else
      tensor = std::sqrt(3.0 / static_cast<double>(shape.cols)) * u;
  }
}

/// A model of the fixture at its weights, and the probes of its tensors and of its layers.
struct Case {
  explicit Case(const nlohmann::json& fixture) {
    const ModelEntry& entry = model_entry(fixture.at("model").get<std::string>());
    task = task_from(fixture.at("task"));
    complete(*task);
    const auto seed = fixture.at("seed").get<std::uint64_t>();
    model = entry.make_double({task, config_from(entry, fixture.at("config")), Random(1)});
    draw_weights(*model, seed);
    Random random(seed, kProbes);
    for (const auto& shape : model->layout().tensors())
      tensor_probes.push_back(draw_probes(shape.rows, shape.cols, random));
    layers = model->inside({.layers = true, .attention = {}}).layers;
    for (const auto& layer : layers)
      layer_probes.push_back(draw_probes(layer.states.rows(), layer.states.cols(), random));
  }

  void check_tensors(const VectorD& flat, const nlohmann::json& told, double whole) const {
    REQUIRE(told.size() == model->layout().tensors().size());
    for (std::size_t i = 0; i < tensor_probes.size(); ++i) {
      const auto& shape = model->layout().tensor(static_cast<Index>(i));
      CAPTURE(shape.name);
      CHECK(distance(view(flat, shape), told.at(shape.name), tensor_probes[i], whole) < kTolerance);
    }
  }

  std::shared_ptr<Task> task;
  std::unique_ptr<Model<double>> model;
  std::vector<Probes> tensor_probes;
  std::vector<HiddenLayer> layers;
  std::vector<Probes> layer_probes;
};

const nlohmann::json& fixtures() {
  static const nlohmann::json cases = torch_cases("networks_torch.json");
  return cases;
}

}  // namespace

TEST_CASE("networks: loss and every gradient are PyTorch's, whatever the options") {
  for (const auto& fixture : fixtures()) {
    Case the(fixture);
    CAPTURE(fixture.at("seed").get<int>());
    VectorD gradient;
    const Objective objective = the.model->gradient(gradient);
    CHECK(objective.cross_entropy == doctest::Approx(fixture.at("loss").get<double>()).epsilon(1e-12));
    CHECK(objective.penalty == 0.0);
    the.check_tensors(gradient, fixture.at("gradient"), gradient.norm());
  }
}

TEST_CASE("networks: the comparison with PyTorch notices one entry that is off by a hundred millionth") {
  const Case the(fixtures().front());
  VectorD gradient;
  the.model->gradient(gradient);
  for (std::size_t i = 0; i < the.tensor_probes.size(); ++i) {
    const auto& shape = the.model->layout().tensor(static_cast<Index>(i));
    MatrixD tensor = view(std::as_const(gradient), shape);
    tensor(tensor.size() / 2) += 1e-8 * gradient.norm();
    CAPTURE(shape.name);
    CHECK(distance(tensor, fixtures().front().at("gradient").at(shape.name), the.tensor_probes[i], 0.0) > kTolerance);
  }
}

TEST_CASE("networks: the hidden states of every layer are PyTorch's, and the last of them is H") {
  for (const auto& fixture : fixtures()) {
    Case the(fixture);
    CAPTURE(fixture.at("seed").get<int>());
    const auto& told = fixture.at("layers");
    REQUIRE(told.size() == the.layers.size());
    for (std::size_t l = 0; l < the.layers.size(); ++l) {
      CAPTURE(the.layers[l].name);
      CHECK(distance(the.layers[l].states, told.at("layer " + std::to_string(l)), the.layer_probes[l], 0.0) <
            kTolerance);
    }
    CHECK(the.layers.back().states == the.model->context_embeddings());
  }
}

TEST_CASE("networks: attention is PyTorch's in every head of every block, the final one included") {
  for (const auto& fixture : fixtures()) {
    if (!fixture.contains("attention")) continue;
    Case the(fixture);
    CAPTURE(fixture.at("seed").get<int>());
    const auto context = fixture.at("attention").at("context").get<Index>();
    const auto& moments = fixture.at("attention").at("moments");
    const Inside inside = the.model->inside({.layers = false, .attention = context});
    REQUIRE(inside.attention.size() == moments.size());
    const auto length = static_cast<Index>(the.task->tokens[static_cast<std::size_t>(context)].size());
    const VectorD rows = VectorD::LinSpaced(length, 1.0, static_cast<double>(length));
    for (std::size_t i = 0; i < moments.size(); ++i) {
      const MatrixD& map = inside.attention[i].probability;
      REQUIRE(map.rows() == length);
      CHECK(rows.dot(map * rows.cwiseAbs2()) == doctest::Approx(moments.at(i).get<double>()).epsilon(1e-9));
    }
  }
}

TEST_CASE("networks: twenty steps of AdamW are PyTorch's, whatever the options") {
  for (const auto& fixture : fixtures()) {
    Case the(fixture);
    CAPTURE(fixture.at("seed").get<int>());
    const auto& run = fixture.at("adamw");
    Config config;
    config.set("optimizer.lr", run.at("rate").get<double>());
    config.set("optimizer.weight_decay", run.at("weight_decay").get<double>());
    const auto optimizer = adamw_entry().make_double(the.model->layout().size());
    optimizer->configure(config);
    VectorD gradient;
    for (const auto& loss : run.at("losses")) {
      CHECK(the.model->gradient(gradient).total() == doctest::Approx(loss.get<double>()).epsilon(1e-9));
      optimizer->step(the.model->parameters(), gradient);
    }
    const VectorD& trained = the.model->parameters();
    the.check_tensors(trained, run.at("parameters"), trained.norm());
  }
}
