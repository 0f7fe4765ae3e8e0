#include "core/io/run_output.h"

#include <doctest/doctest.h>

#include "core/io/metrics_csv.h"
#include "core/io/npz.h"
#include "core/registry/error.h"
#include "tests/io/sample_run.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;
namespace fs = std::filesystem;

namespace {

const Preset kPreset{"mine", "T", "S.", small_config(30)};

void run_into(const fs::path& directory, bool restart = false) {
  RunOutput output(directory, kPreset);
  Engine engine(kPreset.config, kPreset.name, [&](const Event& event) { output.on(event); });
  engine.advance(12);
  if (restart) engine.apply(Restart{});
  engine.advance(100);
  output.finish(engine);
}

const Array* array_named(const std::vector<NamedArray>& arrays, const std::string& name) {
  for (const auto& array : arrays)
    if (array.name == name) return &array.array;
  return nullptr;
}

}  // namespace

TEST_CASE("RunOutput: a row and a snapshot for every recorded step, and a session that repeats the run") {
  const TemporaryDirectory directory;
  run_into(directory / "a");
  std::vector<Record> records;
  {
    Engine engine(kPreset.config, kPreset.name);
    engine.advance(30);
    records = engine.records();
  }
  CHECK(contents(directory / "a/metrics.csv") == metrics_csv(records));
  for (const auto& record : records) {
    char name[32];
    std::snprintf(name, sizeof name, "step_%08d.npz", static_cast<int>(record.step()));
    CHECK(fs::exists(directory / "a/snapshots" / name));
  }
  CHECK(count_entries(directory / "a/snapshots") == records.size());
  CHECK(fs::exists(directory / "a/weights.safetensors"));
  CHECK(count_entries(directory / "a") == 5);
  const auto session = load_session((directory / "a/session.toml").string());
  CHECK(session.preset.config == kPreset.config);
  CHECK(session.ticks == 30);
  CHECK(session.commands.empty());
}

TEST_CASE("RunOutput: what is learned is written once for every task, as SciPy reads a sparse matrix") {
  const TemporaryDirectory directory;
  RunOutput output(directory / "a", kPreset);
  Engine engine(kPreset.config, kPreset.name, [&](const Event& event) { output.on(event); });
  engine.apply(Restart{});
  CHECK(!fs::exists(directory / "a/segment_1_task.npz"));
  const auto arrays = read_npz(directory / "a/task.npz");
  const Task& task = *engine.task();
  const auto reals = [&](const char* name) {
    return std::get<std::vector<double>>(array_named(arrays, name)->values);
  };
  const auto integers = [&](const char* name) {
    return std::get<std::vector<std::int64_t>>(array_named(arrays, name)->values);
  };
  CHECK(reals("P_data") == task.targets.probability);
  CHECK(integers("P_indices") == std::vector<std::int64_t>(task.targets.word.begin(), task.targets.word.end()));
  CHECK(integers("P_indptr").size() == static_cast<std::size_t>(task.contexts) + 1);
  CHECK(integers("P_shape") == std::vector<std::int64_t>{task.words, task.contexts});
  CHECK(reals("pi") == std::vector<double>(task.weight.begin(), task.weight.end()));
  CHECK(std::get<std::vector<std::string>>(array_named(arrays, "words")->values) == task.word_names);
  engine.apply(SetParameter{"task.values", Value{std::int64_t{3}}});
  CHECK(std::get<std::vector<std::string>>(
            array_named(read_npz(directory / "a/segment_2_task.npz"), "contexts")->values) ==
        engine.task()->context_names);
}

TEST_CASE("RunOutput: a snapshot has a row per context, in the task's order") {
  const TemporaryDirectory directory;
  run_into(directory.path());
  const auto arrays = read_npz(directory / "snapshots/step_00000000.npz");
  Engine engine(kPreset.config, kPreset.name);
  const auto embeddings = engine.embeddings();
  using Shape = std::vector<std::size_t>;
  REQUIRE(array_named(arrays, "H") != nullptr);
  CHECK(array_named(arrays, "H")->shape == Shape{4, 4});
  CHECK(std::get<std::vector<double>>(array_named(arrays, "H")->values)[1] == embeddings->h(1, 0));
  CHECK(std::get<std::vector<double>>(array_named(arrays, "W")->values)[1] == embeddings->w(0, 1));
  CHECK(array_named(arrays, "labels")->shape == Shape{4});
  CHECK(array_named(arrays, "factors")->shape == Shape{4, 2});
  CHECK(std::get<std::vector<std::int64_t>>(array_named(arrays, "factors")->values)[3] ==
        engine.task()->factors[1].value[1]);
  CHECK(std::get<std::vector<std::string>>(array_named(arrays, "names")->values) ==
        engine.task()->context_names);
  CHECK(std::get<std::vector<std::string>>(array_named(arrays, "factor_names")->values)[0] ==
        engine.task()->factors[0].name);
  CHECK(array_named(arrays, "step")->shape.empty());
}

TEST_CASE("RunOutput: restarts get files of their own") {
  const TemporaryDirectory directory;
  run_into(directory.path(), true);
  CHECK(fs::exists(directory / "snapshots/step_00000012.npz"));
  CHECK(fs::exists(directory / "snapshots/segment_1_step_00000000.npz"));
  CHECK(fs::exists(directory / "snapshots/segment_1_step_00000030.npz"));
  CHECK(contents(directory / "metrics.csv").find("\n1,30,") != std::string::npos);
  CHECK(load_session((directory / "session.toml").string()).commands.size() == 1);
}

TEST_CASE("RunOutput: the branches of a run before are removed, and nothing else that is there") {
  const TemporaryDirectory directory;
  for (const auto* branch : {"1", "12", "mine"}) {
    const auto run = directory / "out/branches" / branch;
    fs::create_directories(run / "snapshots");
    for (const auto* file : {"metrics.csv", "session.toml", "weights.safetensors", "segment_1_task.npz",
                             "snapshots/step_00000012.npz", "snapshots/segment_1_step_00000000.npz"})
      put(run / file, "of a run before");
  }
  put(directory / "out/branches/12/snapshots/notes.txt", "mine");
  fs::create_directory(directory / "out/branches/2");
  const auto mine = count_entries(directory / "out/branches/mine");
  RunOutput(directory / "out", kPreset);
  CHECK(!fs::exists(directory / "out/branches/1"));
  CHECK(!fs::exists(directory / "out/branches/2"));
  CHECK(count_entries(directory / "out/branches/12") == 1);
  CHECK(count_entries(directory / "out/branches/12/snapshots") == 1);
  CHECK(count_entries(directory / "out/branches/mine") == mine);
  fs::remove_all(directory / "out/branches/12");
  fs::remove_all(directory / "out/branches/mine");
  RunOutput(directory / "out", kPreset);
  CHECK(!fs::exists(directory / "out/branches"));
}

TEST_CASE("RunOutput: a table completed when L_mm is there is the table of a run that had it from the start") {
  const TemporaryDirectory directory;
  run_into(directory / "at_once", true);
  {
    RunOutput output(directory / "beside", kPreset);
    EngineHooks hooks;
    hooks.listener = [&](const Event& event) { output.on(event); };
    hooks.solve_max_margin = [](std::shared_ptr<const TaskTheory> theory) { return solve_max_margin_beside(std::move(theory)); };
    Engine engine(kPreset.config, kPreset.name, std::move(hooks));
    engine.advance(12);
    engine.apply(Restart{});
    engine.advance(100);
    engine.complete_theory();
    output.finish(engine);
  }
  const auto table = contents(directory / "beside/metrics.csv");
  CHECK(table == contents(directory / "at_once/metrics.csv"));
  CHECK(table.find("sim_h_mm") != std::string::npos);
}

TEST_CASE("RunOutput: rows that are measured again are in the table with the next step") {
  const TemporaryDirectory directory;
  RunOutput output(directory.path(), kPreset);
  const auto add = [&](std::int64_t step) {
    Record record;
    record.at_step = step;
    record.metrics.add("x", 1.0);
    record.embeddings = Engine(kPreset.config, kPreset.name).embeddings();
    output.on(Recorded{record, false});
  };
  for (std::int64_t step = 0; step < 20; ++step) add(step);
  Metrics metrics;
  metrics.add("x", 7.5);
  output.on(Remeasured{0, 3, metrics});
  output.on(Remeasured{1, 4, metrics});  // not a step of this run: nothing
  add(20);
  const auto table = contents(directory / "metrics.csv");
  CHECK(table.find("\n0,3,7.5\n") != std::string::npos);
  CHECK(table.find("\n0,4,1\n") != std::string::npos);
  CHECK(table.find("\n0,20,1\n") != std::string::npos);
}

TEST_CASE("RunOutput: two runs of the same preset write the same bytes") {
  const TemporaryDirectory directory;
  run_into(directory / "a");
  run_into(directory / "b");
  for (const auto& entry : fs::recursive_directory_iterator(directory / "a")) {
    if (!entry.is_regular_file()) continue;
    CAPTURE(entry.path().string());
    CHECK(contents(entry.path()) == contents(directory / "b" / fs::relative(entry.path(), directory / "a")));
  }
}

TEST_CASE("RunOutput: of a directory in use only a previous run's files go away") {
  const TemporaryDirectory directory;
  fs::create_directories(directory /
                         "snapshots/step_00000999.npz");  // a directory of that name is nobody's snapshot
  for (const char* kept :
       {"notes.txt", "my_task.npz", "snapshots/mine.npz", "snapshots/step_7.npz", "snapshots/step_00000999.npz.bak"})
    put(directory / kept, kept);
  for (const char* old :
       {"metrics.csv", "segment_3_task.npz", "snapshots/step_00012345.npz", "snapshots/segment_3_step_00000000.npz",
        ".metrics.csv.gramscope-12-3.tmp", "snapshots/.step_00000001.npz.gramscope-12-4.tmp"})
    put(directory / old, "old");
  run_into(directory.path());
  for (const char* kept :
       {"notes.txt", "my_task.npz", "snapshots/mine.npz", "snapshots/step_7.npz", "snapshots/step_00000999.npz.bak"})
    CHECK(contents(directory / kept) == kept);
  CHECK(fs::is_directory(directory / "snapshots/step_00000999.npz"));
  CHECK(!fs::exists(directory / "segment_3_task.npz"));
  CHECK(!fs::exists(directory / "snapshots/step_00012345.npz"));
  CHECK(!fs::exists(directory / "snapshots/segment_3_step_00000000.npz"));
  CHECK(!fs::exists(directory / ".metrics.csv.gramscope-12-3.tmp"));
  CHECK(!fs::exists(directory / "snapshots/.step_00000001.npz.gramscope-12-4.tmp"));
  CHECK(contents(directory / "metrics.csv") != "old");
}

TEST_CASE("RunOutput: a directory that cannot be one is a usage error, one that cannot be made a failure") {
  const TemporaryDirectory directory;
  put(directory / "file", "x");
  CHECK_THROWS_AS(RunOutput(directory / "file", kPreset), UsageError);
  CHECK_THROWS_AS(RunOutput(directory / "file/below", kPreset), RuntimeError);
  CHECK(contents(directory / "file") == "x");
}
