#include "core/io/embedding_file.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <numeric>

#include "core/io/npz.h"
#include "core/io/run_output.h"
#include "core/io/safetensors.h"
#include "core/io/snapshot_file.h"
#include "core/io/task_file.h"
#include "core/metrics/measure.h"
#include "core/registry/error.h"
#include "tests/io/python.h"
#include "tests/io/sample_run.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

MatrixD counted_rows(Index rows, Index cols) {
  MatrixD matrix(rows, cols);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) matrix(i, j) = static_cast<double>(i * cols + j) / 7.0;
  return matrix;
}

Array labels_of(std::vector<std::int64_t> labels) {
  const std::size_t count = labels.size();
  return integer_array(std::move(labels), {count});
}

std::shared_ptr<Embeddings> read_arrays(const std::filesystem::path& path, const std::vector<NamedArray>& arrays,
                                        const Embeddings* before = nullptr) {
  write_npz(path, arrays);
  return read_embedding_file(path, before).embeddings;
}

std::vector<std::string> texts_from_zero(Index count) {
  std::vector<std::string> texts;
  for (Index i = 0; i < count; ++i) texts.push_back(std::to_string(i));
  return texts;
}

}  // namespace

TEST_CASE("read_embedding_file: H alone has samples without labels, named by their numbers") {
  const TemporaryDirectory directory;
  const MatrixD h = counted_rows(5, 3);
  put(directory / "run_7_step_0042.npy", npy_bytes(matrix_array(h)));
  const auto file = read_embedding_file(directory / "run_7_step_0042.npy");
  const Embeddings& read = *file.embeddings;
  CHECK(read.h == h.transpose());
  CHECK(read.w.rows() == 0);
  CHECK(read.w.cols() == 3);
  CHECK(read.bias.size() == 0);
  CHECK(read.step == 42);
  CHECK(read.task->kind == "recording");
  CHECK(read.task->contexts == 5);
  CHECK(read.task->words == 0);
  CHECK(read.task->context_names == texts_from_zero(5));
  CHECK(!read.task->has_targets());
  CHECK(!read.task->is_one_hot());
  CHECK(read.task->targets.columns() == 5);
  CHECK(read.task->weight == VectorD::Constant(5, 0.2));
  CHECK(read.task->semantic_kernel.size() == 0);
  CHECK(file.facts == std::vector<std::pair<std::string, std::string>>{{"H", "5 × 3, float64"}});
}

TEST_CASE("read_embedding_file: every array is taken in, whatever its name of two") {
  const TemporaryDirectory directory;
  const MatrixD h = counted_rows(4, 2);
  const MatrixD w = -counted_rows(3, 2);
  for (const bool is_other : {false, true}) {
    const auto read = read_arrays(directory / "s.npz",
                                  {{is_other ? "embeddings" : "H", matrix_array(h)},
                                   {"W", matrix_array(w)},
                                   {"b", real_array({0.5, -1.0, 2.0})},
                                   {is_other ? "y" : "labels", labels_of({2, 0, 0, 2})},
                                   {"factors", integer_array({7, -1, 3, -1, 7, 0, 3, 0}, {4, 2})},
                                   {"factor_names", text_array({"tens", "sign"})},
                                   {"names", text_array({"a", "größer", "", "🟥"})},
                                   {"word_names", text_array({"x", "y", "z"})},
                                   {"step", integer_array({900}, {})},
                                   {"smoothing", {{}, std::vector<double>{0.25}}},
                                   {"penalty", {{1}, std::vector<float>{1.5f}}},
                                   {"other", matrix_array(w)}});
    const Task& task = *read->task;
    CHECK(read->h == h.transpose());
    CHECK(read->w == w);
    CHECK(std::vector<double>(read->bias.begin(), read->bias.end()) == std::vector<double>{0.5, -1.0, 2.0});
    CHECK(read->step == 900);
    CHECK(read->smoothing == 0.25);
    CHECK(read->penalty == 1.5);
    CHECK(task.words == 3);
    CHECK(task.labels == std::vector<int>{2, 0, 0, 2});
    CHECK(task.is_one_hot());
    CHECK(task.entropy_floor == 0.0);
    CHECK(task.targets.word == std::vector<Index>{2, 0, 0, 2});
    CHECK(task.context_names == std::vector<std::string>{"a", "größer", "", "🟥"});
    CHECK(task.word_names == std::vector<std::string>{"x", "y", "z"});
    REQUIRE(task.factors.size() == 2);
    CHECK(task.factors[0].name == "tens");
    CHECK(task.factors[0].value_names == std::vector<std::string>{"3", "7"});
    CHECK(task.factors[0].value == std::vector<int>{1, 0, 1, 0});
    CHECK(task.factors[1].value_names == std::vector<std::string>{"-1", "0"});
    CHECK(task.factors[1].value == std::vector<int>{0, 0, 1, 1});
  }
}

TEST_CASE("read_embedding_file: one matrix may have any name, and labels say how many classes there are without W") {
  const TemporaryDirectory directory;
  const auto read = read_arrays(directory / "s.npz", {{"layer.11.output", matrix_array(counted_rows(3, 2))},
                                                      {"losses", real_array({1.0, 2.0})},
                                                      {"factors", labels_of({0, 5, 0})},
                                                      {"labels", labels_of({4, 0, 4})}});
  CHECK(read->h.cols() == 3);
  CHECK(read->task->words == 5);
  CHECK(read->task->word_names == texts_from_zero(5));
  REQUIRE(read->task->factors.size() == 1);
  CHECK(read->task->factors[0].name == "factor_0");
  CHECK(read->task->factors[0].value == std::vector<int>{0, 1, 0});
}

TEST_CASE("read_embedding_file: a later snapshot has what it lacks from the earlier, and its task where nothing differs") {
  const TemporaryDirectory directory;
  const NamedArray h{"H", matrix_array(counted_rows(3, 2))};
  const NamedArray labels{"labels", labels_of({1, 0, 1})};
  const NamedArray w{"W", matrix_array(counted_rows(4, 2))};
  const auto path = directory / "s.npz";
  const auto first = read_arrays(path, {h, labels, w, {"names", text_array({"a", "b", "c"})}, {"factors", labels_of({1, 2, 1})},
                                        {"factor_names", text_array({"kind"})}});
  CHECK(read_arrays(path, {h}, first.get())->task == first->task);
  CHECK(read_arrays(path, {h, labels}, first.get())->task == first->task);
  CHECK(read_arrays(path, {h, labels, w, {"factors", labels_of({1, 2, 1})}}, first.get())->task == first->task);

  const auto relabelled = read_arrays(path, {h, {"labels", labels_of({1, 1, 1})}}, first.get())->task;
  CHECK(relabelled != first->task);
  CHECK(relabelled->labels == std::vector<int>{1, 1, 1});
  CHECK(relabelled->words == 4);
  CHECK(relabelled->context_names == first->task->context_names);
  CHECK(relabelled->factors[0].name == "kind");

  const auto fewer = [&] { read_arrays(path, {{"H", matrix_array(counted_rows(2, 2))}}, first.get()); };
  CHECK(message_of<InputError>(fewer) ==
        path.string() + ": H: has 2 rows, and the snapshot before it 3: the samples must be the same");
  const auto narrow = [&] { read_arrays(path, {h, {"W", matrix_array(counted_rows(1, 2))}}, first.get()); };
  CHECK(message_of<InputError>(narrow) ==
        path.string() + ": W: has 1 rows, and the samples' words, of an earlier snapshot, go up to 1");
}

TEST_CASE("read_embedding_file: hears that it is to stop") {
  const TemporaryDirectory directory;
  const auto path = directory / "s.npz";
  write_npz(path, std::vector<NamedArray>{{"H", matrix_array(counted_rows(300, 1000))}});
  std::stop_source stop;
  TaskWork work;
  work.stop = stop.get_token();
  std::vector<double> shares;
  work.report = [&](double share, std::string_view what) {
    CHECK(what.find("Reading") == 0);
    shares.push_back(share);
    if (shares.size() == 3) stop.request_stop();
  };
  CHECK_THROWS_AS(read_embedding_file(path, nullptr, nullptr, work), Cancelled);
  CHECK(shares.size() == 3);
  CHECK(shares[0] == 0.0);
  CHECK(shares[1] < shares[2]);
  CHECK(shares[2] < 1.0);
}

TEST_CASE("read_embedding_file: NumPy and PyTorch write every type, order and compression, and it is read to the bit") {
  const auto python = python_with_numpy();
  if (python.empty()) {
    MESSAGE("python3 has no numpy here: not compared");
    return;
  }
  const TemporaryDirectory directory;
  REQUIRE(run_script(python, "embedding_exchange.py", directory.path().string()) == 0);
  const auto expected = read_npz(directory / "expected.npz");
  CHECK(expected.size() > 80);
  for (const auto& [name, array] : expected) {
    CAPTURE(name);
    const auto read = read_embedding_file(directory / name).embeddings;
    REQUIRE(std::vector<std::size_t>{static_cast<std::size_t>(read->h.cols()), static_cast<std::size_t>(read->h.rows())} ==
            array.shape);
    const auto& values = std::get<std::vector<double>>(array.values);
    const Eigen::Map<const MatrixD> columns(values.data(), read->h.rows(), read->h.cols());
    // By bits: -0.0 and 0.0 are two numbers here.
    CHECK(std::equal(values.begin(), values.end(), read->h.data(), [](double a, double b) {
      return a == b && std::signbit(a) == std::signbit(b);
    }));
    if (name.starts_with("large")) CHECK(read->w == MatrixD(columns.leftCols(50).transpose()));
    if (name.starts_with("zip64") || name.starts_with("piped") || name.starts_with("notes")) {
      CHECK(read->task->context_names == std::vector<std::string>{"a", "größer", "🟥", ""});
      CHECK(read->task->labels == std::vector<int>{0, 2, 1, 0});
      CHECK(read->step == 70);
    }
    if (name == "BF16.safetensors") CHECK(read->step == 1200);
  }
}

TEST_CASE("read_embedding_file: a file that is wrong in one way is refused with its own message") {
  const TemporaryDirectory directory;
  REQUIRE(run_script("python3", "bad_files.py", directory.path().string()) == 0);
  std::ifstream problems(directory / "problems.txt");
  int refused = 0;
  for (std::string line; std::getline(problems, line); ++refused) {
    const auto tab = line.find('\t');
    const auto path = directory / line.substr(0, tab);
    const auto message = message_of<InputError>([&] { read_embedding_file(path); });
    CAPTURE(line);
    CAPTURE(message);
    CHECK(message.starts_with(path.string() + ": "));
    CHECK(message.find(line.substr(tab + 1)) != std::string::npos);
  }
  CHECK(refused > 150);
}

TEST_CASE("read_embedding_file: a damaged file gives the embeddings or an error that names it, nothing else") {
  const TemporaryDirectory directory;
  const auto path = directory / "s";
  const MatrixD h = counted_rows(3, 2);
  write_npz(directory / "stored", std::vector<NamedArray>{{"H", matrix_array(h)}}, Compression::stored);
  write_npz(directory / "deflated", std::vector<NamedArray>{{"H", matrix_array(h)}, {"labels", labels_of({0, 1, 1})}});
  write_safetensors(directory / "tensors", std::vector<NamedMatrix>{{"H", h}}, TensorPrecision::f64, {});
  put(directory / "array", npy_bytes(matrix_array(h)));
  for (const char* name : {"stored", "deflated", "tensors", "array"}) {
    CAPTURE(name);
    const auto whole = contents(directory / name);
    const bool is_checked = std::string(name) != "tensors" && std::string(name) != "array";  // by a checksum
    const auto try_to_read = [&](const std::string& bytes) {
      put(path, bytes);
      try {
        const auto read = read_embedding_file(path);
        if (is_checked) CHECK(read.embeddings->h == h.transpose());
        return false;
      } catch (const InputError& error) {
        CHECK(std::string(error.what()).starts_with(path.string() + ": "));
        return true;
      }
    };
    std::size_t refused = 0;
    for (std::size_t length = 0; length < whole.size(); ++length) refused += try_to_read(whole.substr(0, length)) ? 1 : 0;
    CHECK(refused + 22 >= whole.size());  // an archive's last record
    refused = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      auto bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
      refused += try_to_read(bytes) ? 1 : 0;
    }
    CHECK(refused > whole.size() / 5);
  }
}

namespace {

/// Whether a run's files, read back, are measured to what the run recorded.
void check_run(const Config& config) {
  const TemporaryDirectory directory;
  EngineHooks hooks;
  Engine engine(config, "mine", hooks);
  engine.advance(30);
  engine.complete_theory();
  const Record& record = engine.records().back();
  const auto path = directory / "snapshots" / "step_00000030.npz";
  std::filesystem::create_directory(directory / "snapshots");
  write_snapshot(path, *record.embeddings);
  write_task(directory / "task.npz", *engine.task());

  const auto task_path = task_file_of(path);
  REQUIRE(task_path);
  const auto targets = read_task(*task_path);
  const auto read = read_embedding_file(path, nullptr, targets.get()).embeddings;
  CHECK(read->h == record.embeddings->h);
  CHECK(read->w == record.embeddings->w);
  CHECK(read->step == record.step());
  CHECK(read->penalty == record.embeddings->penalty);
  CHECK(read->smoothing == record.embeddings->smoothing);
  CHECK(read->task->entropy_floor == engine.task()->entropy_floor);
  CHECK(read->task->ridge_limit == engine.task()->ridge_limit);
  CHECK(read->task->word_names == engine.task()->word_names);
  read->theory = make_task_theory(read->task);
  read->max_margin = record.embeddings->max_margin;
  read->max_margin_missing = record.embeddings->max_margin_missing;
  const auto measured = measure(*read);
  REQUIRE(measured.values().size() == record.metrics.values().size());
  for (const auto& metric : record.metrics.values()) {
    CAPTURE(metric.key);
    const auto* again = measured.find(metric.key);
    REQUIRE(again != nullptr);
    CHECK(again->undefined == metric.undefined);
    if (metric.is_defined()) CHECK(again->value == metric.value);
  }
  CHECK(read_embedding_file(path, read.get(), targets.get()).embeddings->task == read->task);
}

}  // namespace

TEST_CASE("read_embedding_file: a run's own snapshots are measured to the bit as the run measured them") {
  auto one_hot = small_config(30);
  one_hot.set("reg.smoothing", Value{0.1});
  check_run(resolve(one_hot));
  Config soft;
  soft.set("task.kind", Value{std::string("support")});
  soft.set("model.d", Value{std::int64_t{4}});
  soft.set("run.steps", Value{std::int64_t{30}});
  check_run(resolve(soft));
}
