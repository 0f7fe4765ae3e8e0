// A run made of the stored state of another goes on as that does, whatever has happened before and after.
#include "core/train/stored_run.h"

#include <doctest/doctest.h>

#include <limits>

#include "core/random/philox.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "tests/core/train/twin_runs.h"
#include "tests/messages.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

bool is_same(const StoredRun::Tensor& a, const StoredRun::Tensor& b) {
  return a.index() == b.index() && std::visit(
                                       [&](const auto& one) {
                                         const auto& other = std::get<std::decay_t<decltype(one)>>(b);
                                         return one.rows() == other.rows() && one.cols() == other.cols() &&
                                                (one.size() == 0 ||
                                                 std::memcmp(one.data(), other.data(),
                                                             static_cast<std::size_t>(one.size()) * sizeof(*one.data())) == 0);
                                       },
                                       a);
}

bool is_same(const StoredRun& a, const StoredRun& b) {
  return a.configs == b.configs && a.values == b.values && a.commands.size() == b.commands.size() &&
         std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                    [](const auto& one, const auto& other) {
                      return one.first == other.first && is_same(one.second, other.second);
                    });
}

/// Made in memory; what is stored of it must be what it was made of.
Engine remade(const Engine& engine) {
  const auto run = engine.stored();
  auto made = Engine::from_stored(run);
  CHECK(is_same(made.stored(), run));
  return made;
}

constexpr auto kEverywhere = [](std::size_t) { return true; };

Config of_model(const char* task, const char* kind, const char* optimizer, const char* precision) {
  Config config;
  config.set("task.kind", std::string(task));
  if (std::string(task) == "attributes") config.set("task.values", std::int64_t{2});
  config.set("model.kind", std::string(kind));
  config.set("model.precision", std::string(precision));
  config.set("optimizer.kind", std::string(optimizer));
  config.set("optimizer.lr", 0.01);
  config.set("run.steps", std::int64_t{60});
  return config;
}

}  // namespace

TEST_CASE("stored run: every model with every optimizer and precision goes on with the same bits") {
  for (const auto& model : model_entries())
    for (const auto& optimizer : model.optimizers)
      for (const char* precision : {"float", "double"}) {
        CAPTURE(model.key);
        CAPTURE(optimizer);
        CAPTURE(precision);
        check_remakes(of_model("attributes", model.key.c_str(), optimizer.c_str(), precision),
                      {steps(17), change("reg.smoothing", 0.1), steps(9), steps(50)}, remade,
                      [](std::size_t cut) { return cut == 1 || cut == 2; });
      }
}
