#include "core/io/config_text.h"

#include <doctest/doctest.h>

#include <fstream>

#include "core/io/input_paths.h"
#include "core/io/preset.h"
#include "core/io/session.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "tests/io/temporary_directory.h"
#include "tests/random_hand.h"

using namespace gramscope;
using gramscope::test::contains;
using gramscope::test::RandomHand;

namespace {

/// The config that `gramscope run PRESET` takes.
Config run_config(const std::string& preset) {
  const Config stated = load_session(preset).preset.config;
  Config config = resolve(stated);
  if (!stated.contains("run.on_divergence")) config.set("run.on_divergence", std::string("stop"));
  return config;
}

Config changed(Config config, std::initializer_list<std::pair<const char*, Value>> changes) {
  for (const auto& [key, value] : changes) config = with_change(config, key, value, nullptr);
  return config;
}

}  // namespace

TEST_CASE("command_line_of: a preset as it is needs its name alone, every one of them") {
  for (const auto& preset : embedded_presets())
    CHECK(command_line_of(preset.name, run_config(preset.name)) == "gramscope run " + preset.name);
}

TEST_CASE("command_line_of: says what differs and no more") {
  const Config config = run_config("collapse");
  CHECK(command_line_of("collapse", changed(config, {{"optimizer.lr", 5.0},
                                                     {"model.d", std::int64_t{8}},
                                                     {"run.seed", std::int64_t{3}}})) ==
        "gramscope run collapse --seed 3 --set model.d=8 --set optimizer.lr=5");
  CHECK(command_line_of("collapse", changed(config, {{"run.steps", std::int64_t{500}}, {"run.seed", std::int64_t{3}}})) ==
        "gramscope run collapse --seed 3 --steps 500");
  CHECK(command_line_of("collapse", changed(config, {{"run.on_divergence", std::string("back_off")}})) ==
        "gramscope run collapse --set run.on_divergence=back_off");
  // The shortest digits that read back to the same number.
  CHECK(command_line_of("collapse", changed(config, {{"model.alpha", 0.1 + 0.2}})) ==
        "gramscope run collapse --set model.alpha=0.30000000000000004");
}

TEST_CASE("command_line_of: kinds stand first, and what they bring with them is not said") {
  const Config config = run_config("collapse");
  const Config network = changed(config, {{"model.kind", std::string("transformer")}});
  CHECK(command_line_of("collapse", network) == "gramscope run collapse --set model.kind=transformer");
  const Config other = changed(network, {{"model.depth", std::int64_t{3}}, {"optimizer.kind", std::string("gd")}});
  CHECK(command_line_of("collapse", other) ==
        "gramscope run collapse --set model.kind=transformer --set optimizer.kind=gd --set model.depth=3");
}

TEST_CASE("command_line_of: begins from the flagship where the name is no preset's") {
  const Config config = changed(run_config("collapse"), {{"model.d", std::int64_t{8}}});
  for (const auto* name : {"", "mine", "no/such/file.toml"})
    CHECK(command_line_of(name, config) == "gramscope run collapse --set model.d=8");
  CHECK(command_line_of("mine", run_config("support"))
            .starts_with("gramscope run collapse --steps 5000 --set task.kind=support "));
  CHECK_THROWS_AS(command_line_of("collapse", changed(config, {{"model.d", std::int64_t{-8}}})), UsageError);
}

TEST_CASE("command_line_of: begins from a preset file, but not from a recorded run, which would be repeated") {
  const gramscope::test::TemporaryDirectory directory;
  const auto file = (directory.path() / "it's mine.toml").string();
  const Config config = changed(run_config("collapse"), {{"model.d", std::int64_t{8}}});
  std::ofstream(file) << preset_text(config, "T", "S");
  const std::string quoted = "'" + (directory.path() / "it'\\''s mine.toml").string() + "'";
  CHECK(command_line_of(file, config) == "gramscope run " + quoted);
  CHECK(command_line_of(file, changed(config, {{"run.seed", std::int64_t{1}}})) == "gramscope run " + quoted + " --seed 1");

  Session session;
  session.version = "0";
  session.preset.config = config;
  std::ofstream(file, std::ios::trunc) << session_toml(session);
  REQUIRE(load_session(file).is_recorded());
  CHECK(command_line_of(file, config) == "gramscope run collapse --set model.d=8");
}

TEST_CASE("shell_quoted: plain words stay plain, and a quote ends and begins the quoting") {
  CHECK(shell_quoted("task.path=/data/a-b_c,1.txt") == "task.path=/data/a-b_c,1.txt");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("a b") == "'a b'");
  CHECK(shell_quoted("it's $HOME") == "'it'\\''s $HOME'");
  CHECK(shell_quoted("~/x") == "'~/x'");
  CHECK(shell_quoted("größe") == "'größe'");
}

TEST_CASE("preset_text: reads back to the same config, over random changes of every preset") {
  RandomHand hand(11);
  for (const auto& preset : embedded_presets()) {
    CAPTURE(preset.name);
    Config config = run_config(preset.name);
    for (int i = 0; i < 20; ++i) {
      const auto parameters = applicable_parameters(config);
      const Parameter& parameter = hand.choose(parameters);
      try {
        config = with_change(config, parameter.key, hand.value_of(parameter), nullptr);
      } catch (const UsageError&) {
        continue;  // these values do not go together
      }
      const auto read = parse_preset(preset_text(config, preset.title, preset.summary), "mine.toml");
      REQUIRE(read.config == config);
      CHECK(read.title == preset.title);
      CHECK(read.summary == preset.summary);
    }
  }
}

TEST_CASE("preset_text: has every parameter that applies, in tables, with its name; no table without any") {
  const std::string text = preset_text(run_config("sentences"), "A \"title\"", "One sentence.");
  CHECK(text.starts_with("format = 1\ntitle = \"A \\\"title\\\"\"\nsummary = \"One sentence.\"\n\n[task]\n"
                         "kind = \"sentences\"   # Sentences\n"));
  CHECK(contains(text, "\ndepth = 2            # Depth\n"));
  CHECK(contains(text, "\nkind = \"adamw\"       # AdamW\n"));
  const auto place = [&](const char* table) { return text.find(std::string("\n[") + table + "]\n"); };
  CHECK(place("task") < place("model"));
  CHECK(place("model") < place("optimizer"));
  CHECK(place("optimizer") < place("run"));
  std::size_t lines = 0;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  CHECK(lines >= 3 + run_config("sentences").values().size());
}

TEST_CASE("preset_text: a path with quotes, spaces and letters of any kind comes back as it was") {
  Config config = run_config("corpus");
  for (const auto* path : {"/a b/it's \"here\".txt", "/tmp/größe\\n.txt", "/x/=#[1].txt"}) {
    config.set("task.path", std::string(path));
    CHECK(parse_preset(preset_text(config, "T", "S"), "/anywhere/mine.toml").config == config);
  }
}
