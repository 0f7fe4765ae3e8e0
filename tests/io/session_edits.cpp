#include <doctest/doctest.h>

#include <vector>

#include "core/io/session.h"
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

/// A session as a hand may have written it; its lines are numbered from 1.
const std::vector<std::string>& lines() {
  static const std::vector<std::string> text{
      /* 1 */ "# A recorded run.",
      /* 2 */ "format = 1",
      /* 3 */ "version = \"" + std::string(version()) + "\"",
      /* 4 */ "cpu = \"some processor\"",
      /* 5 */ "preset = \"mine\"",
      /* 6 */ "title = \"Title\"",
      /* 7 */ "summary = \"Summary.\"",
      /* 8 */ "ticks = 70",
      /* 9 */ "[task]",
      /* 10 */ "kind = \"attributes\"",
      /* 11 */ "factors = 2",
      /* 12 */ "values = 2",
      /* 13 */ "[model]",
      /* 14 */ "kind = \"kernel_ufm\"",
      /* 15 */ "d = 4",
      /* 16 */ "[optimizer]",
      /* 17 */ "kind = \"gd\"",
      /* 18 */ "lr = 5.0",
      /* 19 */ "[run]",
      /* 20 */ "steps = 50",
      /* 21 */ "[[input]]",
      /* 22 */ "path = \"/a/text\"",
      /* 23 */ "bytes = 12",
      /* 24 */ "digest = \"0123\"",
      /* 25 */ "[[command]]",
      /* 26 */ "tick = 3",
      /* 27 */ "op = \"set\"",
      /* 28 */ "key = \"optimizer.lr\"",
      /* 29 */ "value = 2.5",
      /* 30 */ "[[command]]",
      /* 31 */ "tick = 20",
      /* 32 */ "op = \"restart\"",
      /* 33 */ "[[command]]",
      /* 34 */ "tick = 45",
      /* 35 */ "op = \"load\"",
      /* 36 */ "preset = \"other\"",
      /* 37 */ "config = { task.factors = 3, task.values = 3, model.d = 8, run.steps = 60 }",
      /* 38 */ "[[command]]",
      /* 39 */ "tick = 60",
      /* 40 */ "op = \"continue\"",
  };
  return text;
}

std::string edited(std::size_t line, const std::string& replacement) {
  return with_line(lines(), line, replacement);
}

const std::vector<Edit>& edits() {
  static const std::string program = "gramscope " + std::string(version());
  static const std::vector<Edit> list{
      {2, "format = 2",
       "2: format = 2: is newer than " + program +
           ", which reads format 1; "
           "open the file with the version that wrote it"},
      {2, "format = 2\ntitel = 1",
       "2: format = 2: is newer than " + program +
           ", which reads format 1; "
           "open the file with the version that wrote it"},
      {2, "format = 7\n# ",
       "2: format = 7: is newer than " + program +
           ", which reads format 1; "
           "open the file with the version that wrote it"},
      {2, "format = 0", "2: format = 0: no version has written that; " + program + " reads format 1"},
      {3, "", "1: version: is missing"},
      {3, "version = \"9.9.9\"\nformat_of_layout = 1",
       "4: format_of_layout: is not a key of this file for " + program +
           " (it was written by gramscope 9.9.9); "
           "nearest: format, summary, model"},
      {2, "format = \"1\"", "2: format = \"1\": must be a whole number of at least 0"},
      {2, "format = -1", "2: format = -1: must be a whole number of at least 0"},
      {2, "", "1: format: is missing: presets and sessions begin with format = 1"},
      {3, "version = \"\"", "3: version: must not be empty"},
      {3, "version = 3", "3: version = 3: must be a text in quotes"},
      {4, "", "1: cpu: is missing"},
      {4, "cpu = [\"a\"]", "4: cpu: must be a text in quotes"},
      {5, "", "1: preset: is missing"},
      {6, "title = 7", "6: title = 7: must be a text in quotes"},
      {6, "titel = \"Title\"", "6: titel: is not a key of this file; nearest: title, ticks, model"},
      {6, "title = \"a\nb\"", "6: TOML: "},
      {7, "summary = \"S\" \"T\"", "7: TOML: "},
      {8, "ticks = 44",
       "8: ticks = 44: is before the last command, at 60; it says how many steps were executed"},
      {8, "ticks = -1", "8: ticks = -1: must be a whole number of at least 0"},
      {8, "ticks = 70.0", "8: ticks = 70.0: must be a whole number of at least 0"},
      {8, "tick = 70", "8: tick: is not a key of this file; nearest: ticks, task, title"},
      {8, "ticks = 70\nticks = 71", "9: ticks: is there already, further up; keep one of them"},
      {9, "[tasks]", "9: tasks: is not a key of this file; nearest: task, ticks, title"},
      {10, "kind = \"atributes\"",
       "10: task.kind = atributes: must be attributes, taxonomy, sentences, support or corpus"},
      {10, "kind = 1", "10: task.kind = 1: must be attributes, taxonomy, sentences, support or corpus"},
      {11, "factors = 0", "11: task.factors = 0: must be a whole number from 1 to 5"},
      {11, "factors = 2.5", "11: task.factors = 2.5: must be a whole number from 1 to 5"},
      {11, "factors = 2\nfactors = 3", "12: factors: is there already, further up; keep one of them"},
      {11, "factor = 2",
       "11: task.factor: unknown parameter \"task.factor\"; nearest: task.factors, task.path, reg.factor"},
      {12, "values = 2000", "12: task.values = 2000: must be a whole number from 2 to 8"},
      {13, "[model", "13: TOML: "},
      {13, "[task]", "13: task: is there already, further up; keep one of them"},
      {14, "kind = \"ufm\"\nalpha = 1.0",
       "15: model.alpha: does not apply here; it is a parameter of kernel_ufm"},
      {15, "d = \"4\"", "15: model.d = \"4\": must be a whole number from 1 to 1024"},
      {15, "d = [4]", "15: model.d: must be a number, a text, true or false"},
      {15, "d = true", "15: model.d = true: must be a whole number from 1 to 1024"},
      {15, "d = 99999999999999999999", "15: TOML: "},
      {17, "kind = \"adam\"", "17: optimizer.kind = adam: must be gd or momentum"},
      {17, "kind = \"gd\"\nmomentum = 0.9",
       "18: optimizer.momentum: does not apply here; it is a parameter of momentum"},
      {18, "lr = -5.0", "18: optimizer.lr = -5: must be a number from 1e-09 to 1e+09"},
      {18, "lr = nan", "18: optimizer.lr = nan: must be a number from 1e-09 to 1e+09"},
      {18, "lr = inf", "18: optimizer.lr = inf: must be a number from 1e-09 to 1e+09"},
      {18, "lr = 5,0", "18: TOML: "},
      {18, "lr =", "18: TOML: "},
      {20, "steps = 1e3.5", "20: TOML: "},
      {20, "seed = -1", "20: run.seed = -1: must be a whole number from 0 to 4294967295"},
      {21, "[input]", "21: input: must be written as [[input]]"},
      {22, "", "21: path: is missing"},
      {22, "path = \"\\u001b[31m\"\nsha = 1",
       "23: input.sha: is not a key of this file; nearest: path, bytes, digest"},
      {23, "bytes = -12", "23: bytes = -12: must be a whole number of at least 0"},
      {24, "digest = 123", "24: digest = 123: must be a text in quotes"},
      {25, "[command]", "30: command: is there already, further up; keep one of them"},
      {26, "", "25: tick: is missing"},
      {26, "tick = -3", "26: tick = -3: must be a whole number of at least 0"},
      {26, "tick = 21",
       "31: tick = 20: is before the command above, at 21; commands stand in the order they were given"},
      {26, "tick = \"3\"", "26: tick = \"3\": must be a whole number of at least 0"},
      {27, "", "25: op: is missing"},
      {27, "op = \"sett\"", "27: op = \"sett\": must be set, restart, continue or load"},
      {27, "op = \"restart\"", "28: key: does not belong to a command with op = \"restart\""},
      {27, "op = set", "27: TOML: "},
      {28, "", "25: key: is missing"},
      {28, "kee = \"optimizer.lr\"", "28: command.kee: is not a key of this file; nearest: key, op, tick"},
      {28, "key = \"optimizer.rate\"",
       "28: key: unknown parameter \"optimizer.rate\"; nearest: optimizer.kind, optimizer.lr, "
       "optimizer.warmup"},
      {28, "key = \"optimizer.momentum\"",
       "28: optimizer.momentum: does not apply here; it is a parameter of momentum"},
      {28, "key = 7", "28: key = 7: must be a text in quotes"},
      {28, "key = \"lr\"",
       "28: key: unknown parameter \"lr\"; nearest: optimizer.lr, optimizer.final_lr_share, model.d"},
      {29, "", "25: value: is missing"},
      {29, "value = 0.0", "29: optimizer.lr = 0: must be a number from 1e-09 to 1e+09"},
      {29, "value = \"fast\"", "29: optimizer.lr = \"fast\": must be a number from 1e-09 to 1e+09"},
      {29, "value = { x = 1 }", "29: value: must be a number, a text, true or false"},
      {29, "value = 2.5\npreset = \"p\"", "30: preset: does not belong to a command with op = \"set\""},
      {29,
       "value = 2.5\n[[command]]\ntick = 3\nop = \"set\"\nkey = \"optimizer.lr\"\n"
       "value = -1.0\n[[command]]\ntick = 4\nop = \"set\"\nkey = \"optimizer.lr\"\nvalue = 1.0",
       "34: optimizer.lr = -1: must be a number from 1e-09 to 1e+09"},
      {29,
       "value = 2.5\n[[command]]\ntick = 3\nop = \"set\"\nkey = \"optimizer.kind\"\n"
       "value = \"momentum\"\n[[command]]\ntick = 3\nop = \"set\"\nkey = \"optimizer.momentum\"\n"
       "value = 2.0",
       "39: optimizer.momentum = 2: must be a number from 0 to 0.999"},
      {31, "tick = 2",
       "31: tick = 2: is before the command above, at 3; commands stand in the order they were given"},
      {32, "op = \"restart\"\nvalue = 1", "33: value: does not belong to a command with op = \"restart\""},
      {36, "", "33: preset: is missing"},
      {37, "", "33: config: is missing"},
      {37, "config = \"collapse\"", "37: config: must be a table of parameters"},
      {37, "config = { task.factors = 3, model.d = 0 }",
       "37: model.d = 0: must be a whole number from 1 to 1024"},
      {37, "config = { task.factors = 3, modl.d = 8 }",
       "37: config.modl: is not a key of this file; nearest: model, task, reg"},
      {37, "config = { task.factors = 3, model.dd = 8 }",
       "37: model.dd: unknown parameter \"model.dd\"; nearest: model.d, model.kind, model.tied"},
      {37, "config = { task.factors = 5, task.values = 8 }",
       "37: task.values = 8: 8^5 = 32768 contexts are more than 1024; with 5 factors use 2 to 4 values"},
      {37, "config = { model.d = 8, model.d = 9 }",
       "37: model.d: is there already, further up; keep one of them"},
      {37, "config = { model.d = 8", "37: TOML: "},
      {40, "op = \"continue\"\n[[command]]\ntick = 61\nop = \"set\"\nkey = \"task.values\"\nvalue = 9",
       "45: task.values = 9: must be a whole number from 2 to 8"},
      {40, "op = \"continue\"\n[[command]]\ntick = 71\nop = \"continue\"",
       "8: ticks = 70: is before the last command, at 71; it says how many steps were executed"},
      {40, "op = \"continue\"\n[views]\ncamera = 1",
       "41: views: is not a key of this file; nearest: view, ticks, title"},
      {40, "op = \"\xff\"", "40: TOML: "},
  };
  return list;
}

}  // namespace

TEST_CASE("session: every mistake of a hand is told with file, line, key and what is allowed") {
  CHECK(edits().size() >= 40);
  check_edits(lines(), edits());
}

TEST_CASE("session: one of a newer version says which version wrote it, whatever else it has") {
  auto text = edited(2, "format = 2");
  text.replace(text.find(version()), version().size(), "9.8.7");
  text += "[later]\nnews = true\n";
  CHECK(message_of<InputError>([&] { parse_session(text, "s.toml"); }) ==
        "s.toml:2: format = 2: is newer than gramscope " + std::string(version()) +
            ", which reads format 1; the file was written by gramscope 9.8.7: open it with that version or a "
            "later one");
}

TEST_CASE("session: nothing in a message can command a terminal, or fills it") {
  const auto message_for = [](std::size_t line, const std::string& replacement) {
    return message_of<InputError>([&] { parse_session(edited(line, replacement), "s.toml"); });
  };
  for (const auto& message : {message_for(17, R"(kind = "\u001b[31m")"), message_for(18, R"("l\u009br" = 1)"),
                              message_for(28, R"(key = "a\nb")"), message_for(27, R"(op = "\u0007")"),
                              message_for(6, R"("\u001b" = 1)")}) {
    CAPTURE(message);
    CHECK(!message.empty());
    CHECK(message.find_first_of("\x1b\x07\n") == std::string::npos);
    CHECK(!contains(message, "\xc2\x9b"));
  }
  const std::string endless(1 << 20, 'x');
  for (const auto& message :
       {message_for(6, endless + " = 1"), message_for(18, endless + " = 1"),
        message_for(28, "key = \"" + endless + "\""),
        message_for(27, "op = \"" + endless.substr(0, 60000) + "\""),
        message_for(29, "value = \"" + endless + "\""), message_for(17, "kind = \"" + endless + "\"")}) {
    CHECK(!message.empty());
    CHECK(message.size() < 400);
  }
}

TEST_CASE("session: what was set before decides what may follow, and every value of a drag is checked") {
  const auto set = [](int tick, const std::string& key, const std::string& value) {
    return "[[command]]\ntick = " + std::to_string(tick) + "\nop = \"set\"\nkey = \"" + key +
           "\"\nvalue = " + value + "\n";
  };
  const std::string text = edited(8, "");
  const std::string needs_momentum = set(64, "optimizer.momentum", "0.5");
  const std::string drag = set(61, "optimizer.kind", "\"momentum\"") + set(62, "optimizer.kind", "\"gd\"");
  CHECK(contains(message_of<InputError>([&] { parse_session(text + drag + needs_momentum, "s.toml"); }),
                 "does not apply here; it is a parameter of momentum"));
  const auto session =
      parse_session(text + drag + set(63, "optimizer.kind", "\"momentum\"") + needs_momentum, "s.toml");
  CHECK(session.commands.size() == 8);
  const std::string beyond =
      set(61, "reg.gamma", "0.1") + set(61, "reg.gamma", "-1") + set(61, "reg.gamma", "0.2");
  CHECK(contains(message_of<InputError>([&] { parse_session(text + beyond, "s.toml"); }),
                 ":49: reg.gamma = -1: must be "));
}

TEST_CASE("session: whatever could be set is read again, in whatever order") {
  Random random(7, 0x5E5510);
  const auto below = [&](std::size_t count) {
    return static_cast<std::size_t>(random.below(static_cast<std::uint32_t>(count)));
  };
  const auto drawn = [&](const Parameter& parameter) -> Value {
    const double number =
        parameter.minimum + random.uniform() * random.uniform() * (parameter.maximum - parameter.minimum);
    switch (parameter.type) {
      case ParameterType::flag:
        return below(2) == 0;
      case ParameterType::integer:
        return static_cast<std::int64_t>(number);
      case ParameterType::real:
        return number;
      case ParameterType::choice:
        return parameter.choices[below(parameter.choices.size())].key;
      case ParameterType::file:
        return std::string(below(2) == 0 ? "" : "/a/file");
    }
    return false;
  };
  int restarts = 0;
  for (int run = 0; run < 25; ++run) {
    Config config = small_config(50);
    Session session{{"mine", "T", "S.", config}, std::string(version()), "c", {}, {}, 30};
    for (int tick = 0; tick < 30; ++tick) {
      const auto applicable = applicable_parameters(config);
      const auto& parameter = applicable[below(applicable.size())];
      const SetParameter change{parameter.key, drawn(parameter)};
      try {
        const Config after = with_change(config, change.key, change.value, nullptr);
        restarts += effect_of(config, after) == Effect::restart ? 1 : 0;
        config = after;
      } catch (const UsageError&) {
        continue;  // as an engine refuses it: it is not recorded
      }
      session.commands.push_back({tick, change});
    }
    const auto text = session_toml(session);
    CAPTURE(text);
    REQUIRE_NOTHROW(parse_session(text, "s.toml"));
    CHECK(session_toml(parse_session(text, "s.toml")) == text);
  }
  CHECK(restarts > 100);
}

TEST_CASE("session: what is damaged is either read or refused with its line, never worse") {
  Engine engine(small_config(50), "mine");
  engine.apply(SetParameter{"optimizer.lr", Value{5.0}});
  engine.advance(5);
  engine.apply(Load{small_config(60), "other"});
  engine.apply(SetParameter{"task.values", Value{std::int64_t{3}}});
  engine.advance(5);
  Session session{{"mine", "T λ", "S.", small_config(50)},
                  std::string(version()),
                  "c",
                  engine.commands(),
                  {},
                  engine.tick()};
  const SetParameter change{"reg.lambda_w", Value{1e-3}};
  session.branches.push_back({0, 5, 2, "", {{5, change}, {9, Restart{}}}, 12});
  session.branches.push_back({1, 9, 4, "a \"b\"", {{9, change}}, 9});
  session.current = 2;
  session.twin = 0;
  session.checkpoint = "s.ckpt";
  session.view.set("zoom", 1.5);
  session.view.set("layout", std::vector<std::string>{"gram_h", "pca"});
  session.view.set("camera", std::vector<double>{0.1, -2.0, 3e-7});
  const std::string text = session_toml(session);
  std::vector<std::string> rows;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin) + 1;
    rows.push_back(text.substr(begin, end - begin));
    begin = end;
  }

  Random random(6, 0x5E5510);
  const auto below = [&](std::size_t count) {
    return static_cast<std::size_t>(random.below(static_cast<std::uint32_t>(count)));
  };
  const auto damaged_byte = [&] {
    std::string damaged = text;
    const auto at = below(text.size());
    const auto way = below(3);
    // Mostly what hands type and files have: any byte at all is soon no text.
    const auto byte = way == 2               ? '\0'
                      : random.below(4) == 0 ? static_cast<char>(random.below(256))
                                             : text[below(text.size())];
    if (way == 0) damaged[at] = byte;
    if (way == 1) damaged.insert(at, 1, byte);
    if (way == 2) damaged.erase(at, 1);
    return damaged;
  };
  const auto damaged_line = [&] {
    auto damaged = rows;
    const auto at = below(rows.size());
    const auto other = below(rows.size());
    switch (below(4)) {
      case 0:
        damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        damaged[at] = rows[other];
        break;
      case 2:
        damaged.insert(damaged.begin() + static_cast<std::ptrdiff_t>(at), rows[other]);
        break;
      default:
        std::swap(damaged[at], damaged[other]);
    }
    std::string joined;
    for (const auto& row : damaged) joined += row;
    return joined;
  };
  const std::string begins_with_line = "s.toml:";
  int read = 0;
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    const auto damaged = i % 2 == 0 ? damaged_byte() : damaged_line();
    CAPTURE(damaged);
    try {
      const auto again = parse_session(damaged, "s.toml");
      ++read;
      const auto written = session_toml(again);
      if (!again.is_recorded()) continue;
      CHECK(session_toml(parse_session(written, "s.toml")) == written);
      // What was taken for a tree is one: every run of it is a session.
      for (std::size_t run = 0; run <= again.branches.size(); ++run)
        CHECK_NOTHROW(parse_session(session_toml(flat_session(again, run)), "s.toml"));
    } catch (const InputError& error) {
      ++refused;
      const std::string message = error.what();
      CAPTURE(message);
      REQUIRE(message.starts_with(begins_with_line));
      const auto behind = message.find_first_not_of("0123456789", begins_with_line.size());
      CHECK(behind > begins_with_line.size());
      CHECK(message.substr(behind, 2) == ": ");
      CHECK(std::stoul(message.substr(begins_with_line.size())) >= 1);
      CHECK(std::stoul(message.substr(begins_with_line.size())) <= rows.size() + 2);
    }
  }
  CHECK(read > 60);
  CHECK(refused > 200);
}
