#include "core/io/input_paths.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "core/io/session.h"
#include "core/io/version.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

constexpr const char* kSessionHead =
    "format = 1\ntitle = \"T\"\nsummary = \"S\"\n[model]\nkind = \"ufm\"\n[task]\nkind = \"corpus\"\n";

std::string path_in(const std::string& text, const std::string& file) {
  return parse_session(text, file).preset.config.text("task.path");
}

Config corpus_config(const std::string& path) {
  Config config;
  config.set("task.kind", Value{std::string("corpus")});
  config.set("task.path", Value{path});
  config.set("task.context", Value{std::int64_t{1}});
  config.set("model.kind", Value{std::string("ufm")});
  config.set("model.d", Value{std::int64_t{3}});
  config.set("run.steps", Value{std::int64_t{5}});
  return resolve(config);
}

}  // namespace

TEST_CASE("preset: a path in a file means one beside that file") {
  const TemporaryDirectory directory;
  const auto file = (directory / "mine.toml").string();
  const std::string head = kSessionHead;
  CHECK(path_in(head + "path = \"a.txt\"\n", file) == (directory / "a.txt").string());
  CHECK(path_in(head + "path = \"../a.txt\"\n", file) == (directory.path().parent_path() / "a.txt").string());
  CHECK(path_in(head + "path = \"/tmp/a.txt\"\n", file) == "/tmp/a.txt");
  CHECK(path_in(head + "path = \"a.txt\"\n", "mine.toml") == "a.txt");
  CHECK(path_in(head + "path = \"small-stories\"\n", file) == "small-stories");
  put(directory / "small-stories", "one two");
  CHECK(path_in(head + "path = \"small-stories\"\n", file) == (directory / "small-stories").string());
}

TEST_CASE("session: it keeps its texts' absolute paths, sizes and digests, and tells when one is another") {
  const TemporaryDirectory directory;
  const auto path = (directory / "text.txt").string();
  put(path, "one two three one two four");
  Session session;
  session.preset = {"mine", "T", "S", corpus_config(std::filesystem::relative(path).string())};
  session.version = version();
  session.cpu = processor_name();
  session.commands.push_back({2, SetParameter{"task.path", Value{std::filesystem::relative(path).string()}}});
  session.commands.push_back({3, Load{corpus_config("small-stories"), "other"}});
  const Engine engine(session.preset.config);
  add_inputs(session, *engine.task());
  add_inputs(session, *engine.task());
  REQUIRE(session.inputs.size() == 1);
  CHECK(session.inputs[0].path == path);

  const auto read = parse_session(session_toml(session), "elsewhere/session.toml");
  CHECK(read.preset.config.text("task.path") == path);
  CHECK(std::get<SetParameter>(read.commands[0].command).value == Value{path});
  CHECK(std::get<Load>(read.commands[1].command).config.text("task.path") == "small-stories");
  REQUIRE(read.inputs.size() == 1);
  CHECK(read.inputs[0].path == path);
  CHECK(read.inputs[0].bytes == 26);
  CHECK(read.inputs[0].digest == session.inputs[0].digest);
  CHECK(session_toml(read) == session_toml(session));

  CHECK(changed_inputs(read, *Engine(read.preset.config).task()).empty());
  put(path, "one two three one two five");
  const auto notes = changed_inputs(read, *Engine(read.preset.config).task());
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].starts_with(path + " is not the text this session was recorded with"));
  // Another text asked for by hand is no surprise.
  CHECK(changed_inputs(read, *Engine(corpus_config("small-stories")).task()).empty());
}

TEST_CASE("session: mistakes in inputs are told with file, line and key") {
  const auto refusal = [](const std::string& text) {
    const std::string head = "format = 1\nversion = \"1\"\ncpu = \"c\"\npreset = \"p\"\n";
    return message_of<InputError>([&] { parse_session(head + text, "s.toml"); });
  };
  CHECK(refusal("input = 3\n").starts_with("s.toml:5: input: must be written as [[input]]"));
  CHECK(refusal("[[input]]\nbytes = 3\ndigest = \"x\"\n").find("path: is missing") != std::string::npos);
  CHECK(refusal("[[input]]\npath = \"a\"\nbytes = -3\ndigest = \"x\"\n").starts_with("s.toml:7: bytes = -3: "));
  CHECK(refusal("[[input]]\npath = \"a\"\nbites = 3\n").starts_with("s.toml:7: input.bites: "));
}
