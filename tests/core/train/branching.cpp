// A branch with nothing changed is the run it branched from, from whatever moment and whatever has happened before and after.
#include <doctest/doctest.h>

#include <map>
#include <optional>

#include "core/random/philox.h"
#include "core/train/engine.h"
#include "tests/core/train/late_max_margin.h"
#include "tests/core/train/small_run.h"
#include "tests/core/train/turns.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

using Point = std::shared_ptr<const Engine::Checkpoint>;
/// A branch point, and the newest record when it was taken.
struct Branching {
  Point point;
  std::int64_t segment = 0;
  std::int64_t step = 0;
};

/// A run that remembers a branch point of every recorded step and of every moment between two turns.
class Original {
 public:
  Original(const Config& config, const std::vector<Turn>& turns, const MaxMarginSolver& solver = {})
      : first(config), engine(config, {}, hooks(solver)) {
    remember();
    for (const auto& turn : turns) {
      for (std::int64_t left = turn.steps; left > 0 && engine.state() == Engine::State::ready; --left) engine.advance(1);
      if (turn.command) engine.apply(*turn.command);
      remember();
    }
    engine.settle();
    remember();
  }

  /// Plays on the branch what the run did from there on.
  void follow(Engine& branch) const {
    const auto& all = engine.commands();
    REQUIRE(branch.commands().size() <= all.size());
    for (auto i = branch.commands().size(); i < all.size(); ++i) {
      advance_to(branch, all[i].tick);
      branch.apply(all[i].command);
    }
    advance_to(branch, engine.tick());
    branch.settle();
  }

  /// The branch must be this run in all that can be seen of it.
  void check_same(const Engine& branch) const {
    CHECK((branch.parameter_bytes() == engine.parameter_bytes()));
    CHECK((csv(branch) == csv(engine)));
    CHECK(branch.config() == engine.config());
    CHECK(branch.segment() == engine.segment());
    CHECK(branch.step() == engine.step());
    CHECK(branch.tick() == engine.tick());
    CHECK(branch.state() == engine.state());
    CHECK(branch.commands().size() == engine.commands().size());
    CHECK(branch.records().back().phase.peak_step() == engine.records().back().phase.peak_step());
    CHECK(branch.records().back().phase.collapse_step() == engine.records().back().phase.collapse_step());
  }

  /// From every `stride`-th point.
  void check_branches(std::size_t stride = 1) {
    Engine again(first);
    follow(again);
    check_same(again);
    for (std::size_t i = 0; i < points.size(); i += stride) {
      CAPTURE(points[i].segment);
      CAPTURE(points[i].step);
      CAPTURE(i);
      auto branch = Engine::branch_from(*points[i].point, *engine.past(*points[i].point));
      follow(branch);
      check_same(branch);
    }
  }

  Config first;
  std::vector<Branching> points;
  Engine engine;

 private:
  EngineHooks hooks(const MaxMarginSolver& solver) {
    EngineHooks hooks;
    hooks.solve_max_margin = solver;
    hooks.has_branch_points = true;
    hooks.listener = [this](const Event& event) {
      if (const auto* recorded = std::get_if<Recorded>(&event)) keep(recorded->branch_point, recorded->record);
    };
    return hooks;
  }

  void remember() { keep(engine.branch_point(), engine.records().back()); }

  void keep(Point point, const Record& record) {
    REQUIRE(point != nullptr);
    points.push_back({std::move(point), record.segment(), record.step()});
  }

  static void advance_to(Engine& branch, std::int64_t tick) {
    while (branch.tick() < tick) {
      const auto before = branch.tick();
      branch.advance(tick - before);
      REQUIRE(branch.tick() > before);
    }
    // What is due without a step: the end of a run that has come to it.
    branch.advance(0);
  }
};

Config of_model(const char* kind, const char* optimizer, const char* precision, std::int64_t count) {
  Config config;
  config.set("task.values", std::int64_t{2});
  config.set("model.kind", std::string(kind));
  config.set("model.precision", std::string(precision));
  config.set("optimizer.kind", std::string(optimizer));
  config.set("run.steps", count);
  return config;
}

}  // namespace

TEST_CASE("branch: every model with every optimizer and precision goes on with the same bits") {
  for (const char* kind : {"kernel_ufm", "ufm", "additive_ufm", "transformer", "mlp"})
    for (const char* optimizer : {"gd", "momentum", "adamw"})
      for (const char* precision : {"float", "double"}) {
        CAPTURE(kind);
        CAPTURE(optimizer);
        CAPTURE(precision);
        // Networks take AdamW, the others the two plain ones; each takes two.
        const bool is_network = std::string(kind) == "transformer" || std::string(kind) == "mlp";
        if (std::string(optimizer) == (is_network ? "gd" : "adamw")) continue;
        Config config = of_model(kind, optimizer, precision, 60);
        config.set("optimizer.lr", 0.01);
        Original(config, {steps(17), change("reg.smoothing", 0.1), steps(30), steps(100)}).check_branches(9);
      }
}

TEST_CASE("branch: schedules, paths and changed parameters go on with the same bits") {
  Config config = small_run(300);
  config.set("optimizer.schedule", std::string("cosine"));
  config.set("optimizer.warmup", std::int64_t{20});
  config.set("reg.path", std::string("geometric"));
  Original(config, {steps(13), change("reg.gamma", 0.005), change("reg.gamma", 0.01), steps(40),
                    change("optimizer.schedule", std::string("step")), steps(9),
                    change("optimizer.kind", std::string("momentum")), change("optimizer.lr", 0.01), steps(50), change("run.steps", std::int64_t{150}), steps(100),
                    change("run.steps", std::int64_t{200}), steps(100)})
      .check_branches(3);
}

TEST_CASE("branch: restarts, other capacities, seeds and tasks go on with the same bits") {
  Config other = small_run(60);
  other.set("task.factors", std::int64_t{2});
  Original(small_run(80), {steps(12), change("model.d", std::int64_t{4}), steps(11), change("model.d", std::int64_t{9}),
                           steps(7), {0, Restart{}}, steps(20), change("run.seed", std::int64_t{5}), steps(9),
                           change("model.d", std::int64_t{12}), change("run.seed", std::int64_t{6}), {5, Load{other, "other"}},
                           steps(9), change("task.factors", std::int64_t{3}), {0, Restart{}}, steps(100)})
      .check_branches(3);
}

TEST_CASE("branch: a stop at the peak comes where it came, before it, at it and after it") {
  Config config = small_run(3000);
  config.set("run.stop", std::string("peak"));
  config.set("run.stop_after", std::int64_t{5});
  Original original(config, {steps(3000), {0, Continue{}}, steps(40), change("reg.lambda_h", 1e-4), steps(500),
                             {0, Continue{}}, steps(20)});
  REQUIRE(original.engine.segment() >= 1);
  original.check_branches();
  // Where stopping is wished for at a record that would have been one to stop at, the next record is.
  Original(small_run(600), {steps(400), change("run.stop", std::string("peak")), steps(500), {0, Continue{}}, steps(10)})
      .check_branches(5);
}

TEST_CASE("branch: divergences are gone through again, those before are not") {
  for (const char* on_divergence : {"stop", "back_off"}) {
    CAPTURE(on_divergence);
    Config config = small_run(300);
    config.set("optimizer.lr", 1e6);
    config.set("run.on_divergence", std::string(on_divergence));
    Original(config, {steps(3), steps(1), steps(30), change("model.d", std::int64_t{5}), change("optimizer.lr", 1.0), steps(15),
                      change("optimizer.lr", 1e6), steps(40), {0, Restart{}}, steps(10), change("optimizer.lr", 0.5), steps(20)})
        .check_branches();
    // From between two records too, whence a divergence goes back to before the branch.
    Config slow = small_run(300);
    slow.set("run.on_divergence", std::string(on_divergence));
    std::vector<Turn> turns{steps(40), change("optimizer.lr", 2e4)};
    turns.insert(turns.end(), 12, steps(1));
    Original original(slow, turns);
    REQUIRE(original.engine.tick() > original.engine.step());
    original.check_branches();
  }
}

TEST_CASE("branch: a run that has ended has ended on a branch from its last record too") {
  for (const bool stops_at_peak : {false, true}) {
    Config config = small_run(3000);
    config.set(stops_at_peak ? "run.stop" : "run.on_divergence", std::string(stops_at_peak ? "peak" : "stop"));
    Original original(config, {steps(stops_at_peak ? 3000 : 40)});
    if (!stops_at_peak) {
      original.engine.apply(SetParameter{"optimizer.lr", 2e4});
      original.engine.advance(3000);
    }
    const auto ended = original.engine.state();
    REQUIRE(ended == (stops_at_peak ? Engine::State::stopped : Engine::State::diverged));
    // The last record is of the state that the run has gone back to, and was made on the way there; what is remembered after
    // the turn and at the end comes after it.
    const auto& point = *original.points[original.points.size() - (stops_at_peak ? 3 : 1)].point;
    auto branch = Engine::branch_from(point, *original.engine.past(point));
    CHECK(branch.state() == ended);
    CHECK(branch.step() == original.engine.step());
    branch.advance(5);
    CHECK(branch.tick() == original.engine.tick());
    CHECK((branch.parameter_bytes() == original.engine.parameter_bytes()));
  }
}

TEST_CASE("branch: whatever is changed at any step, a branch from anywhere is the run") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    CAPTURE(seed);
    Random random(seed, 77);
    std::vector<Turn> turns;
    for (int i = 0; i < 20; ++i) {
      turns.push_back(steps(random.below(25)));
      switch (random.below(10)) {
        case 0: turns.push_back(change("optimizer.schedule", std::string(random.below(2) == 0 ? "cosine" : "constant"))); break;
        case 1: turns.push_back(change("reg.smoothing", 0.3 * random.uniform())); break;
        case 2: turns.push_back(change("run.stop", std::string(random.below(3) == 0 ? "none" : "peak"))); break;
        case 3: turns.push_back(change("model.d", static_cast<std::int64_t>(4 + random.below(10)))); break;
        case 4: turns.push_back(change("run.stop_after", static_cast<std::int64_t>(1 + random.below(4)))); break;
        case 5: turns.push_back(change("optimizer.lr", random.below(3) == 0 ? 1e5 : 1.0 + random.uniform())); break;
        case 6: turns.push_back({0, Restart{}}); break;
        case 7: turns.push_back(change("run.steps", static_cast<std::int64_t>(1 + random.below(300)))); break;
        case 8: turns.push_back(change("optimizer.kind", std::string(random.below(2) == 0 ? "momentum" : "gd"))); break;
        default: turns.push_back({0, Continue{}});
      }
    }
    turns.push_back(steps(40));
    for (const char* on_divergence : {"stop", "back_off"}) {
      CAPTURE(on_divergence);
      Config config = small_run(400);
      config.set("run.on_divergence", std::string(on_divergence));
      config.set("run.max_margin", std::string("never"));
      Original(config, turns).check_branches(8);
    }
  }
}

TEST_CASE("branch: a branch of a branch, from its past and from its present") {
  Original original(small_run(200), {steps(30), change("reg.smoothing", 0.1), steps(30), {0, Restart{}}, steps(60)});
  const auto& points = original.points;
  for (std::size_t i = 5; i < points.size(); i += 11) {
    auto branch = Engine::branch_from(*points[i].point, *original.engine.past(*points[i].point));
    branch.advance(3);
    // From a point that the first engine has handed out.
    auto earlier = Engine::branch_from(*points[i / 2].point, *branch.past(*points[i / 2].point));
    original.follow(earlier);
    original.check_same(earlier);
    // A twin of the branch, wherever it is.
    const auto here = branch.branch_point();
    auto twin = Engine::branch_from(*here, *branch.past(*here));
    branch.apply(SetParameter{"optimizer.lr", 1.0});
    twin.apply(SetParameter{"optimizer.lr", 1.0});
    branch.advance(40);
    twin.advance(40);
    CHECK((twin.parameter_bytes() == branch.parameter_bytes()));
    CHECK((csv(twin) == csv(branch)));
  }
}

TEST_CASE("branch: the original goes on as if there were none") {
  Engine engine(small_run(100));
  Engine alone(small_run(100));
  for (int i = 0; i < 10; ++i) {
    engine.advance(7);
    alone.advance(7);
    const auto point = engine.branch_point();
    auto branch = Engine::branch_from(*point, *engine.past(*point));
    branch.apply(SetParameter{"reg.smoothing", 0.2});
    branch.advance(5);
  }
  CHECK((engine.parameter_bytes() == alone.parameter_bytes()));
  CHECK((csv(engine) == csv(alone)));
}

TEST_CASE("branch: a restart begins with the weights that were read, whatever has become of the file") {
  const auto weights = [] {
    std::map<std::string, MatrixD> read;
    for (const auto& tensor : Engine(small_run(10)).weights()) read[tensor.name] = 0.5 * tensor.values;
    return read;
  }();
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
  const auto point = engine.branch_point();
  auto branch = Engine::branch_from(*point, *engine.past(*point));  // nothing there could read a file
  branch.apply(Restart{});
  CHECK((branch.parameter_bytes() == first));
  CHECK(branch.step() == 0);
  CHECK(readings == 1);
}

TEST_CASE("branch: commands are those executed before, also where a restart records at once") {
  std::vector<std::pair<Point, std::size_t>> points;
  EngineHooks hooks;
  hooks.has_branch_points = true;
  hooks.listener = [&](const Event& event) {
    if (const auto* recorded = std::get_if<Recorded>(&event))
      points.emplace_back(recorded->branch_point, recorded->record.segment());
  };
  Engine engine(small_run(100), {}, hooks);
  engine.advance(7);
  engine.apply(SetParameter{"reg.smoothing", 0.1});  // recorded by the restart, as the last step before it
  engine.apply(Restart{});
  engine.advance(2);
  for (const auto& [point, segment] : points) {
    const auto branch = Engine::branch_from(*point, *engine.past(*point));
    CHECK(branch.segment() == static_cast<std::int64_t>(segment));
    const bool is_changed = branch.config().real("reg.smoothing") != 0.0;
    CHECK(branch.commands().size() == static_cast<std::size_t>(segment) + (is_changed ? 1 : 0));
  }
}

TEST_CASE("branch: records that wait for L_mm wait on the branch too, and get the same") {
  const std::vector<std::vector<Turn>> all{
      {steps(20), change("reg.smoothing", 0.1), steps(40)},
      {steps(20), change("task.factors", std::int64_t{2}), steps(30), {0, Restart{}}, steps(20)},
      // Taken back: on a branch from before it never is, until the command comes again.
      {steps(20), change("run.max_margin", std::string("never")), steps(10), change("run.max_margin", std::string("auto")),
       steps(20), change("run.max_margin", std::string("never")), steps(5)},
  };
  for (const auto& turns : all) {
    const std::string expected = csv(Original(small_run(70), turns).engine);
    for (const bool is_found_first : {false, true}) {
      Original original(small_run(70), turns, is_found_first ? MaxMarginSolver{} : solve_late);
      for (std::size_t i = 0; i < original.points.size(); i += 4) {
        // Found at once on the branch, and late.
        for (const auto& solver : {MaxMarginSolver{}, MaxMarginSolver{solve_late}}) {
          CAPTURE(is_found_first);
          CAPTURE(i);
          const auto& point = *original.points[i].point;
          auto branch = Engine::branch_from(point, *original.engine.past(point), EngineHooks{.solve_max_margin = solver});
          original.follow(branch);
          branch.complete_theory();
          CHECK((csv(branch) == expected));
          CHECK_FALSE(branch.awaits_max_margin());
        }
      }
      original.engine.complete_theory();
      CHECK((csv(original.engine) == expected));
    }
  }
}

TEST_CASE("branch: before L_mm is taken out of the records, a branch has it in them") {
  for (const bool is_late : {false, true}) {
    Original original(small_run(70), {steps(20), change("run.max_margin", std::string("never")), steps(30)},
                      is_late ? solve_late : MaxMarginSolver{});
    CHECK_FALSE(original.engine.records().front().metrics.find("sim_h_mm")->is_defined());
    const auto& before = *original.points[10].point;
    auto branch = Engine::branch_from(before, *original.engine.past(before));
    branch.advance(20);
    branch.complete_theory();
    Engine straight(small_run(70));
    straight.advance(branch.step());
    CHECK((csv(branch) == csv(straight)));
    CHECK(branch.records().front().metrics.find("sim_h_mm")->is_defined());
  }
}

TEST_CASE("branch: what becomes of the original's work on L_mm is nothing to a branch that has diverged") {
  for (const char* on_divergence : {"stop", "back_off"}) {
    CAPTURE(on_divergence);
    Config config = small_run(300);
    config.set("run.on_divergence", std::string(on_divergence));
    Engine engine(config, {}, EngineHooks{.solve_max_margin = solve_late});
    engine.advance(100);
    engine.apply(SetParameter{"optimizer.lr", 2e4});
    // Between two records: the one that is gone back to was made by the original.
    engine.advance(1);
    REQUIRE(engine.state() == Engine::State::ready);
    const auto point = engine.branch_point();
    auto branch = Engine::branch_from(*point, *engine.past(*point), EngineHooks{.solve_max_margin = solve_late});
    branch.advance(30);
    REQUIRE(branch.tick() > branch.step());
    engine.abandon_theory("given up");
    branch.complete_theory();
    for (const auto& record : branch.records()) CHECK(record.metrics.find("sim_h_mm")->is_defined());
  }
}
