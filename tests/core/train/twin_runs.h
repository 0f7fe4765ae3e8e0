#pragma once

#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/train/engine.h"
#include "tests/core/train/small_run.h"
#include "tests/core/train/turns.h"

namespace gramscope::test {

/// All that an event says, bit for bit. Of what L_mm has been found nothing: when that is told is a matter of
/// chance.
inline std::string text_of(const Event& event) {
  std::ostringstream text;
  const auto bits = [&](double value) {
    std::uint64_t pattern = 0;
    std::memcpy(&pattern, &value, sizeof pattern);
    text << std::hex << pattern << std::dec << ' ';
  };
  const auto metrics = [&](const Metrics& of) {
    for (const auto& value : of.values()) {
      text << value.key << '=';
      bits(value.value);
      text << value.undefined << ';';
    }
  };
  const auto phase = [&](const PhaseTracker& of) {
    text << to_string(of.phase()) << of.peak_step().value_or(-1) << ' ' << of.overtake_step().value_or(-1)
         << ' ' << of.collapse_step().value_or(-1) << ' ';
    bits(of.peak_semantic().value_or(-1.0));
  };
  if (const auto* recorded = std::get_if<Recorded>(&event)) {
    text << "recorded " << recorded->record.segment() << ' ' << recorded->record.step() << ' '
         << recorded->replaces_last << ' ';
    metrics(recorded->record.metrics);
    phase(recorded->record.phase);
  } else if (const auto* changed = std::get_if<ConfigChanged>(&event)) {
    text << "config " << changed->preset << ' ' << changed->segment << ' ' << changed->step << ' '
         << changed->restarted << ' ' << changed->mark << ' ';
    for (const auto& [key, value] : changed->config.values()) text << key << '=' << to_string(value) << ';';
  } else if (const auto* message = std::get_if<Message>(&event)) {
    text << "message " << message->text;
  } else if (const auto* diverged = std::get_if<Diverged>(&event)) {
    text << "diverged " << diverged->step << ' ' << diverged->backed_off << ' ' << diverged->resumed_at << ' '
         << diverged->text;
  } else if (const auto* finished = std::get_if<Finished>(&event)) {
    text << "finished " << finished->step << ' ' << finished->segment << ' ' << finished->went_back << ' '
         << finished->came_from << ' ' << finished->text;
  } else if (const auto* remeasured = std::get_if<Remeasured>(&event)) {
    text << "remeasured " << remeasured->segment << ' ' << remeasured->step << ' ';
    metrics(remeasured->metrics);
  }
  return text.str();
}

inline std::string text_of(const Command& command) {
  if (const auto* set = std::get_if<SetParameter>(&command))
    return "set " + set->key + " " + to_string(set->value);
  if (const auto* load = std::get_if<Load>(&command)) {
    std::string text = "load " + load->preset;
    for (const auto& [key, value] : load->config.values()) text += " " + key + "=" + to_string(value);
    return text;
  }
  return std::holds_alternative<Restart>(command) ? "restart" : "continue";
}

/// A run, and what it has told since it was last asked.
struct ToldRun {
  explicit ToldRun(Engine run) : engine(std::move(run)) { listen(); }
  ToldRun(ToldRun&&) = delete;

  void listen() {
    engine.set_listener([this](const Event& event) {
      if (auto text = text_of(event); !text.empty()) told.push_back(std::move(text));
    });
  }
  std::vector<std::string> take() { return std::exchange(told, {}); }

  Engine engine;
  std::vector<std::string> told;
};

/// The two runs must be the same in all that can be seen of them.
inline void check_same(const Engine& one, const Engine& other) {
  CHECK((one.parameter_bytes() == other.parameter_bytes()));
  CHECK(one.config() == other.config());
  CHECK(one.preset() == other.preset());
  CHECK(one.segment() == other.segment());
  CHECK(one.step() == other.step());
  CHECK(one.tick() == other.tick());
  CHECK(one.state() == other.state());
  CHECK(one.learning_rate() == other.learning_rate());
  CHECK(one.awaits_max_margin() == other.awaits_max_margin());
  const double a = one.last_cross_entropy();
  const double b = other.last_cross_entropy();
  CHECK(std::memcmp(&a, &b, sizeof a) == 0);
  REQUIRE(one.records().size() == other.records().size());
  for (std::size_t i = 0; i < one.records().size(); ++i)
    CHECK((text_of(Recorded{one.records()[i]}) == text_of(Recorded{other.records()[i]})));
  REQUIRE(one.commands().size() == other.commands().size());
  for (std::size_t i = 0; i < one.commands().size(); ++i) {
    CHECK(one.commands()[i].tick == other.commands()[i].tick);
    CHECK((text_of(one.commands()[i].command) == text_of(other.commands()[i].command)));
  }
}

inline void take(Engine& engine, const Turn& turn) {
  if (turn.steps > 0) engine.advance(turn.steps);
  if (turn.command) engine.apply(*turn.command);
}

/// How a run is made of another's state: in memory, through a file.
using Remaking = std::function<Engine(const Engine&)>;

/// Plays the turns; before each that `is_cut` says, and at the end, makes another run of the state there. The
/// others must play the rest as the first does, word for word. Gives the number of others.
template <class IsCut>
std::size_t check_remakes(const Config& config, const std::vector<Turn>& turns, const Remaking& remake,
                          IsCut is_cut, const EngineHooks& hooks = {}) {
  ToldRun original(Engine(config, "original", hooks));
  std::vector<std::unique_ptr<ToldRun>> others;
  const auto follow = [&](const std::function<void(Engine&)>& action) {
    original.take();
    action(original.engine);
    const auto told = original.take();
    for (std::size_t i = 0; i < others.size(); ++i) {
      CAPTURE(i);
      action(others[i]->engine);
      CHECK((others[i]->take() == told));
    }
  };
  for (std::size_t turn = 0; turn <= turns.size(); ++turn) {
    CAPTURE(turn);
    if (is_cut(turn)) {
      others.push_back(std::make_unique<ToldRun>(remake(original.engine)));
      check_same(original.engine, others.back()->engine);
    }
    if (turn < turns.size()) follow([&](Engine& engine) { take(engine, turns[turn]); });
  }
  follow([](Engine& engine) {
    engine.settle();
    engine.complete_theory();
  });
  for (const auto& other : others) check_same(original.engine, other->engine);
  return others.size();
}

}  // namespace gramscope::test
