// A run made of the stored state of another goes on as that does, whatever has happened before and after.
#include "core/train/stored_run.h"

#include <doctest/doctest.h>

#include <limits>

#include "core/random/philox.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "tests/core/train/late_max_margin.h"
#include "tests/core/train/twin_runs.h"
#include "tests/messages.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

bool is_same(const StoredRun::Tensor& a, const StoredRun::Tensor& b) {
  return a.index() == b.index() &&
         std::visit(
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

EngineHooks late() { return EngineHooks{.solve_max_margin = solve_late}; }

constexpr auto kEverywhere = [](std::size_t) { return true; };

Config run_of(const char* task, const char* kind, const char* optimizer, const char* precision) {
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
        check_remakes(run_of("attributes", model.key.c_str(), optimizer.c_str(), precision),
                      {steps(17), change("reg.smoothing", 0.1), steps(9), steps(20)}, remade,
                      [](std::size_t cut) { return cut == 1 || cut == 2; });
      }
}

TEST_CASE("stored run: every task goes on with the same bits") {
  for (const auto& task : task_entries()) {
    Config config;
    config.set("task.kind", task.key);
    config.set("model.kind", std::string("ufm"));
    config.set("run.max_margin", std::string("never"));
    config = resolve(config);
    config.set("optimizer.lr", 0.1 * config.real("optimizer.lr"));
    CAPTURE(task.key);
    const std::vector<Turn> turns{steps(7), steps(5)};
    check_remakes(config, turns, remade, [](std::size_t cut) { return cut == 1; });
  }
}

TEST_CASE("stored run: schedules, paths, rewards and changed parameters go on with the same bits") {
  Config config = small_run(300);
  config.set("optimizer.schedule", std::string("cosine"));
  config.set("optimizer.warmup", std::int64_t{20});
  config.set("reg.path", std::string("geometric"));
  CHECK(check_remakes(
            config,
            {steps(13), change("reg.gamma", 0.005), change("reg.gamma", 0.01), steps(40),
             change("reg.smoothing", 0.1), change("optimizer.schedule", std::string("step")), steps(9),
             change("optimizer.kind", std::string("momentum")), change("optimizer.lr", 0.01), steps(50),
             change("run.steps", std::int64_t{150}), steps(100), change("run.steps", std::int64_t{90}),
             change("run.steps", std::int64_t{200}), steps(100)},
            remade, kEverywhere) == 16);
}

TEST_CASE("stored run: restarts, other capacities, seeds and tasks go on with the same bits") {
  Config other = small_run(60);
  other.set("task.factors", std::int64_t{2});
  check_remakes(small_run(80),
                {steps(12),
                 change("model.d", std::int64_t{4}),
                 steps(11),
                 change("model.d", std::int64_t{9}),
                 steps(7),
                 change("model.d", std::int64_t{10}),
                 {0, Restart{}},
                 steps(20),
                 change("run.seed", std::int64_t{5}),
                 steps(9),
                 change("model.d", std::int64_t{12}),
                 change("run.seed", std::int64_t{6}),
                 {5, Load{other, "other"}},
                 steps(9),
                 change("task.factors", std::int64_t{3}),
                 {0, Restart{}},
                 steps(100)},
                remade, kEverywhere);
}

TEST_CASE("stored run: a stop at the peak comes where it came, and is stored before it, at it and after it") {
  Config config = small_run(3000);
  config.set("run.stop", std::string("peak"));
  config.set("run.stop_after", std::int64_t{5});
  std::vector<Turn> turns;
  std::optional<std::size_t> stopped;
  {
    Engine engine(config);
    for (std::int64_t step = 0; engine.state() == Engine::State::ready; step = next_scheduled_step(step)) {
      turns.push_back(steps(next_scheduled_step(step) - step));
      take(engine, turns.back());
    }
    REQUIRE(engine.state() == Engine::State::stopped);
    stopped = turns.size();
  }
  const std::vector<Turn> after{{0, Continue{}}, steps(40),       change("reg.lambda_h", 1e-4),
                                steps(500),      {0, Continue{}}, steps(20)};
  turns.insert(turns.end(), after.begin(), after.end());
  check_remakes(config, turns, remade, [&](std::size_t cut) { return cut + 8 > *stopped; });
  // Where stopping is wished for at a record that would have been one to stop at, the next record is.
  check_remakes(small_run(600),
                {steps(400), change("run.stop", std::string("peak")), steps(200), {0, Continue{}}, steps(10)},
                remade, kEverywhere);
}

TEST_CASE("stored run: what has diverged has diverged, and goes back to where it would have gone") {
  for (const char* on_divergence : {"stop", "back_off"}) {
    CAPTURE(on_divergence);
    Config config = small_run(300);
    config.set("optimizer.lr", 1e6);
    config.set("run.on_divergence", std::string(on_divergence));
    check_remakes(config,
                  {steps(3),
                   steps(1),
                   steps(30),
                   change("model.d", std::int64_t{5}),
                   change("optimizer.lr", 1.0),
                   steps(15),
                   change("optimizer.lr", 1e6),
                   steps(40),
                   {0, Restart{}},
                   steps(10),
                   change("optimizer.lr", 0.5),
                   steps(20)},
                  remade, kEverywhere);
    // From between two records too.
    Config slow = small_run(300);
    slow.set("run.on_divergence", std::string(on_divergence));
    std::vector<Turn> turns{steps(40), change("optimizer.lr", 2e4)};
    turns.insert(turns.end(), 12, steps(1));
    check_remakes(slow, turns, remade, kEverywhere);
  }
  // A beginning that is not finite has no record, and nothing to go back to; the records before are of
  // another task.
  Config config = run_of("attributes", "ufm", "gd", "float");
  check_remakes(config,
                {steps(5), change("task.factors", std::int64_t{2}), change("model.init_scale", 1e30),
                 steps(3), change("model.init_scale", 0.1), steps(20)},
                remade, kEverywhere);
}

TEST_CASE("stored run: a hundred random moments of random runs") {
  std::size_t cuts = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Random random(seed, 78);
    std::vector<Turn> turns;
    for (int i = 0; i < 20; ++i) {
      turns.push_back(steps(random.below(25)));
      switch (random.below(12)) {
        case 0:
          turns.push_back(
              change("optimizer.schedule", std::string(random.below(2) == 0 ? "cosine" : "constant")));
          break;
        case 1:
          turns.push_back(change("reg.smoothing", 0.3 * random.uniform()));
          break;
        case 2:
          turns.push_back(change("run.stop", std::string(random.below(3) == 0 ? "none" : "peak")));
          break;
        case 3:
          turns.push_back(change("model.d", static_cast<std::int64_t>(4 + random.below(10))));
          break;
        case 4:
          turns.push_back(change("run.stop_after", static_cast<std::int64_t>(1 + random.below(4))));
          break;
        case 5:
          turns.push_back(change("optimizer.lr", random.below(3) == 0 ? 1e5 : 1.0 + random.uniform()));
          break;
        case 6:
          turns.push_back({0, Restart{}});
          break;
        case 7:
          turns.push_back(change("run.steps", static_cast<std::int64_t>(1 + random.below(300))));
          break;
        case 8:
          turns.push_back(change("optimizer.kind", std::string(random.below(2) == 0 ? "momentum" : "gd")));
          break;
        case 9:
          turns.push_back(change("task.factors", static_cast<std::int64_t>(2 + random.below(2))));
          break;
        case 10:
          turns.push_back(change("run.max_margin", std::string(random.below(2) == 0 ? "never" : "auto")));
          break;
        default:
          turns.push_back({0, Continue{}});
      }
    }
    turns.push_back(steps(40));
    Config config = small_run(400);
    config.set("run.on_divergence", std::string(seed % 2 == 0 ? "stop" : "back_off"));
    if (seed % 2 == 1) config.set("run.max_margin", std::string("never"));
    config.set("model.precision", std::string(seed % 3 == 0 ? "double" : "float"));
    cuts += check_remakes(config, turns, remade, [&](std::size_t) { return random.below(4) == 0; });
  }
  CHECK(cuts >= 90);
}

TEST_CASE("stored run: a restart begins with the weights that were read, whatever has become of the file") {
  std::map<std::string, MatrixD> weights;
  for (const auto& tensor : Engine(small_run(10)).weights()) weights[tensor.name] = 0.5 * tensor.values;
  int readings = 0;
  Config config = small_run(100);
  config.set("model.weights", std::string("weights.npz"));
  EngineHooks hooks;
  hooks.read_weights = [&](const std::string&) {
    ++readings;
    return weights;
  };
  Engine engine(config, {}, hooks);
  const auto first = engine.parameter_bytes();
  engine.advance(20);
  auto other = remade(engine);  // nothing there could read a file
  check_same(engine, other);
  other.apply(Restart{});
  CHECK((other.parameter_bytes() == first));
  CHECK(other.step() == 0);
  CHECK(readings == 1);
}

TEST_CASE("stored run: records that wait for L_mm wait in the other run too, and get the same") {
  const std::vector<std::vector<Turn>> all{
      {steps(20), change("reg.smoothing", 0.1), steps(40)},
      {steps(20), change("task.factors", std::int64_t{2}), steps(30), {0, Restart{}}, steps(20)},
      {steps(20), change("run.max_margin", std::string("never")), steps(10),
       change("run.max_margin", std::string("auto")), steps(20),
       change("run.max_margin", std::string("never")), steps(5)},
  };
  const auto remade_late = [](const Engine& engine) { return Engine::from_stored(engine.stored(), late()); };
  for (const auto& turns : all) {
    check_remakes(small_run(70), turns, remade_late, kEverywhere, late());
    Engine known(small_run(70));
    for (const auto& turn : turns) take(known, turn);
    // Found late in the one, at once in the other, and the other way round.
    for (std::size_t cut = 0; cut <= turns.size(); ++cut)
      for (const bool is_first_late : {false, true}) {
        CAPTURE(cut);
        Engine first(small_run(70), {}, is_first_late ? late() : EngineHooks{});
        for (std::size_t i = 0; i < cut; ++i) take(first, turns[i]);
        auto other = Engine::from_stored(first.stored(), is_first_late ? EngineHooks{} : late());
        for (std::size_t i = cut; i < turns.size(); ++i) take(other, turns[i]);
        other.complete_theory();
        CHECK((csv(other) == csv(known)));
        CHECK_FALSE(other.awaits_max_margin());
      }
  }
}

TEST_CASE("stored run: what was given up stays so, and is said in later records too") {
  Engine first(small_run(70), {}, late());
  first.advance(20);
  first.abandon_theory("L_mm was given up");
  auto other = Engine::from_stored(first.stored(), late());
  first.advance(30);
  other.advance(30);
  check_same(first, other);
  CHECK(other.records().back().metrics.find("sim_h_mm")->undefined ==
        first.records().back().metrics.find("sim_h_mm")->undefined);
}

TEST_CASE(
    "stored run: any branch point of a run can be stored, and branches of what is made of it are the run") {
  std::vector<std::shared_ptr<const Engine::Checkpoint>> points;
  EngineHooks hooks;
  hooks.has_branch_points = true;
  hooks.recorded.layers = true;
  hooks.listener = [&](const Event& event) {
    if (const auto* recorded = std::get_if<Recorded>(&event)) points.push_back(recorded->branch_point);
  };
  Config config = run_of("attributes", "transformer", "adamw", "float");
  Engine engine(config, {}, hooks);
  engine.advance(20);
  engine.apply(SetParameter{"reg.smoothing", 0.1});
  engine.advance(40);
  for (const auto& point : points) {
    auto other = Engine::from_stored(Engine::stored(*point, *engine.past(*point)));
    CHECK_FALSE(other.records().back().embeddings->inside.layers.empty());
    const auto here = other.branch_point();
    auto branch = Engine::branch_from(*here, *other.past(*here));
    for (Engine* run : {&other, &branch}) {
      if (run->commands().empty()) {
        run->advance(20 - run->step());
        run->apply(SetParameter{"reg.smoothing", 0.1});
      }
      run->advance(60 - run->step());
      check_same(*run, engine);
    }
  }
}

TEST_CASE("stored run: a checkpoint of the moment serves as well as a branch point") {
  Engine engine(small_run(100), {}, late());
  engine.advance(20);
  engine.apply(SetParameter{"run.max_margin", std::string("never")});
  engine.apply(SetParameter{"run.max_margin", std::string("auto")});
  engine.advance(13);
  const auto checkpoint = engine.checkpoint();
  auto other = Engine::from_stored(Engine::stored(*checkpoint, *engine.past(*checkpoint)), late());
  check_same(engine, other);
  for (Engine* run : {&engine, &other}) {
    run->apply(SetParameter{"optimizer.lr", 1e5});
    run->advance(30);
    run->complete_theory();
  }
  check_same(engine, other);
}

TEST_CASE("stored run: what is missing, of another type, or out of its range is refused by name") {
  const auto run = [] {
    Engine engine(small_run(60), {}, late());
    engine.advance(30);
    engine.apply(SetParameter{"run.max_margin", std::string("never")});
    engine.apply(SetParameter{"run.max_margin", std::string("auto")});
    engine.advance(5);
    auto stored = engine.stored();
    stored.where = "run.ckpt";
    return stored;
  }();
  const auto refusal = [](const StoredRun& wrong) {
    return message_of<InputError>([&] { Engine::from_stored(wrong, late()); });
  };
  REQUIRE(refusal(run).empty());
  // Reals may be absent where they are not numbers, and what is optional is absent where there is none.
  const auto may_be_absent = [](const std::string& name, const Value& value) {
    const auto field = name.substr(name.rfind('.') + 1);
    return std::holds_alternative<double>(value) || field == "peak_step" || field == "overtake_step" ||
           field == "collapse_step" || field == "peak" || field == "last_recorded" || field == "newest";
  };
  for (const auto& [name, value] : run.values) {
    CAPTURE(name);
    StoredRun wrong = run;
    wrong.values[name] =
        std::holds_alternative<std::string>(value) ? Value{true} : Value{std::string("wrong")};
    CHECK(refusal(wrong).starts_with("run.ckpt: " + name + ": must be"));
    if (!may_be_absent(name, value)) {
      wrong.values.erase(name);
      CHECK(refusal(wrong).starts_with("run.ckpt: " + name));
    }
    if (!std::holds_alternative<std::int64_t>(value) || name.find("noise") != std::string::npos) continue;
    for (const auto number : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
      wrong = run;
      wrong.values[name] = number;
      CHECK(contains(refusal(wrong), "run.ckpt: " + name));
    }
  }
  for (const auto& [name, tensor] : run.tensors) {
    CAPTURE(name);
    StoredRun wrong = run;
    wrong.tensors.erase(name);
    CHECK(contains(refusal(wrong), "run.ckpt: " + name));
    wrong = run;
    std::visit(
        [&](const auto& values) {
          wrong.tensors[name] = std::decay_t<decltype(values)>(values.rows(), values.cols() + 1);
        },
        tensor);
    CHECK(contains(refusal(wrong), "run.ckpt: "));
    wrong = run;
    if (std::holds_alternative<MatrixD>(tensor))
      wrong.tensors[name] = MatrixF(std::get<MatrixD>(tensor).cast<float>());
    else
      wrong.tensors[name] = MatrixD(std::get<MatrixF>(tensor).cast<double>());
    CHECK(contains(refusal(wrong), "run.ckpt: "));
  }
  StoredRun wrong = run;
  wrong.configs[0].set("model.d", std::int64_t{-3});
  CHECK(contains(refusal(wrong), "model.d"));
  wrong = run;
  wrong.configs[0].erase("optimizer.lr");
  CHECK(contains(refusal(wrong), "configs"));
  wrong = run;
  for (const double cell : {-1.0, 0.5, 1e300, std::numeric_limits<double>::infinity()})
    for (Index column = 0; column < 4; ++column) {
      std::get<MatrixD>(wrong.tensors.at("records"))(0, column) = cell;
      CHECK(contains(refusal(wrong), "run.ckpt: records: row 0"));
      wrong = run;
    }
}
