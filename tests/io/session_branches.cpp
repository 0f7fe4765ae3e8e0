#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "core/io/metrics_csv.h"
#include "core/io/version.h"
#include "core/random/philox.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "tests/io/edited_session.h"
#include "tests/io/sample_run.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

/// A tree of three runs as a hand may have written it; its lines are numbered from 1.
const std::vector<std::string>& tree_lines() {
  static const std::vector<std::string> text{
      /* 1 */ "# A recorded run.",
      /* 2 */ "format = 1",
      /* 3 */ "version = \"" + std::string(version()) + "\"",
      /* 4 */ "cpu = \"some processor\"",
      /* 5 */ "preset = \"mine\"",
      /* 6 */ "ticks = 70",
      /* 7 */ "current = 2",
      /* 8 */ "twin = 0",
      /* 9 */ "checkpoint = \"s.ckpt\"",
      /* 10 */ "[task]",
      /* 11 */ "factors = 2",
      /* 12 */ "values = 2",
      /* 13 */ "[view]",
      /* 14 */ "zoom = 1.5",
      /* 15 */ "layout = [\"gram_h\", \"pca\"]",
      /* 16 */ "camera = [1, -2.0, 3.5]",
      /* 17 */ "[[command]]",
      /* 18 */ "tick = 3",
      /* 19 */ "op = \"set\"",
      /* 20 */ "key = \"optimizer.kind\"",
      /* 21 */ "value = \"momentum\"",
      /* 22 */ "[[command]]",
      /* 23 */ "tick = 20",
      /* 24 */ "op = \"set\"",
      /* 25 */ "key = \"optimizer.kind\"",
      /* 26 */ "value = \"gd\"",
      /* 27 */ "[[command]]",
      /* 28 */ "tick = 20",
      /* 29 */ "op = \"restart\"",
      /* 30 */ "[[branch]]",
      /* 31 */ "parent = 0",
      /* 32 */ "tick = 10",
      /* 33 */ "commands = 1",
      /* 34 */ "title = \"slower\"",
      /* 35 */ "ticks = 60",
      /* 36 */ "[[branch.command]]",
      /* 37 */ "tick = 10",
      /* 38 */ "op = \"set\"",
      /* 39 */ "key = \"optimizer.momentum\"",
      /* 40 */ "value = 0.5",
      /* 41 */ "[[branch.command]]",
      /* 42 */ "tick = 40",
      /* 43 */ "op = \"set\"",
      /* 44 */ "key = \"optimizer.kind\"",
      /* 45 */ "value = \"gd\"",
      /* 46 */ "[[branch]]",
      /* 47 */ "parent = 1",
      /* 48 */ "tick = 40",
      /* 49 */ "commands = 2",
      /* 50 */ "ticks = 41",
      /* 51 */ "[[branch.command]]",
      /* 52 */ "tick = 41",
      /* 53 */ "op = \"set\"",
      /* 54 */ "key = \"optimizer.momentum\"",
      /* 55 */ "value = 0.25",
  };
  return text;
}

const std::vector<Edit>& tree_edits() {
  static const std::string unknown = "is not a key of this file; nearest: ";
  static const std::string below = ", 1 the first branch; a branch stands below its parent";
  static const std::string executed = "; it says how many steps were executed";
  static const std::string kinds = "must be a number, a text, true or false, or a list of numbers or of texts";
  static const std::string branch = "[[branch]]\nparent = 0\ntick = 0\ncommands = 0\nticks = 0\n";
  static const std::vector<Edit> list{
      {3, "", "1: version: is missing"},
      {7, "current = 3", "7: current = 3: must be from 0 to 2: 0 is the trunk, 1 the first branch; the file has no other runs"},
      {7, "current = -1", "7: current = -1: must be a whole number of at least 0"},
      {7, "current = \"2\"", "7: current = \"2\": must be a whole number of at least 0"},
      {7, "curent = 2", "7: curent: " + unknown + "current, format, preset"},
      {8, "twin = 3", "8: twin = 3: must be from 0 to 2: 0 is the trunk, 1 the first branch; the file has no other runs"},
      {8, "twin = 2", "8: twin = 2: is the run that is shown already (current); leave it out, or name another"},
      {8, "twin = 0.0", "8: twin = 0.0: must be a whole number of at least 0"},
      {9, "checkpoint = \"\"", "9: checkpoint: must not be empty"},
      {9, "checkpoint = 1", "9: checkpoint = 1: must be a text in quotes"},
      {13, "[[view]]", "13: view: must be written as [view]"},
      {14, "zoom = 2020-01-01", "14: view.zoom: " + kinds},
      {14, "zoom = { x = 1 }", "14: view.zoom: " + kinds},
      {14, "zoom = [[1]]", "14: view.zoom: " + kinds},
      {14, "zoom.x = 1", "14: view.zoom: " + kinds},
      {14, "zoom = 1\nzoom = 2", "15: zoom: is there already, further up; keep one of them"},
      {15, "layout = [\n\"gram_h\",\n7]", "17: view.layout: " + kinds},
      {16, "camera = [1, \"x\"]", "16: view.camera: " + kinds},
      {16, "camera = [1, true]", "16: view.camera: " + kinds},
      {16, "camera = [1, nan", "17: TOML: "},
      {30, "[branch]", "46: branch: is there already, further up; keep one of them"},
      {31, "", "30: parent: is missing"},
      {31, "parent = 1", "31: parent = 1: must be 0: 0 is the trunk; a branch stands below its parent"},
      {31, "parent = 0\nown = 1", "32: branch.own: " + unknown + "tick, parent, title"},
      {31, "parent = \"trunk\"", "31: parent = \"trunk\": must be a whole number of at least 0"},
      {32, "", "30: tick: is missing"},
      {32, "tick = 71", "32: tick = 71: must be from 0 to 70, where the trunk begins and ends"},
      {32, "tick = 2", "33: commands = 1: must be 0: of the commands of the trunk so many come before tick 2"},
      {32, "tick = 11", "37: tick = 10: is before the branch begins, at 11"},
      {33, "", "30: commands: is missing"},
      {33, "commands = 0", "33: commands = 0: must be 1: of the commands of the trunk so many come before tick 10"},
      {33, "commands = 9999999999",
       "33: commands = 9999999999: must be 1: of the commands of the trunk so many come before tick 10"},
      {33, "commands = 1.0", "33: commands = 1.0: must be a whole number of at least 0"},
      {34, "title = 7", "34: title = 7: must be a text in quotes"},
      {34, "titel = \"slower\"", "34: branch.titel: " + unknown + "title, tick, ticks"},
      {35, "", "30: ticks: is missing"},
      {35, "ticks = 39", "35: ticks = 39: is before the last command, at 40" + executed},
      {35, "ticks = -60", "35: ticks = -60: must be a whole number of at least 0"},
      {36, "[branch.command]", "41: branch.command: is there already, further up; keep one of them"},
      {37, "", "36: tick: is missing"},
      {37, "tick = 9", "37: tick = 9: is before the branch begins, at 10"},
      {37, "tick = 41", "42: tick = 40: is before the command above, at 41; commands stand in the order they were given"},
      {38, "op = \"jump\"", "38: op = \"jump\": must be set, restart, continue or load"},
      {38, "opp = \"set\"", "38: branch.command.opp: " + unknown + "op, key, tick"},
      {39, "key = \"optimizer.mass\"",
       "39: key: unknown parameter \"optimizer.mass\"; nearest: optimizer.kind, optimizer.lr, optimizer.warmup"},
      {40, "", "36: value: is missing"},
      // As the trunk had it when the branch left it, and the trunk has not any more.
      {40, "value = 2.0", "40: optimizer.momentum = 2: must be a number from 0 to 0.999"},
      {45, "value = \"adam\"", "45: optimizer.kind = adam: must be gd or momentum"},
      {47, "parent = 2", "47: parent = 2: must be from 0 to 1: 0 is the trunk" + below},
      {47, "parent = 0", "49: commands = 2: must be 3: of the commands of the trunk so many come before tick 40"},
      {48, "tick = 9", "48: tick = 9: must be from 10 to 60, where branch 1 begins and ends"},
      {48, "tick = 61", "48: tick = 61: must be from 10 to 60, where branch 1 begins and ends"},
      {48, "tick = 39\nticks = 38", "51: ticks: is there already, further up; keep one of them"},
      {49, "commands = 1",
       "49: commands = 1: must be from 2 to 3: of the commands of branch 1 so many come before tick 40, or up to it"},
      {49, "commands = 4",
       "49: commands = 4: must be from 2 to 3: of the commands of branch 1 so many come before tick 40, or up to it"},
      // With the parent's third command the branch begins where there is no momentum.
      {49, "commands = 3", "54: optimizer.momentum: does not apply here; it is a parameter of momentum"},
      {50, "ticks = 39", "50: ticks = 39: is before the branch begins, at 40; it says how many steps were executed since the "
                         "trunk began"},
      {50, "ticks = 40", "50: ticks = 40: is before the last command, at 41" + executed},
      {55, "value = 0.25\n" + branch + "command = 3", "61: branch.command: must be written as [[branch.command]]"},
      {55, "value = 0.25\n" + branch + "command = [3]", "61: branch.command: must be a table"},
      {51, "[[branch]]\n[[branch.command]]", "51: parent: is missing"},
      {52, "tick = 39", "52: tick = 39: is before the branch begins, at 40"},
  };
  return list;
}

Session tree() { return parse_session(with_line(tree_lines(), 1, "#"), "s.toml"); }

void replace_last(std::string& text, const std::string& from, const std::string& to) {
  text.replace(text.rfind(from), from.size(), to);
}

std::vector<std::int64_t> ticks_of(const std::vector<Engine::Executed>& commands) {
  std::vector<std::int64_t> ticks;
  for (const auto& executed : commands) ticks.push_back(executed.tick);
  return ticks;
}

/// A session repeated as `run` does.
Engine repeated(const Session& flat) {
  Engine engine(flat.preset.config, flat.preset.name);
  Replay replay(flat.commands);
  replay.apply_due(engine);
  while (engine.tick() < *flat.ticks && engine.advance(0) == Engine::State::ready) {
    engine.advance(1);
    replay.apply_due(engine);
  }
  return engine;
}

/// What the table says of the steps recorded so far.
std::string table_of(Engine& engine) {
  engine.settle();
  engine.complete_theory();
  return metrics_csv(engine.records());
}

}  // namespace

TEST_CASE("branches: every mistake of a hand is told with file, line, key and what is allowed") {
  check_edits(tree_lines(), tree_edits());
}

TEST_CASE("branches: a run has its parent's commands up to where it left, then its own") {
  const auto session = tree();
  CHECK(ticks_of(flat_commands(session, 0)) == std::vector<std::int64_t>{3, 20, 20});
  CHECK(ticks_of(flat_commands(session, 1)) == std::vector<std::int64_t>{3, 10, 40});
  CHECK(ticks_of(flat_commands(session, 2)) == std::vector<std::int64_t>{3, 10, 41});
  const auto flat = flat_session(session, 2);
  CHECK(flat.ticks == 41);
  CHECK(flat.branches.empty());
  CHECK(flat.current == 0);
  CHECK(!flat.twin);
  CHECK(flat.checkpoint.empty());
  CHECK(flat.view.entries.empty());
  CHECK(session_toml(parse_session(session_toml(flat), "s.toml")) == session_toml(flat));
  CHECK(contains(message_of<UsageError>([&] { flat_commands(session, 3); }), "runs 0 to 2"));
  auto own_parent = session;
  own_parent.branches[1].parent = 2;
  CHECK(contains(message_of<UsageError>([&] { flat_commands(own_parent, 2); }), "does not stand before it"));
}

TEST_CASE("branches: at a tick with several commands a branch may leave between any two of them") {
  for (int commands = 1; commands <= 3; ++commands) {
    auto text = with_line(tree_lines(), 48, "tick = 20");
    replace_last(text, "parent = 1", "parent = 0");
    replace_last(text, "commands = 2", "commands = " + std::to_string(commands));
    replace_last(text, "optimizer.momentum", "optimizer.lr");
    const auto session = parse_session(text, "s.toml");
    CHECK(flat_commands(session, 2).size() == static_cast<std::size_t>(commands) + 1);
  }
  // Where a branch begins, one of its own may take fewer commands than it did itself.
  auto text = with_line(tree_lines(), 32, "tick = 20");
  const std::string set = "\nop = \"set\"\nkey = ";
  replace_last(text, "tick = 10" + set + "\"optimizer.momentum\"", "tick = 20" + set + "\"optimizer.lr\"");
  replace_last(text, "commands = 1", "commands = 3");
  replace_last(text, "tick = 40\ncommands = 2", "tick = 20\ncommands = 1");
  const auto session = parse_session(text, "s.toml");
  CHECK(ticks_of(flat_commands(session, 1)) == std::vector<std::int64_t>{3, 20, 20, 20, 40});
  CHECK(ticks_of(flat_commands(session, 2)) == std::vector<std::int64_t>{3, 41});
}

TEST_CASE("branches: one without commands of its own is the run that it left") {
  auto session = tree();
  session.branches.push_back({0, 20, 3, "", {}, 70});
  session.branches.push_back({3, 50, 3, "", {}, 70});
  const auto read = parse_session(session_toml(session), "s.toml");
  const auto trunk = session_toml(flat_session(read, 0));
  CHECK(session_toml(flat_session(read, 3)) == trunk);
  CHECK(session_toml(flat_session(read, 4)) == trunk);
  CHECK(session_toml(flat_session(read, 1)) != trunk);
}

TEST_CASE("branches: a replay of its commands gives the bits of a branch that an engine made") {
  Random random(12, 0x5E5510);
  const auto below = [&](std::size_t count) {
    return static_cast<std::size_t>(random.below(static_cast<std::uint32_t>(count)));
  };
  const auto whole = [](std::int64_t value) { return Value{value}; };
  const auto preset = small_config(100);
  Config other = small_config(80);
  other.set("task.values", whole(3));
  const std::vector<Command> commands{
      SetParameter{"optimizer.lr", Value{1.5}}, SetParameter{"model.d", whole(6)},     SetParameter{"model.d", whole(3)},
      SetParameter{"reg.lambda_w", Value{0.1}}, SetParameter{"run.steps", whole(12)},  SetParameter{"run.steps", whole(90)},
      SetParameter{"run.seed", whole(4)},       SetParameter{"optimizer.lr", Value{1e6}}, Restart{},
      Load{resolve(other), "other"},
  };
  struct Left {
    std::size_t run;
    std::shared_ptr<const Engine::Checkpoint> point;
    std::int64_t tick;
    std::size_t commands;
  };
  int changed_capacity = 0;
  for (int tries = 0; tries < 12; ++tries) {
    std::vector<Engine> engines;
    std::vector<Left> left;
    const auto go_on = [&](std::size_t run) {
      Engine& engine = engines[run];
      for (auto actions = 2 + below(5); actions > 0; --actions) {
        engine.advance(static_cast<std::int64_t>(below(8)));
        if (below(2) == 0) left.push_back({run, engine.branch_point(), engine.tick(), engine.commands().size()});
        engine.apply(commands[below(commands.size())]);
        if (below(3) == 0) left.push_back({run, engine.branch_point(), engine.tick(), engine.commands().size()});
      }
      engine.advance(static_cast<std::int64_t>(below(8)));
    };
    engines.reserve(5);
    engines.emplace_back(preset, "mine");
    go_on(0);
    Session session{{"mine", "", "", preset}, std::string(version()), "c", engines[0].commands(), {}, engines[0].tick()};
    while (engines.size() < 5 && !left.empty()) {
      const auto from = left[below(left.size())];
      engines.push_back(Engine::branch_from(*from.point, *engines[from.run].past(*from.point)));
      go_on(engines.size() - 1);
      const auto& all = engines.back().commands();
      session.branches.push_back({from.run, from.tick, from.commands, "",
                                  {all.begin() + static_cast<std::ptrdiff_t>(from.commands), all.end()},
                                  engines.back().tick()});
    }
    const auto text = session_toml(session);
    CAPTURE(text);
    const auto read = parse_session(text, "s.toml");
    for (std::size_t run = 0; run < engines.size(); ++run) {
      CAPTURE(run);
      const auto flat = flat_session(read, run);
      auto again = repeated(flat);
      CHECK(again.parameter_bytes() == engines[run].parameter_bytes());
      CHECK(table_of(again) == table_of(engines[run]));
      for (const auto& executed : flat.commands)
        if (const auto* set = std::get_if<SetParameter>(&executed.command)) changed_capacity += set->key == "model.d" ? 1 : 0;
    }
  }
  CHECK(changed_capacity > 10);
}

TEST_CASE("branches: whatever trees are written are read again") {
  Random random(11, 0x5E5510);
  const auto below = [&](std::size_t count) {
    return static_cast<std::size_t>(random.below(static_cast<std::uint32_t>(count)));
  };
  /// Follows the commands of a run from its beginning on, adding some that an engine would execute.
  const auto add_commands = [&](Session& session, std::size_t run, std::vector<Engine::Executed>& own, std::int64_t tick) {
    Config config = session.preset.config;
    for (const auto& executed : flat_commands(session, run))
      if (const auto* set = std::get_if<SetParameter>(&executed.command))
        config = with_change(config, set->key, set->value, nullptr);
    for (auto left = below(6); left > 0; --left) {
      tick += static_cast<std::int64_t>(below(3));
      const auto applicable = applicable_parameters(config);
      const auto& parameter = applicable[below(applicable.size())];
      const bool is_choice = parameter.type == ParameterType::choice;
      const SetParameter change{
          parameter.key, is_choice ? Value{parameter.choices[below(parameter.choices.size())].key} : parameter.default_value};
      if (below(4) == 0) own.push_back({tick, Restart{}});
      try {
        config = with_change(config, change.key, change.value, nullptr);
        own.push_back({tick, change});
      } catch (const UsageError&) {
      }
    }
    return tick + static_cast<std::int64_t>(below(4));
  };
  std::size_t deep = 0;
  for (int tries = 0; tries < 10; ++tries) {
    Session session{{"mine", "T", "S.", small_config(50)}, std::string(version()), "c", {}, {}, 0};
    session.ticks = add_commands(session, 0, session.commands, 0);
    for (std::size_t run = 1; run < 8; ++run) {
      SessionBranch branch;
      branch.parent = below(run);
      const auto flat = flat_session(session, branch.parent);
      const auto begin = branch.parent == 0 ? 0 : session.branches[branch.parent - 1].tick;
      branch.tick = begin + static_cast<std::int64_t>(below(static_cast<std::size_t>(*flat.ticks - begin) + 1));
      const auto ticks = ticks_of(flat.commands);
      const auto least = std::lower_bound(ticks.begin(), ticks.end(), branch.tick);
      const auto most = std::upper_bound(ticks.begin(), ticks.end(), branch.tick);
      branch.commands = static_cast<std::size_t>(least - ticks.begin()) + below(static_cast<std::size_t>(most - least) + 1);
      branch.title = below(2) == 0 ? "" : "λ \"" + std::to_string(run) + "\"";
      branch.ticks = branch.tick;
      session.branches.push_back(branch);
      std::vector<Engine::Executed> own;
      const auto end = add_commands(session, run, own, branch.tick);
      session.branches.back().own = std::move(own);
      session.branches.back().ticks = end;
      deep += branch.parent != 0 && branch.commands > session.branches[branch.parent - 1].commands ? 1 : 0;
    }
    session.current = below(8);
    if (below(2) == 0) session.twin = below(8);
    const auto text = session_toml(session);
    CAPTURE(text);
    REQUIRE_NOTHROW(parse_session(text, "s.toml"));
    const auto read = parse_session(text, "s.toml");
    CHECK(session_toml(read) == text);
    CHECK(read.current == session.current);
    CHECK(read.twin == (session.twin == session.current ? std::nullopt : session.twin));
    for (std::size_t run = 0; run < 8; ++run) {
      const auto flat = session_toml(flat_session(read, run));
      CHECK(flat == session_toml(flat_session(session, run)));
      CHECK_NOTHROW(parse_session(flat, "s.toml"));
    }
  }
  CHECK(deep > 12);
}

TEST_CASE("session: a checkpoint is beside its file, wherever the program runs") {
  auto session = tree();
  CHECK(session.checkpoint == (std::filesystem::current_path() / "s.ckpt").string());
  const auto elsewhere = parse_session(with_line(tree_lines(), 1, "#"), "/some/where/s.toml");
  CHECK(elsewhere.checkpoint == "/some/where/s.ckpt");
  CHECK(contains(session_toml(elsewhere), "\ncheckpoint = \"/some/where/s.ckpt\"\n"));
  session.checkpoint = "other.ckpt";
  CHECK(contains(session_toml(session), "\ncheckpoint = \"other.ckpt\"\n"));
}
