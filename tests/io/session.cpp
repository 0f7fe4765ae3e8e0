#include "core/io/session.h"

#include <doctest/doctest.h>

#include "core/io/version.h"
#include "core/registry/error.h"
#include "tests/io/sample_run.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

Session sample_session() {
  Session session;
  session.preset = {"mine", "A \"title\" with \\ and λ", "Two\nlines.", small_config(50)};
  session.version = version();
  session.cpu = processor_name();
  session.ticks = 70;
  session.commands.push_back({0, SetParameter{"optimizer.lr", Value{5.0}}});
  session.commands.push_back({20, Restart{}});
  session.commands.push_back({20, Continue{}});
  session.commands.push_back({20, SetParameter{"model.d", Value{std::int64_t{3}}}});
  session.commands.push_back({20, SetParameter{"run.on_divergence", Value{std::string("back_off")}}});
  session.commands.push_back({45, Load{small_config(60), "other"}});
  return session;
}

std::string session_refusal(const std::string& text) {
  return message_of<InputError>([&] { parse_session(text, "s.toml"); });
}

/// Replays a session as `run` does.
Engine replayed(const Session& session) {
  Engine engine(session.preset.config, session.preset.name);
  Replay replay(session.commands);
  for (;;) {
    replay.apply_due(engine);
    const auto until = replay.next_tick().value_or(*session.ticks);
    if (until <= engine.tick() || engine.state() != Engine::State::ready) break;
    engine.advance(until - engine.tick());
  }
  return engine;
}

}  // namespace

TEST_CASE("session: what is written is what is read") {
  const auto session = sample_session();
  const auto text = session_toml(session);
  const auto read = parse_session(text, "s.toml");
  CHECK(read.is_recorded());
  CHECK(read.version == session.version);
  CHECK(read.cpu == session.cpu);
  CHECK(read.ticks == session.ticks);
  CHECK(read.preset.name == session.preset.name);
  CHECK(read.preset.title == session.preset.title);
  CHECK(read.preset.summary == session.preset.summary);
  CHECK(read.preset.config == session.preset.config);
  REQUIRE(read.commands.size() == session.commands.size());
  CHECK(session_toml(read) == text);
}

TEST_CASE("session: the config is written in full, reals as reals") {
  const auto session = sample_session();
  const auto text = session_toml(session);
  for (const auto& [key, value] : session.preset.config.values())
    CHECK(text.find(std::string("\n").append(key, key.find('.') + 1).append(" = ")) != std::string::npos);
  CHECK(text.find("\nvalue = 5.0\n") != std::string::npos);
}

TEST_CASE("session: a replay ends in the same bits") {
  auto session = sample_session();
  session.commands.pop_back();
  session.commands.push_back({45, SetParameter{"reg.lambda_w", Value{1e-3}}});
  session.ticks = 60;

  Engine engine(session.preset.config, "mine");
  engine.apply(SetParameter{"optimizer.lr", Value{5.0}});
  engine.advance(20);
  engine.apply(Restart{});
  engine.apply(SetParameter{"model.d", Value{std::int64_t{3}}});
  engine.apply(SetParameter{"run.on_divergence", Value{std::string("back_off")}});
  engine.advance(7);
  engine.advance(18);
  engine.apply(SetParameter{"reg.lambda_w", Value{1e-3}});
  engine.advance(15);

  const auto again = replayed(parse_session(session_toml(session), "s.toml"));
  CHECK(again.tick() == engine.tick());
  CHECK(again.parameter_bytes() == engine.parameter_bytes());
  REQUIRE(again.records().size() == engine.records().size());
  for (std::size_t i = 0; i < engine.records().size(); ++i) {
    CHECK(again.records()[i].step() == engine.records()[i].step());
    CHECK(again.records()[i].metrics.get("loss") == engine.records()[i].metrics.get("loss"));
  }
}

TEST_CASE("session: mistakes are told with file, line and key") {
  const auto text = session_toml(sample_session());
  CHECK(session_refusal(text + "\n[[command]]\ntick = 44\nop = \"restart\"\n").find(": tick = 44: ") !=
        std::string::npos);
  CHECK(session_refusal(text + "\n[[command]]\ntick = 46\nop = \"jump\"\n").find(": op = \"jump\": ") !=
        std::string::npos);
  CHECK(session_refusal(text + "\n[[command]]\ntick = -1\nop = \"restart\"\n").find(": tick = -1: ") !=
        std::string::npos);
  CHECK(session_refusal(text + "\n[[command]]\ntick = 46\nop = \"set\"\nkey = \"model.d\"\n")
            .find(": value: is missing") != std::string::npos);
  CHECK(session_refusal(text + "\n[[command]]\ntick = 46\nop = \"set\"\nkee = 1\n").find(": command.kee: ") !=
        std::string::npos);
  CHECK(session_refusal("format = 1\nversion = \"\"\n").starts_with("s.toml:2: version: "));
  CHECK(session_refusal("format = 1\nversion = \"0.1.0\"\ncpu = \"c\"\npreset = \"p\"\ncommand = 3\n")
            .starts_with("s.toml:5: command: "));
}

TEST_CASE("load_session: an embedded name, a file, and neither") {
  CHECK(load_session("collapse").preset.name == "collapse");
  CHECK(!load_session("collapse").is_recorded());
  const TemporaryDirectory directory;
  put(directory / "collapse.toml", "format = 1\ntitle = \"mine\"\nsummary = \"S\"\n");
  CHECK(load_session((directory / "collapse.toml").string()).preset.title == "mine");
  CHECK_THROWS_AS(load_session("absent"), UsageError);
  CHECK_THROWS_AS(load_session("absent.toml"), InputError);
  CHECK_THROWS_AS(load_session(directory.path().string() + "/"), InputError);
}
