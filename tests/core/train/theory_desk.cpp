// L_mm solved beside a run: when it arrives must not show in what is recorded.
#include "core/train/theory_desk.h"

#include <doctest/doctest.h>

#include <functional>
#include <map>

#include "core/metrics/measure.h"
#include "core/train/engine.h"
#include "tests/core/train/small_run.h"

using namespace gramscope;

namespace {

/// L_mm that is there when the test says so, or when somebody waits for it.
class HeldWork final : public MaxMarginWork {
 public:
  HeldWork(std::shared_ptr<const TaskTheory> theory, int& alive) : theory_(std::move(theory)), alive_(alive) { ++alive_; }
  ~HeldWork() override { --alive_; }
  void release() {
    if (failure_.empty()) result_ = solve_max_margin_now(theory_)->result();
  }
  void fail(const std::string& why) { failure_ = why; }
  std::shared_ptr<const MaxMarginTheory> result() const override { return result_; }
  std::string failure() const override { return failure_; }
  void wait() override { release(); }

 private:
  std::shared_ptr<const TaskTheory> theory_;
  int& alive_;
  std::shared_ptr<const MaxMarginTheory> result_;
  std::string failure_;
};

class HeldSolver {
 public:
  MaxMarginSolver solver() {
    return [this](std::shared_ptr<const TaskTheory> theory) {
      auto work = std::make_shared<HeldWork>(std::move(theory), alive);
      if (is_released) work->release();
      begun.push_back(work);
      return work;
    };
  }
  /// What has begun, and from now on at once.
  void release() {
    is_released = true;
    for (const auto& work : begun)
      if (const auto held = work.lock()) held->release();
  }

  int alive = 0;
  bool is_released = false;
  std::vector<std::weak_ptr<HeldWork>> begun;
};

/// The records as somebody has them who only listens.
class Listener {
 public:
  void on(const Event& event) {
    if (const auto* recorded = std::get_if<Recorded>(&event)) {
      if (recorded->replaces_last) records.pop_back();
      records.push_back(recorded->record);
    } else if (const auto* again = std::get_if<Remeasured>(&event)) {
      const auto found = std::find_if(records.rbegin(), records.rend(), [&](const Record& record) {
        return record.segment() == again->segment && record.step() == again->step;
      });
      REQUIRE(found != records.rend());
      found->metrics = again->metrics;
      ++remeasured;
    } else if (const auto* solved = std::get_if<MaxMarginSolved>(&event)) {
      this->solved.push_back(solved->theory);
    } else if (const auto* changed = std::get_if<ConfigChanged>(&event)) {
      CHECK(changed->theory != nullptr);
      CHECK(changed->theory->task == changed->task);
    }
  }

  std::vector<Record> records;
  std::vector<std::shared_ptr<const MaxMarginTheory>> solved;
  int remeasured = 0;
};

/// Every recorded number bit for bit, and why there is none where there is none.
std::string text_of(const std::vector<Record>& records) {
  std::ostringstream text;
  for (const auto& record : records) {
    text << record.segment() << ',' << record.step();
    for (const auto& value : record.metrics.values()) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value.value, sizeof bits);
      text << ',' << value.key << '=' << std::hex << bits << std::dec << value.undefined;
    }
    text << '\n';
  }
  return text.str();
}

bool is_compared(const Record& record) { return record.metrics.find("sim_h_mm")->is_defined(); }
std::string reason(const Record& record) { return record.metrics.find("sim_h_mm")->undefined; }

using Act = std::function<void(Engine&)>;
struct Scenario {
  std::string name;
  Config config;
  std::vector<Act> acts;
};

Act go(std::int64_t steps) {
  return [steps](Engine& engine) { engine.advance(steps); };
}
Act set(const std::string& key, const Value& value) {
  return [=](Engine& engine) { engine.apply(SetParameter{key, value}); };
}
Act choose(const std::string& option) { return set("run.max_margin", Value{option}); }

std::vector<Scenario> scenarios() {
  Config at_peak = small_run(3000);
  at_peak.set("run.stop", std::string("peak"));
  at_peak.set("run.stop_after", std::int64_t{5});
  Config too_fast = small_run(300);
  too_fast.set("optimizer.lr", 1e6);
  Config backing_off = too_fast;
  backing_off.set("run.on_divergence", std::string("back_off"));
  Config without = small_run(200);
  without.set("run.max_margin", std::string("never"));
  Config other = small_run(100);
  other.set("task.factors", std::int64_t{2});
  const Act restart = [](Engine& engine) { engine.apply(Restart{}); };
  const Act load = [other](Engine& engine) { engine.apply(Load{other, "other"}); };
  return {
      {"a run in pieces", small_run(200), {go(1), go(30), go(500)}},
      {"steps recorded again", small_run(200),
       {go(12), set("optimizer.lr", 1.0), go(0), set("optimizer.lr", 1.5), set("model.d", std::int64_t{7}), go(90)}},
      {"restarts", small_run(60), {go(20), restart, go(5), set("run.seed", std::int64_t{5}), go(100)}},
      {"other tasks", small_run(60),
       {go(20), set("task.factors", std::int64_t{2}), go(7), set("task.factors", std::int64_t{3}), go(9), load, go(500)}},
      {"taken back", small_run(200), {go(20), choose("never"), go(20), choose("auto"), go(20), choose("always"), go(200)}},
      {"taken back where a step is due to be recorded again", small_run(200),
       {go(20), set("optimizer.lr", 1.0), choose("never"), choose("auto"), go(30)}},
      {"taken back after a restart", small_run(60), {go(20), restart, go(3), choose("never"), restart, choose("auto"), go(9)}},
      {"taken back on another task", small_run(60),
       {go(20), set("task.factors", std::int64_t{2}), go(7), choose("never"), go(9)}},
      {"wanted late", without, {go(20), choose("always"), go(10), go(500)}},
      {"a stop at the peak", at_peak, {go(5), go(3000), [](Engine& e) { e.apply(Continue{}); }, go(40), restart, go(20)}},
      {"a divergence", too_fast, {go(3), go(300), set("optimizer.lr", 1.0), go(30)}},
      {"a back-off", backing_off, {go(3), go(20), go(300)}},
  };
}

/// The scenario with L_mm arriving before act `release_at`, or at the end only; settled after each act if so wanted.
std::string play(const Scenario& scenario, std::size_t release_at, bool settles) {
  HeldSolver held;
  Listener listener;
  if (release_at == 0) held.release();
  Engine engine(scenario.config, {}, EngineHooks{.listener = [&](const Event& event) { listener.on(event); },
                                                 .solve_max_margin = held.solver()});
  for (std::size_t i = 0; i < scenario.acts.size(); ++i) {
    if (i + 1 == release_at) held.release();
    scenario.acts[i](engine);
    if (settles) engine.settle();
  }
  engine.settle();
  engine.complete_theory();
  CHECK_FALSE(engine.awaits_max_margin());
  CHECK(text_of(listener.records) == text_of(engine.records()));
  return text_of(engine.records());
}

}  // namespace

TEST_CASE("max-margin beside a run: the records do not depend on when it arrives, nor on how often is settled") {
  for (const auto& scenario : scenarios()) {
    CAPTURE(scenario.name);
    Engine at_once(scenario.config);
    for (const auto& act : scenario.acts) act(at_once);
    at_once.settle();
    const auto expected = text_of(at_once.records());
    CHECK(expected.find("sim_h_mm") != std::string::npos);
    CHECK(expected.find("is being solved for") == std::string::npos);
    for (std::size_t release_at = 0; release_at <= scenario.acts.size() + 1; ++release_at) {
      CAPTURE(release_at);
      CHECK(play(scenario, release_at, false) == expected);
      CHECK(play(scenario, release_at, true) == expected);
    }
  }
}

TEST_CASE("max-margin beside a run: a step says that it waits, and is completed by what a record made now would say") {
  HeldSolver held;
  Listener listener;
  Engine engine(small_run(200), {}, EngineHooks{.listener = [&](const Event& event) { listener.on(event); },
                                                .solve_max_margin = held.solver()});
  engine.advance(20);
  CHECK(engine.awaits_max_margin());
  for (const auto& record : engine.records()) CHECK(reason(record) == "L_mm is being solved for");
  CHECK(engine.embeddings()->max_margin == nullptr);
  CHECK(engine.embeddings()->max_margin_missing == "L_mm is being solved for");
  CHECK(listener.solved.empty());
  const auto waiting = engine.records().size();
  held.release();
  engine.settle();
  CHECK_FALSE(engine.awaits_max_margin());
  REQUIRE(listener.solved.size() == 1);
  CHECK(listener.solved[0]->task == engine.task());
  CHECK(listener.remeasured == static_cast<int>(waiting));
  const auto embeddings = engine.embeddings();
  CHECK(embeddings->max_margin == listener.solved[0]);
  const auto metrics = measure(*embeddings);
  const auto& last = engine.records().back();
  REQUIRE(last.step() == 20);
  CHECK(is_compared(last));
  CHECK(last.embeddings->max_margin == listener.solved[0]);
  for (const auto& value : metrics.values()) {
    CAPTURE(value.key);
    CHECK(last.metrics.find(value.key)->undefined == value.undefined);
    if (value.is_defined()) CHECK(last.metrics.get(value.key) == value.value);
  }
  // One and the same order of columns, completed or not.
  for (std::size_t i = 0; i < metrics.values().size(); ++i)
    CHECK(last.metrics.values()[i].key == metrics.values()[i].key);
}

TEST_CASE("max-margin beside a run: a restart on the same task solves nothing anew, another task does") {
  HeldSolver held;
  Engine engine(small_run(100), {}, EngineHooks{.solve_max_margin = held.solver()});
  engine.apply(Restart{});
  engine.apply(SetParameter{"run.seed", std::int64_t{3}});
  CHECK(held.begun.size() == 1);
  engine.apply(SetParameter{"task.factors", std::int64_t{2}});
  CHECK(held.begun.size() == 2);
  // The records of the first task still wait for theirs.
  CHECK(held.alive == 2);
  engine.complete_theory();
  for (const auto& record : engine.records()) CHECK(is_compared(record));
  CHECK(held.alive == 0);
}

TEST_CASE("max-margin beside a run: never stops the work and takes back what it gave, with the reason") {
  for (const bool has_arrived : {false, true}) {
    HeldSolver held;
    held.is_released = has_arrived;
    Engine engine(small_run(100), {}, EngineHooks{.solve_max_margin = held.solver()});
    engine.advance(20);
    const auto before = engine.records().size();
    CHECK(is_compared(engine.records().back()) == has_arrived);
    engine.apply(SetParameter{"run.max_margin", std::string("never")});
    CHECK(held.alive == 0);
    CHECK_FALSE(engine.awaits_max_margin());
    CHECK(engine.records().size() == before);  // when the theory is looked at is not a matter of what is recorded
    for (const auto& record : engine.records())
      CHECK(reason(record) == "L_mm is not solved for (run.max_margin = never)");
    engine.advance(20);
    CHECK(held.alive == 0);
    engine.apply(SetParameter{"run.max_margin", std::string("always")});
    engine.advance(20);
    engine.complete_theory();
    CHECK_FALSE(is_compared(engine.records()[before]));
    CHECK(is_compared(engine.records().back()));
  }
}

TEST_CASE("max-margin beside a run: why there is none is said where it fails, and where it is not waited for") {
  HeldSolver held;
  Engine engine(small_run(100), {}, EngineHooks{.solve_max_margin = held.solver()});
  engine.advance(20);
  held.begun.at(0).lock()->fail("out of memory");
  engine.advance(20);
  CHECK_FALSE(engine.awaits_max_margin());
  for (const auto& record : engine.records()) CHECK(reason(record) == "out of memory");
  CHECK(engine.embeddings()->max_margin_missing == "out of memory");

  HeldSolver other;
  Engine impatient(small_run(100), {}, EngineHooks{.solve_max_margin = other.solver()});
  impatient.advance(20);
  impatient.abandon_theory("interrupted");
  CHECK(other.alive == 0);
  for (const auto& record : impatient.records()) CHECK(reason(record) == "interrupted");
}

TEST_CASE("max-margin beside a run: no step is taken while too many recorded ones wait") {
  const auto settled = [](Engine& engine) {
    while (engine.advance(50) == Engine::State::ready) {
    }
    return text_of(engine.records());
  };
  Engine free(small_run(200));
  const auto expected = settled(free);

  HeldSolver held;
  // W and H of one record are 8·10 numbers each.
  Engine engine(small_run(200), {},
                EngineHooks{.solve_max_margin = held.solver(), .most_waiting_bytes = 5 * 2 * 80 * sizeof(double)});
  CHECK_FALSE(engine.is_held_back());
  CHECK(engine.advance(100) == Engine::State::ready);
  CHECK(engine.is_held_back());
  CHECK(engine.records().size() == 6);
  const auto step = engine.step();
  CHECK(engine.advance(100) == Engine::State::ready);
  CHECK(engine.step() == step);
  held.release();
  CHECK(settled(engine) == expected);
  CHECK_FALSE(engine.is_held_back());
}

TEST_CASE("max-margin beside a run: checkpoints keep what waits, whatever has come of it since") {
  for (const bool takes_back : {false, true}) {
    HeldSolver held;
    Engine engine(small_run(100), {}, EngineHooks{.solve_max_margin = held.solver()});
    engine.advance(20);
    const auto checkpoint = engine.checkpoint();
    if (takes_back) engine.apply(SetParameter{"run.max_margin", std::string("never")});
    engine.apply(SetParameter{"optimizer.lr", 0.5});  // records step 20 again, otherwise
    engine.advance(30);
    engine.apply(SetParameter{"task.factors", std::int64_t{2}});
    engine.advance(10);
    held.release();
    engine.complete_theory();
    engine.restore(*checkpoint);
    CHECK(engine.awaits_max_margin());
    engine.advance(200);
    engine.complete_theory();
    Engine direct(small_run(100));
    direct.advance(200);
    CHECK(text_of(engine.records()) == text_of(direct.records()));
  }
}
