#include "core/io/checkpoint_file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>

#include "core/io/safetensors.h"
#include "core/io/version.h"
#include "core/random/philox.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "core/text/fnv1a.h"
#include "tests/core/train/twin_runs.h"
#include "tests/io/failing_calls.h"
#include "tests/io/python.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace fs = std::filesystem;

namespace {

const std::string kBeginning = R"({"__metadata__":{"digest":")";
const std::size_t kDigestAt = 8 + kBeginning.size();

/// Through a file, which must be the same again when what it holds is saved again.
Remaking through_file(const fs::path& path) {
  return [path](const Engine& engine) {
    save_checkpoint(path, engine.stored());
    const auto bytes = contents(path);
    const auto loaded = load_checkpoint(path);
    CHECK(loaded.difference().empty());
    save_checkpoint(path, loaded.run);
    CHECK((contents(path) == bytes));
    auto made = Engine::from_stored(loaded.run);
    save_checkpoint(path, made.stored());
    CHECK((contents(path) == bytes));
    return made;
  };
}

/// A file of few bytes that is nevertheless whole: what from_stored() would say of it is another matter.
StoredRun small_stored() {
  StoredRun run;
  run.configs.push_back(resolve(Config{}));
  run.commands = {{3, SetParameter{"optimizer.lr", 0.5}},
                  {4, Restart{}},
                  {5, Continue{}},
                  {6, Load{run.configs[0], "größer"}}};
  run.values = {{"flag", true},
                {"least", std::numeric_limits<std::int64_t>::min()},
                {"real", -0.0},
                {"text", std::string("λ\n\"")}};
  run.tensors = {{"a", MatrixD{{1.0 / 3.0, std::numeric_limits<double>::quiet_NaN()}}},
                 {"b", MatrixF{{0.1f, -0.0f, 3.0f}, {1e-45f, std::numeric_limits<float>::infinity(), 2.0f}}},
                 {"c", MatrixD(0, 10)}};
  return run;
}

std::string load_refusal(const fs::path& path, std::uint64_t limit = kMostCheckpointBytes) {
  return message_of<InputError>([&] { load_checkpoint(path, limit); });
}

/// The bytes with the digest that they must have.
std::string sealed(std::string bytes) {
  Fnv1a digest;
  digest.add(std::string_view(bytes).substr(0, kDigestAt));
  digest.add(std::string_view(bytes).substr(kDigestAt + 16));
  return bytes.replace(kDigestAt, 16, digest.digits());
}

std::string with_replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  REQUIRE(from.size() == to.size());
  return text.replace(at, from.size(), to);
}

/// A file of that header, beginning as all do, and that data.
std::string checkpoint_of(const std::string& after_digest, const std::string& data = {}) {
  const std::string header = kBeginning + std::string(16, '0') + after_digest;
  const auto length = static_cast<std::uint64_t>(header.size());
  return sealed(std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data);
}

}  // namespace

TEST_CASE("checkpoint file: every model with every optimizer goes on with the same bits") {
  const TemporaryDirectory directory;
  bool is_double = false;
  for (const auto& model : model_entries())
    for (const auto& optimizer : model.optimizers) {
      CAPTURE(model.key);
      CAPTURE(optimizer);
      CAPTURE(is_double);
      Config config;
      config.set("task.values", std::int64_t{2});
      config.set("model.kind", model.key);
      config.set("model.precision", std::string(is_double ? "double" : "float"));
      config.set("optimizer.kind", optimizer);
      config.set("optimizer.lr", 0.01);
      config.set("run.max_margin", std::string("never"));
      const std::vector<Turn> turns{steps(11), steps(3)};
      check_remakes(config, turns, through_file(directory / "run.ckpt"),
                    [](std::size_t cut) { return cut == 1; });
      is_double = !is_double;
    }
}

TEST_CASE("checkpoint file: random moments of random runs") {
  const TemporaryDirectory directory;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    CAPTURE(seed);
    Random random(seed, 79);
    std::vector<Turn> turns;
    for (int i = 0; i < 12; ++i) {
      turns.push_back(steps(random.below(25)));
      switch (random.below(7)) {
        case 0:
          turns.push_back(change("reg.smoothing", 0.3 * random.uniform()));
          break;
        case 1:
          turns.push_back(change("model.d", static_cast<std::int64_t>(4 + random.below(10))));
          break;
        case 2:
          turns.push_back(change("optimizer.lr", random.below(2) == 0 ? 1e5 : 1.0 + random.uniform()));
          break;
        case 3:
          turns.push_back(change("task.factors", static_cast<std::int64_t>(2 + random.below(2))));
          break;
        case 4:
          turns.push_back(change("run.max_margin", std::string(random.below(2) == 0 ? "never" : "auto")));
          break;
        case 5:
          turns.push_back({0, Load{small_run(100), "another"}});
          break;
        default:
          turns.push_back({0, Restart{}});
      }
    }
    Config config = small_run(100);
    config.set("run.stop", std::string("peak"));
    config.set("run.on_divergence", std::string(seed == 0 ? "stop" : "back_off"));
    check_remakes(config, turns, through_file(directory / "run.ckpt"),
                  [&](std::size_t) { return random.below(3) == 0; });
  }
}

TEST_CASE("checkpoint file: whatever is in a stored run comes back, bit for bit") {
  const TemporaryDirectory directory;
  const auto path = directory / "small.ckpt";
  const auto run = small_stored();
  save_checkpoint(path, run);
  const auto loaded = load_checkpoint(path);
  CHECK(loaded.version == version());
  CHECK(loaded.difference().empty());
  CHECK(loaded.run.where == path.string());
  CHECK(loaded.run.configs == run.configs);
  CHECK(loaded.run.values == run.values);
  CHECK(std::signbit(std::get<double>(loaded.run.values.at("real"))));
  REQUIRE(loaded.run.commands.size() == run.commands.size());
  for (std::size_t i = 0; i < run.commands.size(); ++i) {
    CHECK(loaded.run.commands[i].tick == run.commands[i].tick);
    CHECK(text_of(loaded.run.commands[i].command) == text_of(run.commands[i].command));
  }
  const auto bits = [](const auto& values) {
    return std::string(reinterpret_cast<const char*>(values.data()),
                       static_cast<std::size_t>(values.size()) * sizeof(*values.data()));
  };
  REQUIRE(loaded.run.tensors.size() == run.tensors.size());
  CHECK(bits(std::get<MatrixD>(loaded.run.tensors.at("a"))) == bits(std::get<MatrixD>(run.tensors.at("a"))));
  CHECK(bits(std::get<MatrixF>(loaded.run.tensors.at("b"))) == bits(std::get<MatrixF>(run.tensors.at("b"))));
  CHECK(std::get<MatrixD>(loaded.run.tensors.at("c")).cols() == 10);
}

TEST_CASE("checkpoint file: a file that has been cut short, or has one bit that is another, is refused") {
  const TemporaryDirectory directory;
  const auto path = directory / "run.ckpt";
  StoredRun small = small_stored();
  small.configs.clear();
  small.commands.clear();
  save_checkpoint(path, small);
  const std::string bytes = contents(path);
  REQUIRE(load_refusal(path).empty());
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(bytes[at] ^ (1 << bit)));
      file.close();
      const auto message = load_refusal(path);
      if (!message.starts_with(path.string() + ": d")) FAIL_CHECK("byte ", at, ", bit ", bit, ": ", message);
      file.open(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(at)).put(bytes[at]);
    }
  REQUIRE(contents(path) == bytes);

  Engine engine(small_run(60));
  engine.advance(30);
  save_checkpoint(path, engine.stored());
  const std::string whole = contents(path);
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    put(path, whole.substr(0, size));
    CHECK(contains(load_refusal(path), path.string() + ": damaged: "));
  }
  put(path, whole + '\0');
  CHECK(contains(load_refusal(path), "damaged"));
  put(path, whole);
  CHECK(load_refusal(path).empty());
}

TEST_CASE("checkpoint file: a newer format is refused with the version that wrote it") {
  const TemporaryDirectory directory;
  const auto path = directory / "run.ckpt";
  save_checkpoint(path, small_stored());
  const auto bytes = contents(path);
  const std::string here(version());
  std::string other = here;
  other.back() = other.back() == '9' ? '8' : '9';
  const auto of_other =
      with_replaced(bytes, R"("gramscope":")" + here + '"', R"("gramscope":")" + other + '"');
  put(path, sealed(with_replaced(of_other, R"("format":"1")", R"("format":"2")")));
  const auto message = load_refusal(path);
  CHECK(message.starts_with(path.string() + ": written by gramscope " + other + " in format 2"));
  CHECK(contains(message, here + " reads format 1"));
  for (const char* wrong : {R"("format":"0")", R"("format":"x")", R"("format":" ")"}) {
    put(path, sealed(with_replaced(bytes, R"("format":"1")", wrong)));
    CHECK(contains(load_refusal(path), "header: format: must be a number from 1"));
  }
  // Another version of the same format is read, and told.
  put(path, sealed(of_other));
  CHECK(load_checkpoint(path).difference() == "written by gramscope " + other + " (this is " + here + ")");
}

TEST_CASE("checkpoint file: what is well sealed and yet wrong is refused before anything is made of it") {
  const TemporaryDirectory directory;
  const auto path = directory / "run.ckpt";
  const std::string metadata = R"(","format":"1","gramscope":"0.1.0","cpu":"x"})";
  const auto expect = [&](const std::string& bytes, const std::string& problem) {
    put(path, bytes);
    const auto message = load_refusal(path);
    CAPTURE(message);
    CHECK(message.starts_with(path.string()));
    CHECK(contains(message, problem));
  };
  expect(checkpoint_of(R"("}})"), "format: is missing");
  expect(checkpoint_of(R"(","format":"1"}})"), "gramscope: is missing");
  expect(checkpoint_of(metadata + "}"), "run: is missing");
  expect(checkpoint_of(metadata + R"(,"h":{"dtype":"F64","shape":[1000000000000,1],"data_offsets":[0,8]}})",
                       "12345678"),
         "8 bytes of data are not what");
  expect(checkpoint_of(metadata + R"(,"h":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}})", "12345678"),
         "must be float32 or float64");
  expect(checkpoint_of(metadata + R"(,"h":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", "12345678"),
         "two dimensions");
  const auto with_json = [&](const std::string& json) {
    const auto size = std::to_string(json.size());
    return checkpoint_of(
        metadata + R"(,"run":{"dtype":"U8","shape":[)" + size + R"(],"data_offsets":[0,)" + size + "]}}",
        json);
  };
  expect(with_json("7"), "is not JSON of an object");
  expect(with_json(std::string(100'000, '[')), "is not JSON of an object");
  expect(with_json("{}"), "configs: is missing");
  expect(with_json(R"({"configs":{}})"), "configs: must be a list");
  expect(with_json(R"({"configs":[7]})"), "configs: must be objects");
  expect(with_json(R"({"configs":[{"model.d":[]}]})"), "model.d: must be true, false, a number or a text");
  expect(with_json(R"({"configs":[{"model.d":18446744073709551615}]})"), "model.d: is beyond 64 bits");
  expect(with_json(R"({"configs":[],"commands":[7]})"), "op: stands in what is no object");
  expect(with_json(R"({"configs":[],"commands":[{"op":"set"}]})"), "tick: must be a whole number from 0");
  expect(with_json(R"({"configs":[],"commands":[{"op":"set","tick":-1}]})"),
         "tick: must be a whole number from 0");
  expect(with_json(R"({"configs":[],"commands":[{"op":"set","tick":1}]})"), "value: is missing");
  expect(with_json(R"({"configs":[],"commands":[{"op":"hop","tick":1}]})"),
         "op: must be set, restart, continue or load");
  expect(with_json(R"({"configs":[],"commands":[],"values":[]})"), "values: must be an object");
  put(path, with_json(R"({"configs":[],"commands":[],"values":{}})"));
  CHECK(load_refusal(path).empty());
  CHECK(contains(load_refusal(path, fs::file_size(path) - 1), "more than the"));
  const auto loaded = load_checkpoint(path);
  CHECK(message_of<InputError>([&] { Engine::from_stored(loaded.run); }).starts_with(path.string() + ": "));
  fs::remove(path);
  CHECK(contains(load_refusal(path), path.string() + ": "));
}

TEST_CASE("checkpoint file: a save that fails leaves the older file, whichever call it is that fails") {
  const TemporaryDirectory directory;
  const auto path = directory / "run.ckpt";
  const auto run = small_stored();
  FailingCalls counted;
  save_checkpoint(path, run, counted.calls());
  const auto names = counted.names();
  REQUIRE(std::count(names.begin(), names.end(), "pwrite") > 3);
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (names[at] != "pwrite" && names[at] != "fsync" && names[at] != "exchange") continue;
    CAPTURE(at);
    put(path, "older");
    FailingCalls failing({at, ENOSPC, true});
    const auto calls = failing.calls();
    const auto message = message_of<RuntimeError>([&] { save_checkpoint(path, run, calls); });
    CHECK(contains(message, path.string() + ": could not "));
    CHECK(contents(path) == "older");
    CHECK(count_entries(directory.path()) == 1);
    failing.repair();
    save_checkpoint(path, run, calls);
    CHECK(load_refusal(path).empty());
  }
}

TEST_CASE("checkpoint file: what JSON cannot hold is said, and nothing is written") {
  const TemporaryDirectory directory;
  const auto path = directory / "run.ckpt";
  auto run = small_stored();
  run.values["real"] = std::numeric_limits<double>::infinity();
  CHECK(contains(message_of<RuntimeError>([&] { save_checkpoint(path, run); }), "real is not finite"));
  run = small_stored();
  run.values["text"] = std::string("\xFF");
  CHECK(contains(message_of<RuntimeError>([&] { save_checkpoint(path, run); }), "not UTF-8"));
  run = small_stored();
  run.tensors["\xFF"] = MatrixD(1, 1);
  CHECK(contains(message_of<RuntimeError>([&] { save_checkpoint(path, run); }), "not UTF-8"));
  CHECK(count_entries(directory.path()) == 0);
}

TEST_CASE(
    "checkpoint file: a run on a text goes on where the text is the same, and is refused where it is "
    "another") {
  const TemporaryDirectory directory;
  const auto text = directory / "text.txt";
  put(text, "one two three one two four one three two one four two three one two two three four\n");
  Config config;
  config.set("task.kind", std::string("corpus"));
  config.set("model.kind", std::string("ufm"));
  config.set("optimizer.lr", 0.1);
  config.set("task.path", fs::relative(text).string());
  const auto path = directory / "run.ckpt";
  Engine engine(config);
  engine.advance(10);
  engine.apply(SetParameter{"task.path", std::string("small-stories")});
  engine.apply(SetParameter{"task.path", fs::relative(text).string()});
  engine.advance(10);
  save_checkpoint(path, engine.stored());
  const auto loaded = load_checkpoint(path);
  for (const auto& stored : loaded.run.configs) CHECK(stored.text("task.path") == text.string());
  REQUIRE(loaded.run.commands.size() == 2);
  CHECK(std::get<std::string>(std::get<SetParameter>(loaded.run.commands[0].command).value) ==
        "small-stories");
  CHECK(std::get<std::string>(std::get<SetParameter>(loaded.run.commands[1].command).value) == text.string());
  auto other = Engine::from_stored(loaded.run);
  engine.advance(10);
  other.advance(10);
  CHECK((other.parameter_bytes() == engine.parameter_bytes()));
  CHECK((csv(other) == csv(engine)));
  put(text, "one two three one two four one three two one four two three one two two three two\n");
  const auto message = message_of<InputError>([&] { Engine::from_stored(loaded.run); });
  CHECK(message.starts_with(path.string() + ": " + text.string() +
                            " is not the text that this run was made from"));
  fs::remove(text);
  CHECK(contains(message_of<InputError>([&] { Engine::from_stored(loaded.run); }), text.string()));
}

TEST_CASE("checkpoint file: Python reads it, finds its digest right and the parameters in it") {
  const auto python = python_with_numpy();
  if (python.empty()) {
    MESSAGE("skipped: no Python with NumPy");
    return;
  }
  const TemporaryDirectory directory;
  Config config = small_run(60);
  config.set("model.kind", std::string("ufm"));
  Engine engine(config);
  engine.advance(20);
  engine.apply(SetParameter{"reg.smoothing", 0.1});
  engine.advance(10);
  save_checkpoint(directory / "run.ckpt", engine.stored());
  write_weights(directory / "weights.safetensors", engine);
  CHECK(run_script(python, "checkpoint_exchange.py", directory.path().string()) == 0);
}
