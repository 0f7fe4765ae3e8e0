// What a hand does in the window, at whatever moment, is repeated to the same bits from the session alone.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "app/run_tree.h"
#include "core/io/session.h"
#include "core/random/philox.h"
#include "tests/core/train/small_run.h"

using namespace gramscope;
using namespace gramscope::app;
using namespace std::chrono_literals;

namespace {

Config hand_config() {
  Config config = small_run(1200);
  config.set("run.on_divergence", std::string("back_off"));
  return resolve(config);
}

/// One thing that a hand may do.
void act(RunTree& tree, Random& random) {
  Observatory& run = tree.shown();
  switch (random.below(14)) {
    case 0:
    case 1:
      return run.set_parameter("optimizer.lr", Value{0.05 + 6.0 * random.uniform()});
    case 2:
      return run.set_parameter("reg.lambda_h", Value{0.01 * random.uniform()});
    case 3:
      return run.set_parameter("reg.gamma", Value{0.2 * random.uniform()});
    case 4:
    case 5:
      return run.set_parameter("model.d", Value{static_cast<std::int64_t>(2 + random.below(14))});
    case 6:
      return run.restart();
    case 7:
      return run.new_seed();
    case 8:
      run.pause();
      return run.step(random.below(4));
    case 9:
      return run.undo();
    case 10:
      return run.redo();
    case 11:
      run.seek(random.below(400));
      return run.branch();
    case 12:
      return run.seek(random.below(400));
    default:
      return run.set_parameter("optimizer.kind", Value{std::string(random.below(2) == 0 ? "momentum" : "gd")});
  }
}

/// Steps and commands of a session, from its text.
Engine repeated(const Session& session) {
  const Session again = parse_session(session_toml(session), "hand.toml");
  Engine engine(again.preset.config, again.preset.name);
  Replay replay(again.commands);
  for (;;) {
    replay.apply_due(engine);
    engine.settle();
    const auto next = std::min(replay.next_tick().value_or(*again.ticks), *again.ticks);
    if (engine.tick() >= *again.ticks && !replay.next_tick()) break;
    const auto before = engine.tick();
    engine.advance(next - engine.tick());
    if (engine.tick() == before && next > before) break;
  }
  engine.complete_theory();
  return engine;
}

}  // namespace

TEST_CASE("replay: a hundred random hands, each run and branch repeated from its session with the same bits") {
  std::size_t branches = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    RunTree tree(std::make_unique<Observatory>(hand_config(), "hand", true, SetSpeed{Pace::maximum, 1.4, 60.0}));
    for (int i = 0; i < 14; ++i) {
      act(tree, random);
      for (std::uint32_t frame = random.below(4); frame > 0; --frame) {
        tree.update();
        std::this_thread::sleep_for(std::chrono::microseconds(random.below(1500)));
      }
      if (random.below(3) == 0) tree.shown().run();
    }
    for (int i = 0; i < 200 && tree.is_branching(); ++i) {
      tree.update();
      std::this_thread::sleep_for(1ms);
    }
    branches += tree.runs().size() - 1;
    for (const auto& run : tree.runs()) {
      // Of a branch too: its list of commands is its parent's as far as it goes, then its own.
      Engine engine = run.observatory->runner()->stop();
      engine.settle();
      engine.complete_theory();
      Session session;
      session.version = "test";
      session.cpu = "this one";
      session.preset.config = hand_config();
      session.commands = engine.commands();
      session.ticks = engine.tick();
      const Engine other = repeated(session);
      INFO(session_toml(session));
      CHECK(other.parameter_bytes() == engine.parameter_bytes());
      CHECK(csv(other) == csv(engine));
    }
  }
  CHECK(branches > 30);
}
