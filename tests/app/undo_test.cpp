// Undo and redo on engines that answer at once: what is confirmed, refused, joined and given back.
#include "app/undo.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "core/train/engine.h"
#include "tests/random_hand.h"

using namespace gramscope;
using namespace gramscope::app;
using gramscope::test::RandomHand;

namespace {

/// An engine with a stack that hears what is sent to it and what it answers, as the window's does.
class Desk {
 public:
  explicit Desk(const Config& config, const std::string& preset = "first")
      : setting{resolve(config), preset}, engine(config, preset, [this](const Event& event) { hear(event); }) {}

  void change(const std::string& key, const Value& value, Hand hand = Hand::off) {
    const Config changed = with_change(setting.config, key, value, nullptr);
    if (changed != setting.config) stack.send(SetParameter{key, changed.at(key)}, hand);
    engine.apply(SetParameter{key, value});
  }
  void load(const Config& config, const std::string& preset) {
    stack.send(Load{resolve(config), preset});
    engine.apply(Load{config, preset});
  }
  std::size_t undo() { return execute(stack.undo(setting)); }
  std::size_t redo() { return execute(stack.redo(setting)); }

  Setting setting;
  UndoStack stack;
  Engine engine;

 private:
  void hear(const Event& event) {
    if (const auto* diverged = std::get_if<Diverged>(&event)) is_backing_off_ = diverged->backed_off;
    const auto* changed = std::get_if<ConfigChanged>(&event);
    if (changed == nullptr) return;
    if (!std::exchange(is_backing_off_, false)) stack.confirm(setting, *changed);
    setting = {changed->config, changed->preset};
  }
  std::size_t execute(const std::vector<Command>& commands) {
    for (const auto& command : commands) engine.apply(command);
    return commands.size();
  }

  bool is_backing_off_ = false;
};

Config tiny(const std::string& task, const std::string& model) {
  Config config;
  config.set("task.kind", task);
  config.set("model.kind", model);
  config.set("run.max_margin", std::string("never"));
  config.set("run.steps", std::int64_t{300});
  const auto applicable = applicable_parameters(config);
  const auto give = [&](const std::string& key, std::int64_t value) {
    const auto is_it = [&](const Parameter& parameter) { return parameter.key == key; };
    if (std::any_of(applicable.begin(), applicable.end(), is_it)) config.set(key, value);
  };
  give("task.factors", 2);
  give("task.values", 2);
  give("task.levels", 2);
  give("task.vocabulary", 6);
  give("task.contexts", 8);
  give("task.support_size", 2);
  give("task.contexts_per_support", 1);
  give("model.d", 4);
  give("model.depth", 1);
  give("model.heads", 2);
  return resolve(config);
}

Config tiny_ufm() { return tiny("attributes", "kernel_ufm"); }

std::vector<Config> tiny_configs() {
  return {tiny_ufm(), tiny("support", "ufm"), tiny("taxonomy", "additive_ufm"), tiny("attributes", "transformer"),
          tiny("sentences", "mlp")};
}

/// A random change, or a drag over several values.
void change_something(Desk& desk, RandomHand& hand) {
  const auto parameters = applicable_parameters(desk.setting.config);
  const Parameter& parameter = hand.choose(parameters);
  // These are the engine's own to change, or to take long over.
  if (parameter.key == "run.on_divergence" || parameter.key == "run.max_margin") return;
  const bool is_number = parameter.type == ParameterType::integer || parameter.type == ParameterType::real;
  const auto values = is_number ? 1 + hand.below(4) : 1;
  try {
    for (std::uint32_t i = 0; i < values; ++i) {
      const Value value = hand.value_of(parameter);
      if (value != Value{std::string("corpus")}) desk.change(parameter.key, value, Hand::on);
      if (hand.below(4) == 0) desk.engine.advance(1);
    }
  } catch (const UsageError&) {
    // These values do not go together: no hand gets there.
  }
  desk.stack.end_gesture();
}

}  // namespace

TEST_CASE("undo: after k undos the setting is the one k entries ago, and redo returns, over random changes") {
  const auto beginnings = tiny_configs();
  std::size_t undone = 0;
  std::size_t several = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    RandomHand hand(seed);
    Desk desk(beginnings[seed % beginnings.size()]);
    std::vector<Setting> course{desk.setting};
    for (int i = 0; i < 6; ++i) {
      const auto depth = desk.stack.depth();
      if (hand.below(8) == 0)
        desk.load(beginnings[hand.below(beginnings.size())], "loaded " + std::to_string(i));
      else
        change_something(desk, hand);
      REQUIRE(desk.stack.depth() <= depth + 1);
      if (desk.stack.depth() > depth) course.push_back(desk.setting);
      REQUIRE(course.back() == desk.setting);
      desk.engine.advance(hand.below(4));
      if (hand.below(10) == 0) desk.engine.apply(Restart{});
      // Now and then back and forth in between, from wherever the run is.
      if (hand.below(4) == 0 && desk.stack.depth() > 0) {
        desk.undo();
        REQUIRE(desk.setting == course[desk.stack.depth()]);
        if (hand.below(2) == 0)
          desk.redo();
        else
          course.pop_back();
        REQUIRE(desk.setting == course.back());
      }
    }
    REQUIRE(desk.stack.depth() + 1 == course.size());
    const auto undone_before = desk.stack.redo_depth();
    for (auto left = course.size() - 1; left-- > 0;) {
      const std::string undoes = change_text(*desk.stack.next_undo());
      CAPTURE(undoes);
      const auto segment = desk.engine.segment();
      several += desk.undo() > 1 ? 1 : 0;
      ++undone;
      REQUIRE(desk.setting == course[left]);
      const bool restarts = course[left].preset != course[left + 1].preset ||
                            effect_of(course[left + 1].config, course[left].config) == Effect::restart;
      REQUIRE((desk.engine.segment() > segment) == restarts);
      desk.engine.advance(hand.below(3));
    }
    CHECK(desk.stack.next_undo() == nullptr);
    CHECK(desk.stack.redo_depth() == course.size() - 1 + undone_before);
    for (std::size_t right = 1; right < course.size(); ++right) {
      desk.redo();
      REQUIRE(desk.setting == course[right]);
    }
    CHECK(desk.stack.redo_depth() == undone_before);
  }
  CHECK(undone > 300);
  CHECK(several > 0);
}

TEST_CASE("undo: the commands are ordinary ones, which replayed give the same bits") {
  RandomHand hand(5);
  Desk desk(tiny_ufm());
  for (int i = 0; i < 12; ++i) {
    change_something(desk, hand);
    desk.engine.advance(5);
    if (i % 3 == 2) desk.undo();
    desk.engine.advance(2);
  }
  Engine replayed(tiny_ufm(), "first");
  for (const auto& [tick, command] : desk.engine.commands()) {
    replayed.advance(tick - replayed.tick());
    replayed.apply(command);
  }
  replayed.advance(desk.engine.tick() - replayed.tick());
  CHECK(replayed.config() == desk.engine.config());
  CHECK(replayed.parameter_bytes() == desk.engine.parameter_bytes());
}

TEST_CASE("undo: a drag is one entry from its first value to its last") {
  Desk desk(tiny_ufm());
  const double before = desk.setting.config.real("optimizer.lr");
  for (int i = 1; i <= 200; ++i) {
    desk.change("optimizer.lr", before + 0.01 * i, Hand::on);
    desk.engine.advance(1);
  }
  REQUIRE(desk.stack.depth() == 1);
  CHECK(change_text(*desk.stack.next_undo()) == "Learning rate " + to_string(before) + " → " + to_string(before + 2.0));
  // The same control taken hold of again is another change, whenever that is.
  desk.stack.end_gesture();
  desk.change("optimizer.lr", 3.0, Hand::on);
  CHECK(desk.stack.depth() == 2);
  // Another control without letting go is one, too.
  desk.change("model.alpha", 0.5, Hand::on);
  CHECK(desk.stack.depth() == 3);
  desk.undo();
  desk.undo();
  CHECK(desk.setting.config.real("optimizer.lr") == before + 2.0);
  desk.undo();
  CHECK(desk.setting.config.real("optimizer.lr") == before);
}

TEST_CASE("undo: a drag that ends where it began leaves no entry") {
  Desk desk(tiny_ufm());
  const double before = desk.setting.config.real("model.alpha");
  for (const double value : {0.3, 0.7, 0.2, before}) desk.change("model.alpha", value, Hand::on);
  CHECK(desk.stack.depth() == 0);
  desk.change("model.alpha", 0.4, Hand::on);
  REQUIRE(desk.stack.depth() == 1);
  CHECK(desk.stack.next_undo()->from == to_string(before));
}

TEST_CASE("undo: values that the engine never saw belong to the drag all the same") {
  // What waits in a queue together is one command with the last value.
  Desk desk(tiny_ufm());
  const double before = desk.setting.config.real("model.alpha");
  desk.stack.send(SetParameter{"model.alpha", 0.3}, Hand::on);
  desk.stack.send(SetParameter{"model.alpha", 0.6}, Hand::on);
  desk.engine.apply(SetParameter{"model.alpha", 0.6});
  desk.change("model.alpha", 0.9, Hand::on);
  CHECK(desk.stack.depth() == 1);
  desk.undo();
  CHECK(desk.setting.config.real("model.alpha") == before);
}

TEST_CASE("undo: the second click of a double-click belongs to the first") {
  Desk desk(tiny_ufm());
  const double before = 0.8;
  desk.change("model.alpha", before);
  desk.change("model.alpha", 0.3, Hand::on);  // the first click moves the slider to where it is
  desk.stack.end_gesture();
  desk.stack.rejoin_gesture("model.alpha");
  desk.change("model.alpha", 1.0);
  CHECK(desk.stack.depth() == 2);
  CHECK(change_text(*desk.stack.next_undo()) == "Sharing 0.8 → 1");
  desk.stack.rejoin_gesture("model.beta");  // on another control it is no second click
  desk.change("model.alpha", 0.1);
  CHECK(desk.stack.depth() == 3);
}

TEST_CASE("undo: a change that the engine refuses leaves no entry, and nothing to redo is lost") {
  Desk desk(tiny_ufm());
  desk.change("model.alpha", 0.5);
  desk.change("model.beta", 0.7);
  desk.undo();
  const Setting before = desk.setting;
  desk.change("model.weights", std::string("/nowhere/weights.safetensors"));
  CHECK(desk.setting == before);
  CHECK(desk.stack.depth() == 1);
  CHECK(desk.stack.redo_depth() == 1);
  CHECK(desk.stack.take_refused() == "model.weights");
  CHECK(desk.stack.take_refused().empty());
  desk.redo();
  CHECK(desk.setting.config.real("model.beta") == 0.7);
  // A change that is none is not even answered.
  desk.change("model.beta", 0.7);
  CHECK(desk.stack.depth() == 2);
}

TEST_CASE("undo: an undo that the engine refuses leaves the entry where it was") {
  Desk desk(tiny_ufm());
  desk.change("run.seed", std::int64_t{4});
  const auto commands = desk.stack.undo(desk.setting);
  REQUIRE(commands.size() == 1);
  CHECK(desk.stack.is_undoing());
  ConfigChanged refusal;
  refusal.config = desk.setting.config;
  refusal.preset = desk.setting.preset;
  desk.stack.confirm(desk.setting, refusal);
  CHECK_FALSE(desk.stack.is_undoing());
  CHECK(desk.stack.take_news().empty());
  REQUIRE(desk.stack.depth() == 1);
  CHECK(desk.stack.redo_depth() == 0);
  desk.undo();
  CHECK(desk.setting.config.integer("run.seed") == 0);
}

TEST_CASE("undo: a new change forgets what could be redone") {
  Desk desk(tiny_ufm());
  desk.change("model.alpha", 0.5);
  desk.change("model.beta", 0.7);
  desk.undo();
  desk.undo();
  CHECK(desk.stack.redo_depth() == 2);
  desk.redo();
  desk.change("optimizer.lr", 3.0);
  CHECK(desk.stack.redo_depth() == 0);
  CHECK(desk.redo() == 0);
  CHECK(desk.stack.depth() == 2);
}

TEST_CASE("undo: what a change has moved along goes back with it, by one command where one does") {
  Desk desk(tiny_ufm());
  desk.change("optimizer.lr", 7.5);
  desk.change("reg.lambda_w", 2e-4);
  const Setting before = desk.setting;
  // Another model takes another method, another rate, and has no ridges.
  desk.change("model.kind", std::string("transformer"));
  REQUIRE_FALSE(desk.setting.config.contains("reg.lambda_w"));
  REQUIRE(desk.setting.config.text("optimizer.kind") == "adamw");
  const Setting after = desk.setting;
  const auto undoing = desk.stack.undo(desk.setting);
  REQUIRE(undoing.size() == 1);
  CHECK(std::holds_alternative<Load>(undoing.front()));
  desk.engine.apply(undoing.front());
  CHECK(desk.setting == before);
  CHECK(desk.stack.take_news() == "Undone: model Transformer → Kernel UFM.");
  desk.redo();
  CHECK(desk.setting == after);
  CHECK(desk.stack.take_news() == "Redone: model Kernel UFM → Transformer.");
}

TEST_CASE("undo: a live change with companions is undone live") {
  Desk desk(tiny_ufm());
  desk.change("optimizer.kind", std::string("momentum"));
  desk.change("optimizer.momentum", 0.5);
  desk.change("optimizer.lr", 0.125);
  const Setting before = desk.setting;
  desk.change("optimizer.kind", std::string("gd"));
  desk.engine.advance(10);
  CHECK(desk.undo() > 1);
  CHECK(desk.setting == before);
  CHECK(desk.engine.segment() == 0);
  CHECK(desk.engine.step() == 10);
}

TEST_CASE("undo: what the engine has changed meanwhile stays as it is, unless it is what is undone") {
  Config config = tiny_ufm();
  config.set("run.on_divergence", std::string("back_off"));
  Desk desk(config);
  desk.engine.advance(20);
  desk.change("model.alpha", 0.5);
  desk.change("optimizer.lr", 1e9);
  for (int i = 0; i < 60 && desk.setting.config.real("optimizer.lr") == 1e9; ++i) desk.engine.advance(1);
  const double halved = desk.setting.config.real("optimizer.lr");
  REQUIRE(halved < 1e9);
  CHECK(desk.stack.depth() == 2);
  // The rate itself: back to what it was before it was set.
  desk.undo();
  CHECK(desk.setting.config.real("optimizer.lr") == config.real("optimizer.lr"));
  desk.redo();
  CHECK(desk.setting.config.real("optimizer.lr") == 1e9);

  Desk other(config);
  other.change("optimizer.lr", 1e9);
  other.engine.advance(3);
  other.change("model.alpha", 0.5);
  for (int i = 0; i < 60 && other.setting.config.real("optimizer.lr") == 1e9; ++i) other.engine.advance(1);
  const double left = other.setting.config.real("optimizer.lr");
  REQUIRE(left < 1e9);
  REQUIRE(other.stack.depth() == 2);
  other.undo();
  CHECK(other.setting.config.real("model.alpha") == config.real("model.alpha"));
  CHECK(other.setting.config.real("optimizer.lr") == left);
}

TEST_CASE("undo: a run made longer by going on keeps its length when something else is undone") {
  Desk desk(tiny_ufm());
  desk.change("run.steps", std::int64_t{20});
  desk.change("model.alpha", 0.5);
  desk.engine.advance(20);
  REQUIRE(desk.engine.state() == Engine::State::finished);
  desk.engine.apply(SetParameter{"run.steps", Value{std::int64_t{40}}});  // as going on does: nobody has sent it
  CHECK(desk.stack.depth() == 2);
  desk.undo();
  CHECK(desk.setting.config.integer("run.steps") == 40);
  CHECK(desk.engine.state() == Engine::State::ready);
  desk.engine.advance(20);
  CHECK(desk.engine.step() == 40);
}

TEST_CASE("undo: loading another experiment is an entry that brings back config and name") {
  Desk desk(tiny_ufm(), "mine");
  desk.change("model.alpha", 0.5);
  const Setting before = desk.setting;
  desk.load(before.config, "mine");  // nothing that could be undone
  CHECK(desk.stack.depth() == 1);
  desk.load(tiny("support", "ufm"), "support");
  const Setting after = desk.setting;
  CHECK(change_text(*desk.stack.next_undo()) == "Load support");
  desk.load(tiny("support", "ufm"), "support");
  CHECK(desk.stack.depth() == 2);
  desk.engine.advance(7);
  desk.undo();
  CHECK(desk.setting == before);
  CHECK(desk.engine.preset() == "mine");
  CHECK(desk.stack.take_news() == "Undone: load support.");
  desk.redo();
  CHECK(desk.setting == after);
  CHECK(desk.engine.preset() == "support");
}

TEST_CASE("undo: a restart is no entry and takes none away") {
  Desk desk(tiny_ufm());
  desk.change("model.alpha", 0.5);
  desk.engine.apply(Restart{});
  CHECK(desk.stack.depth() == 1);
  desk.undo();
  desk.engine.apply(Restart{});
  CHECK(desk.stack.redo_depth() == 1);
}

TEST_CASE("undo: the stack keeps the newest thousand entries, and a copy is independent") {
  UndoStack stack;
  Setting now{tiny_ufm(), "first"};
  const auto answer = [&](const Command& command) {
    const auto& set = std::get<SetParameter>(command);
    ConfigChanged changed;
    changed.config = now.config;
    changed.config.set(set.key, set.value);
    changed.preset = now.preset;
    changed.key = set.key;
    stack.confirm(now, changed);
    now.config = changed.config;
  };
  for (std::size_t i = 1; i <= UndoStack::kMostEntries + 10; ++i) {
    const SetParameter change{"model.alpha", 0.001 * static_cast<double>(i)};
    stack.send(change);
    answer(change);
  }
  CHECK(stack.depth() == UndoStack::kMostEntries);
  const UndoStack copy = stack;
  while (stack.next_undo() != nullptr)
    for (const auto& command : stack.undo(now)) answer(command);
  CHECK(now.config.real("model.alpha") == 0.001 * 10);
  CHECK(stack.redo_depth() == UndoStack::kMostEntries);
  CHECK(copy.depth() == UndoStack::kMostEntries);
  CHECK(copy.redo_depth() == 0);
}

TEST_CASE("undo: commands lead from any of the tiny settings to any other, and to nothing from a setting to itself") {
  const auto configs = tiny_configs();
  for (const auto& from : configs) {
    for (const auto& to : configs) {
      const auto commands = commands_between({from, "a"}, {to, "a"}, {});
      CHECK(commands.size() == (from == to ? 0 : 1));
      Engine engine(from, "a");
      for (const auto& command : commands) engine.apply(command);
      CHECK(engine.config() == to);
    }
  }
  Config impossible = tiny_ufm();
  impossible.set("model.d", std::int64_t{-3});
  CHECK_THROWS_AS(commands_between({tiny_ufm(), {}}, {impossible, {}}, "model.d"), UsageError);
}
