#include "app/run_tree.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "core/registry/registry.h"

using namespace gramscope;
using namespace gramscope::app;
using namespace std::chrono_literals;

namespace {

constexpr SetSpeed kAtOnce{Pace::maximum, 1.4, 60.0};

Config tree_config(std::int64_t steps) {
  Config config;
  config.set("task.values", std::int64_t{2});
  config.set("model.d", std::int64_t{10});
  config.set("optimizer.lr", 2.0);
  config.set("run.steps", steps);
  return resolve(config);
}

RunTree tree_of(std::int64_t steps, bool is_running = true, SetSpeed speed = kAtOnce) {
  return RunTree(std::make_unique<Observatory>(tree_config(steps), "probe", is_running, speed));
}

bool wait_for(RunTree& tree, const std::function<bool()>& condition) {
  for (int i = 0; i < 60'000; ++i) {
    tree.update();
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

bool wait_for_end(RunTree& tree) {
  return wait_for(tree, [&] { return tree.shown().status().state != Engine::State::ready; });
}

bool wait_for_runs(RunTree& tree, std::size_t count) {
  return wait_for(tree, [&] { return tree.runs().size() == count && !tree.is_branching(); });
}

double last_loss(const Observatory& run) { return run.records().back().metrics.get("loss"); }

}  // namespace

TEST_CASE("run tree: a change in the past makes a branch there, and the run it left stays as it was") {
  auto tree = tree_of(2000);
  REQUIRE(wait_for_end(tree));
  const double before = last_loss(tree.shown());
  tree.shown().seek(150);
  const auto step = tree.shown().playhead();
  tree.shown().set_parameter("reg.lambda_h", Value{0.01});
  REQUIRE(wait_for_runs(tree, 2));
  CHECK(tree.shown_id() == 1);
  CHECK(!tree.shown().is_in_past());
  CHECK(tree.shown().records().back().step() == step);
  REQUIRE(wait_for(tree, [&] { return tree.shown().config().real("reg.lambda_h") == 0.01 && tree.shown().status().step == step; }));
  CHECK(tree.runs()[1].origin.parent == RunTree::kTrunk);
  CHECK(tree.runs()[1].origin.step == step);
  // It was not running, and its branch is not either.
  CHECK(!tree.shown().status().is_running);
  tree.shown().run();
  REQUIRE(wait_for_end(tree));
  CHECK(tree.shown().records().back().step() == 2000);
  CHECK(last_loss(tree.shown()) != before);
  CHECK(last_loss(tree.trunk()) == before);
  CHECK(tree.trunk().config().real("reg.lambda_h") != 0.01);
  CHECK(tree.title(tree.runs()[1]).find("0.01") != std::string::npos);
  // What both have come through is the same, number for number.
  for (const auto& record : tree.trunk().records()) {
    if (record.step() >= step) break;
    const auto& others = tree.shown().records();
    const auto same = std::find_if(others.begin(), others.end(), [&](const Record& r) { return r.step() == record.step(); });
    REQUIRE(same != others.end());
    CHECK(same->metrics.get("loss") == record.metrics.get("loss"));
  }
}

TEST_CASE("run tree: a branch with nothing changed comes to the same numbers") {
  auto tree = tree_of(1500);
  REQUIRE(wait_for_end(tree));
  tree.shown().seek(40);
  tree.shown().branch();
  REQUIRE(wait_for_runs(tree, 2));
  tree.shown().run();
  REQUIRE(wait_for_end(tree));
  REQUIRE(tree.shown().records().size() == tree.trunk().records().size());
  for (std::size_t i = 0; i < tree.trunk().records().size(); ++i)
    CHECK(tree.shown().records()[i].metrics.get("objective") == tree.trunk().records()[i].metrics.get("objective"));
}

TEST_CASE("run tree: a branch takes nothing along that the run was told after it was asked for") {
  for (const bool is_seen_first : {false, true}) {
    CAPTURE(is_seen_first);
    auto tree = tree_of(100);
    REQUIRE(wait_for_end(tree));
    tree.shown().branch();
    tree.shown().set_parameter("reg.lambda_h", Value{0.01});
    // The step is recorded anew, before or while the branch is made.
    if (is_seen_first) {
      while (tree.shown().history().last()->commands == 0) {
        tree.shown().update();
        std::this_thread::sleep_for(1ms);
      }
    }
    REQUIRE(wait_for_runs(tree, 2));
    const double ridge = tree_config(100).real("reg.lambda_h");
    CHECK(tree.shown().config().real("reg.lambda_h") == ridge);
    CHECK(tree.shown().marks().empty());
    CHECK(tree.shown().history().last()->commands == 0);
    REQUIRE(wait_for(tree, [&] { return tree.trunk().history().last()->commands == 1; }));
    CHECK(tree.trunk().records().back().metrics.get("objective") != tree.shown().records().back().metrics.get("objective"));

    // Nor does a branch of that branch.
    tree.shown().branch();
    REQUIRE(wait_for_runs(tree, 3));
    Engine engine = tree.shown().runner()->stop();
    CHECK(engine.commands().empty());
    CHECK(engine.config().real("reg.lambda_h") == ridge);
  }
}

TEST_CASE("run tree: marks on the way from an earlier branch point stand once") {
  // So little that most branch points give way.
  RunTree tree(std::make_unique<Observatory>(tree_config(400), "probe", false, kAtOnce), std::size_t{96} << 10);
  tree.shown().step(90);
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step == 90; }));
  tree.shown().set_parameter("optimizer.lr", Value{1.5});
  REQUIRE(wait_for(tree, [&] { return tree.shown().marks().size() == 1; }));
  tree.shown().run();
  REQUIRE(wait_for_end(tree));
  tree.shown().seek(150);
  REQUIRE(tree.shown().is_in_past());
  const auto step = tree.shown().playhead();
  tree.shown().branch();
  REQUIRE(wait_for_runs(tree, 2));
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step == step && !tree.shown().status().is_catching_up; }));
  CHECK(tree.shown().marks().size() == 1);
  CHECK(tree.title(tree.runs()[1]).ends_with(": unchanged"));
}

TEST_CASE("run tree: all values of a drag in the past make one branch with the last of them") {
  auto tree = tree_of(1000);
  REQUIRE(wait_for_end(tree));
  tree.shown().seek(100);
  double value = 0.0;
  for (int frame = 0; frame < 40; ++frame) {
    value = 0.001 * (1 + frame);
    tree.shown().set_parameter("reg.lambda_h", Value{value});
    tree.update();
    std::this_thread::sleep_for(1ms);
  }
  REQUIRE(wait_for(tree, [&] { return tree.shown_id() == 1 && tree.shown().status().step == tree.shown().playhead(); }));
  REQUIRE(wait_for(tree, [&] { return tree.shown().config().real("reg.lambda_h") == value; }));
  CHECK(tree.runs().size() == 2);
}

TEST_CASE("run tree: the run that is left rests, and goes on when it is shown again") {
  auto tree = tree_of(100'000'000, true, {Pace::steps_per_second, 1.4, 2000.0});
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step > 200; }));
  tree.shown().seek(100);
  tree.shown().branch();
  REQUIRE(wait_for_runs(tree, 2));
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().is_running && !tree.trunk().status().is_running; }));
  const auto left_at = tree.trunk().status().step;
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step > 300; }));
  CHECK(tree.trunk().status().step == left_at);
  tree.show(RunTree::kTrunk);
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step > left_at + 100; }));
  CHECK(!tree.runs()[1].observatory->status().is_running);
  tree.remove(1);
  CHECK(tree.runs().size() == 1);
  tree.remove(RunTree::kTrunk);
  CHECK(tree.runs().size() == 1);
}

TEST_CASE("run tree: branches of branches stand under them, and stay when what they came from is removed") {
  auto tree = tree_of(800);
  REQUIRE(wait_for_end(tree));
  for (int i = 0; i < 2; ++i) {
    tree.shown().seek(100);
    tree.shown().branch();
    REQUIRE(wait_for_runs(tree, static_cast<std::size_t>(i) + 2));
    tree.shown().run();
    REQUIRE(wait_for_end(tree));
  }
  tree.update();
  const auto& family = tree.shown().family.runs;
  REQUIRE(family.size() == 3);
  CHECK(family[0].depth == 0);
  CHECK(family[1].depth == 1);
  CHECK(family[2].depth == 2);
  CHECK(family[2].is_shown);
  CHECK(family[0].course.records().size() == tree.trunk().records().size());
  tree.remove(1);
  tree.update();
  REQUIRE(tree.runs().size() == 2);
  CHECK(tree.shown_id() == 2);
  CHECK(tree.shown().records().back().step() == 800);
}

TEST_CASE("run tree: what a removed run had been told stays with the branches that left it later") {
  auto tree = tree_of(500);
  REQUIRE(wait_for_end(tree));
  for (const double ridge : {0.004, 0.008}) {
    tree.shown().seek(100);
    tree.shown().set_parameter("reg.lambda_h", Value{ridge});
    const auto before = tree.runs().size();
    REQUIRE(wait_for_runs(tree, before + 1));
    REQUIRE(wait_for(tree, [&] { return tree.shown().config().real("reg.lambda_h") == ridge; }));
    tree.shown().run();
    REQUIRE(wait_for_end(tree));
  }
  REQUIRE(tree.runs()[2].origin.parent == 1);
  REQUIRE(tree.runs()[2].origin.commands == 1);
  tree.remove(1);
  CHECK(tree.runs()[1].origin.parent == RunTree::kTrunk);
  // Of the first run's commands it has none: both changes are its own.
  CHECK(tree.runs()[1].origin.commands == 0);
  tree.ask_for_runs(false);
  std::optional<std::vector<RunTree::Told>> told;
  REQUIRE(wait_for(tree, [&] { return (told = tree.take_told()).has_value(); }));
  CHECK(told->at(1).run.commands.size() == 2);
}

TEST_CASE("run tree: all runs together keep to the bytes that the past may take") {
  auto tree = tree_of(2000);
  tree.set_history_cap(std::size_t{2} << 20);
  REQUIRE(wait_for_end(tree));
  for (int i = 0; i < 4; ++i) {
    tree.shown().seek(200);
    tree.shown().branch();
    REQUIRE(wait_for_runs(tree, static_cast<std::size_t>(i) + 2));
    tree.shown().run();
    REQUIRE(wait_for_end(tree));
    std::size_t bytes = 0;
    for (const auto& run : tree.runs()) bytes += run.observatory->history().bytes();
    CHECK(bytes <= std::size_t{2} << 20);
  }
}

TEST_CASE("run tree: a branch is called by what was changed, also where that has begun it anew") {
  auto tree = tree_of(300);
  REQUIRE(wait_for_end(tree));
  tree.shown().seek(50);
  tree.shown().set_parameter("model.kind", Value{std::string("ufm")});
  REQUIRE(wait_for_runs(tree, 2));
  REQUIRE(wait_for(tree, [&] { return tree.shown().config().text("model.kind") == "ufm" && tree.shown().status().step == 0; }));
  REQUIRE(!tree.shown().marks().empty());
  CHECK(tree.shown().marks().front().step == 0);
  CHECK(tree.shown().marks().front().text == "Model kernel_ufm → ufm");
  CHECK(tree.trunk().config().text("model.kind") == "kernel_ufm");
}

TEST_CASE("run tree: nothing to branch from is said, and makes none") {
  auto tree = tree_of(500);
  tree.set_history_cap(1);
  REQUIRE(wait_for_end(tree));
  tree.shown().branch();
  for (int i = 0; i < 50; ++i) tree.update();
  CHECK(tree.runs().size() == 1);
  REQUIRE(tree.shown().message() != nullptr);
  CHECK(tree.shown().message()->text.find("No branch") != std::string::npos);
}

TEST_CASE("twins: both rest at the same steps, and what is asked of one is asked of both") {
  auto tree = tree_of(1'000'000, true, {Pace::steps_per_second, 1.4, 400.0});
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step > 60; }));
  tree.shown().wish_twin();
  REQUIRE(wait_for(tree, [&] { return tree.beside() != nullptr; }));
  CHECK(tree.shown_id() == RunTree::kTrunk);
  CHECK(tree.scope() == ChangeScope::beside);
  auto& first = tree.shown();
  auto& second = *tree.beside();
  // It comes from behind.
  REQUIRE(wait_for(tree, [&] { return second.status().step == first.status().step && second.status().step > 60; }));
  for (int i = 0; i < 400; ++i) {
    tree.update();
    first.view.wanted.classes = second.view.wanted.classes = i % 2 == 0;
    std::this_thread::sleep_for(1ms);
    // Never apart by more than what may be due at once: the clock forgives a quarter of a second.
    CHECK(std::abs(first.status().step - second.status().step) <= 110);
  }
  first.pause();
  REQUIRE(wait_for(tree, [&] {
    return !first.status().is_running && !second.status().is_running && first.status().step == second.status().step;
  }));
  // At rest both are seen at that step.
  REQUIRE(wait_for(tree, [&] {
    return first.snapshot()->step() == first.status().step && second.snapshot()->step() == first.status().step;
  }));
  const auto step = first.status().step;
  first.step(3);
  REQUIRE(wait_for(tree, [&] { return first.status().step == step + 3 && second.status().step == step + 3; }));
  first.restart();
  REQUIRE(wait_for(tree, [&] { return first.status().step == 0 && second.status().step == 0; }));
  first.run();
  REQUIRE(wait_for(tree, [&] { return first.status().step > 50 && second.status().step == first.status().step; }));
  tree.show_beside(tree.shown_id());
  CHECK(tree.beside() == nullptr);
  const auto alone = second.status().step;
  REQUIRE(wait_for(tree, [&] { return first.status().step > alone + 100; }));
  CHECK(!second.status().is_running);
}

TEST_CASE("twins: pausing and resuming one does not lengthen the other, which has ended") {
  auto tree = tree_of(100'000'000, false);
  tree.shown().step(50);
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step == 50; }));
  tree.shown().wish_twin();
  REQUIRE(wait_for(tree, [&] { return tree.beside() != nullptr && tree.beside()->status().step == 50; }));
  auto& second = *tree.beside();
  second.set_parameter("run.steps", Value{std::int64_t{60}});
  for (int i = 0; i < 3; ++i) {
    const auto step = tree.shown().status().step;
    tree.shown().run();
    REQUIRE(wait_for(tree, [&] { return second.status().state == Engine::State::finished && tree.shown().status().step > step + 60; }));
    tree.shown().pause();
    REQUIRE(wait_for(tree, [&] { return !tree.shown().status().is_running; }));
  }
  CHECK(second.status().step == 60);
  CHECK(second.config().integer("run.steps") == 60);
}

TEST_CASE("twins: a change is made in the runs it is meant for") {
  auto tree = tree_of(1'000'000, false);
  tree.shown().step(100);
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step == 100; }));
  tree.shown().wish_twin();
  REQUIRE(wait_for(tree, [&] { return tree.beside() != nullptr && tree.beside()->status().step == 100; }));
  auto& first = tree.shown();
  auto& second = *tree.beside();
  first.changed_run().set_parameter("model.d", Value{std::int64_t{4}});
  REQUIRE(wait_for(tree, [&] { return second.config().integer("model.d") == 4; }));
  CHECK(first.config().integer("model.d") == 10);
  tree.set_scope(ChangeScope::both);
  tree.update();
  first.changed_run().set_parameter("reg.lambda_h", Value{0.02});
  REQUIRE(wait_for(tree, [&] { return first.config().real("reg.lambda_h") == 0.02 && second.config().real("reg.lambda_h") == 0.02; }));
  CHECK(second.config().integer("model.d") == 4);
  tree.set_scope(ChangeScope::shown);
  tree.update();
  first.changed_run().set_parameter("optimizer.lr", Value{0.5});
  REQUIRE(wait_for(tree, [&] { return first.config().real("optimizer.lr") == 0.5; }));
  for (int i = 0; i < 20; ++i) tree.update();
  CHECK(second.config().real("optimizer.lr") == 2.0);
}

TEST_CASE("twins: showing one of them changes their places, showing a third leaves the one beside") {
  auto tree = tree_of(1'000'000, true, {Pace::steps_per_second, 1.4, 400.0});
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step > 60; }));
  tree.shown().seek(30);
  tree.shown().branch();
  REQUIRE(wait_for_runs(tree, 2));
  tree.shown().wish_twin();
  REQUIRE(wait_for(tree, [&] { return tree.beside() != nullptr; }));
  REQUIRE(tree.shown_id() == 1);
  REQUIRE(tree.beside_id() == 2);
  tree.show(2);
  CHECK(tree.shown_id() == 2);
  CHECK(tree.beside_id() == 1);
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step > 100 && tree.beside()->status().step == tree.shown().status().step; }));
  tree.show(RunTree::kTrunk);
  CHECK(tree.beside_id() == 1);
  const auto& left = *std::as_const(tree).find(2)->observatory;
  REQUIRE(wait_for(tree, [&] { return !left.status().is_running; }));
  REQUIRE(wait_for(tree, [&] { return tree.shown().status().step > 150 && tree.beside()->status().step == tree.shown().status().step; }));
  tree.remove(1);
  CHECK(tree.beside() == nullptr);
  CHECK(tree.runs().size() == 2);
}

TEST_CASE("twins: the past is looked at in both, and a run that ends does not end the other") {
  auto tree = tree_of(1000);
  REQUIRE(wait_for_end(tree));
  tree.shown().wish_twin();
  REQUIRE(wait_for(tree, [&] { return tree.beside() != nullptr; }));
  auto& second = *tree.beside();
  second.run();
  REQUIRE(wait_for(tree, [&] { return second.status().state == Engine::State::finished; }));
  tree.shown().seek(120);
  REQUIRE(wait_for(tree, [&] {
    return second.is_in_past() && second.playhead() == tree.shown().playhead() && second.snapshot() != nullptr &&
           second.snapshot()->step() == second.playhead();
  }));
  tree.shown().go_live();
  REQUIRE(wait_for(tree, [&] { return !second.is_in_past(); }));
}
