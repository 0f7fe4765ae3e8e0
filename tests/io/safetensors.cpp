#include "core/io/safetensors.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "core/io/npz.h"
#include "core/random/philox.h"
#include "core/registry/error.h"
#include "tests/io/python.h"
#include "tests/io/sample_run.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

Config network_config(std::int64_t steps, const std::string& precision, const std::string& weights = {}) {
  Config config;
  config.set("task.factors", Value{std::int64_t{2}});
  config.set("task.values", Value{std::int64_t{2}});
  config.set("model.kind", Value{std::string("transformer")});
  config.set("model.d", Value{std::int64_t{8}});
  config.set("model.depth", Value{std::int64_t{1}});
  config.set("model.precision", Value{precision});
  config.set("model.weights", Value{weights});
  // The plain rule keeps nothing but the weights from step to step.
  config.set("optimizer.kind", Value{std::string("gd")});
  config.set("run.steps", Value{steps});
  return resolve(config);
}

EngineHooks reading_hooks() {
  EngineHooks hooks;
  hooks.read_weights = weight_reader();
  return hooks;
}

/// A file of that header and data.
std::string file_of(const std::string& header, std::size_t data_bytes) {
  const auto length = static_cast<std::uint64_t>(header.size());
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  return bytes + header + std::string(data_bytes, '\0');
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

std::string problem_of(const std::string& bytes) {
  return message_of<InputError>([&] { parse_safetensors(bytes, "w.safetensors"); });
}

}  // namespace

TEST_CASE("safetensors: what is written is what is read, to the bit in double, rounded in float") {
  const TemporaryDirectory directory;
  Random random(1);
  std::vector<NamedMatrix> tensors{{"b", MatrixD(3, 5)}, {"a", MatrixD(4, 1)}, {"c.weight", MatrixD(1, 1)}};
  for (auto& tensor : tensors)
    for (Index i = 0; i < tensor.values.size(); ++i) tensor.values(i) = random.normal();
  for (const auto precision : {TensorPrecision::f64, TensorPrecision::f32}) {
    write_safetensors(directory / "w", tensors, precision, {});
    const auto read = read_safetensors(directory / "w");
    REQUIRE(read.size() == tensors.size());
    for (const auto& tensor : tensors) {
      const MatrixD expected = precision == TensorPrecision::f64
                                   ? tensor.values
                                   : MatrixD(tensor.values.cast<float>().cast<double>());
      CHECK(read.at(tensor.name) == expected);
    }
  }
}

TEST_CASE("safetensors: NumPy reads what is written here, and is read here") {
  const auto python = python_with_numpy();
  if (python.empty()) {
    MESSAGE("python3 has no numpy here: not compared");
    return;
  }
  const TemporaryDirectory directory;
  for (const char* precision : {"float", "double"}) {
    Engine engine(network_config(12, precision), "mine");
    engine.advance(12);
    write_weights(directory / "weights.safetensors", engine);
    std::vector<NamedArray> arrays;
    for (const auto& tensor : engine.weights()) arrays.push_back({tensor.name, matrix_array(tensor.values)});
    write_npz(directory / "weights.npz", arrays);
    REQUIRE(run_script(python, "safetensors_exchange.py", directory.path().string()) == 0);
  }
  const auto read = read_safetensors(directory / "numpy.safetensors");
  MatrixD values(2, 3);
  values << 1.0, -2.5, 0.0, 6.0e-8, 65504.0, -0.125;
  CHECK(read.at("f64") == values);
  CHECK(read.at("f32") == values.cast<float>().cast<double>());
  MatrixD half = values;
  half(1, 0) = std::ldexp(1.0, -24);  // the nearest and smallest number that 16 bits hold
  CHECK(read.at("f16") == half);
  CHECK((read.at("bf16") - values).cwiseAbs().maxCoeff() <= 65504.0 / 128.0);
  CHECK(read.at("bf16")(0, 1) == -2.5);
  CHECK(read.at("bf16")(1, 0) == doctest::Approx(6.0e-8).epsilon(1.0 / 128.0));
  CHECK(read.at("column") == MatrixD(Eigen::Vector2d(3.0, 4.0)));
  CHECK(read.at("number") == MatrixD::Constant(1, 1, 7.0));
  CHECK(read.at("empty").rows() == 0);
}

TEST_CASE("model.weights: a run goes on from its file to the same bits as one that never stopped") {
  const TemporaryDirectory directory;
  for (const std::string precision : {"float", "double"}) {
    Engine whole(network_config(20, precision));
    whole.advance(20);
    Engine first(network_config(8, precision));
    first.advance(8);
    write_weights(directory / "w", first);
    Engine second(network_config(12, precision, (directory / "w").string()), {}, reading_hooks());
    CHECK(second.embeddings()->h == first.embeddings()->h);
    CHECK(second.embeddings()->w == first.embeddings()->w);
    second.advance(12);
    CHECK(second.parameter_bytes() == whole.parameter_bytes());
  }
}

TEST_CASE("model.weights: a restart begins with the same weights, even if the file is gone") {
  const TemporaryDirectory directory;
  const auto path = (directory / "w").string();
  Engine first(network_config(5, "double"));
  first.advance(5);
  write_weights(path, first);
  Engine engine(network_config(5, "double", path), {}, reading_hooks());
  engine.advance(3);
  std::filesystem::remove(path);
  engine.apply(Restart{});
  CHECK(engine.segment() == 1);
  CHECK(engine.parameter_bytes() == first.parameter_bytes());
}

TEST_CASE("model.weights: what does not fit is told with file, tensor and both shapes, and changes nothing") {
  const TemporaryDirectory directory;
  const auto path = (directory / "w").string();
  Engine engine(network_config(5, "float"), {}, reading_hooks());
  const auto good = engine.weights();
  const auto refused_with = [&](const std::vector<NamedMatrix>& tensors) {
    write_safetensors(path, tensors, TensorPrecision::f64, {});
    return message_of<InputError>([&] { Engine(network_config(5, "float", path), {}, reading_hooks()); });
  };
  auto tensors = good;
  tensors.back().values = MatrixD::Zero(4, 7);
  CHECK(refused_with(tensors) == path + ": tensor W: is 4×7, and the model needs 4×8");
  tensors = good;
  tensors.erase(tensors.begin());
  CHECK(refused_with(tensors) == path + ": tensor embedding.tokens: missing; the model needs it as 8×4");
  tensors = good;
  tensors.push_back({"extra", MatrixD::Zero(1, 1)});
  CHECK(refused_with(tensors) == path + ": tensor extra: the model has none of that name");
  tensors = good;
  tensors.back().values(0, 0) = 1e300;
  CHECK(refused_with(tensors).starts_with(path + ": tensor W: has values that are not finite"));

  // Live: the run goes on as it was, and says why.
  std::string told;
  engine.set_listener([&](const Event& event) {
    if (const auto* message = std::get_if<Message>(&event)) told = message->text;
  });
  engine.apply(SetParameter{"model.weights", Value{path}});
  CHECK(told.find("tensor W") != std::string::npos);
  CHECK(engine.config().text("model.weights").empty());
  CHECK(engine.segment() == 0);
  // Once the file is right, the same path works.
  write_safetensors(path, good, TensorPrecision::f64, {});
  engine.apply(SetParameter{"model.weights", Value{path}});
  CHECK(engine.segment() == 1);
  CHECK_THROWS_AS(Engine(network_config(5, "float", path)), UsageError);
}

TEST_CASE("safetensors: a malformed file is told with its name, the place and the problem") {
  const auto header = [](const std::string& entries) { return "{" + entries + "}"; };
  const std::string good = entry("a", "F32", "[2,1]", "[0,8]");
  CHECK(parse_safetensors(file_of(header(good), 8), "w").size() == 1);
  CHECK(parse_safetensors(file_of("{}", 0), "w").empty());
  struct Malformed {
    std::string bytes;
    const char* problem;
  };
  const Malformed cases[] = {
      {"short", "header: cut short"},
      {file_of(header(good), 8).substr(0, 30), "header: cut short"},
      {std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10), "bytes long, more than"},
      {file_of("[]", 0), "no JSON object"},
      {file_of("{\"a\":", 0), "not valid JSON"},
      {file_of(header(good + "," + good), 8), "the key a comes twice"},
      {file_of(header("\"a\":3"), 8), "tensor a: needs dtype"},
      {file_of(header(entry("a", "I64", "[1]", "[0,8]")), 8), "tensor a: the type int64 is not read"},
      {file_of(header(entry("a", "F32", "[2,-1]", "[0,8]")), 8), "shape must be a list of whole numbers"},
      {file_of(header(entry("a", "F32", "[1,2,1]", "[0,8]")), 8), "has 3 dimensions"},
      {file_of(header(entry("a", "F32", "[3]", "[0,8]")), 8), "8 bytes of data are not what float32 of the shape (3,)"},
      {file_of(header(entry("a", "F32", "[4294967296,4294967298]", "[0,8]")), 8), "are not what float32"},
      {file_of(header(entry("a", "F32", "[2]", "[0,9]")), 8), "lies at bytes 0 to 9 of the data, which has 8"},
      {file_of(header(entry("a", "F32", "[2]", "[8,0]")), 8), "lies at bytes 8 to 0"},
      {file_of(header(entry("a", "F32", "[2]", "[0]")), 8), "data_offsets must be two numbers"},
      {file_of(header(good + "," + entry("b", "F32", "[1]", "[4,8]")), 8), "tensor b: begins at byte 4"},
      {file_of(header(good + "," + entry("b", "F32", "[1]", "[12,16]")), 16), "tensor b: begins at byte 12"},
      {file_of(header(good), 9), "data: 9 bytes, of which the tensors take 8"},
  };
  for (const auto& malformed : cases) {
    const auto message = problem_of(malformed.bytes);
    CAPTURE(malformed.problem);
    CAPTURE(message);
    CHECK(message.starts_with("w.safetensors: "));
    CHECK(message.find(malformed.problem) != std::string::npos);
  }
  CHECK(message_of<InputError>([] { read_safetensors("absent.safetensors"); }).starts_with("absent.safetensors"));
}

TEST_CASE("safetensors: a damaged file gives its tensors or an error that names it, nothing else") {
  const TemporaryDirectory directory;
  write_safetensors(directory / "w", std::vector<NamedMatrix>{{"a", MatrixD::Ones(2, 3)}, {"b", MatrixD::Ones(1, 2)}},
                    TensorPrecision::f32, std::vector<std::pair<std::string, std::string>>{{"format", "pt"}});
  const std::string whole = contents(directory / "w");
  for (std::size_t length = 0; length < whole.size(); ++length) CHECK(!problem_of(whole.substr(0, length)).empty());
  Random random(3);
  int refused = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::string bytes = whole;
    bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] = static_cast<char>(random.below(256));
    const auto problem = problem_of(bytes);
    CHECK((problem.empty() || problem.starts_with("w.safetensors: ")));
    refused += problem.empty() ? 0 : 1;
  }
  CHECK(refused > 500);
}
