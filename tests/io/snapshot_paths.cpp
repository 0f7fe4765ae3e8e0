#include "core/io/snapshot_paths.h"

#include <doctest/doctest.h>

#include "core/registry/error.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

TEST_CASE("step_in_name: the last number of a file's name, without its ending") {
  CHECK(step_in_name("model_step_00200.npz") == 200);
  CHECK(step_in_name("runs/7/layer2_step15.safetensors") == 15);
  CHECK(step_in_name("9.npy") == 9);
  CHECK(step_in_name("12_last.npz") == 12);
  CHECK(step_in_name("step_9223372036854775807.npz") == 9223372036854775807);
  CHECK(!step_in_name("step_9223372036854775808.npz"));
  CHECK(!step_in_name("H.npz"));
  CHECK(!step_in_name("runs/7/H.npy"));
}

TEST_CASE("newest_course: what a later segment has come to stands for what earlier ones had there") {
  const auto course = [](const std::vector<std::pair<std::int64_t, std::int64_t>>& all) {
    std::vector<SnapshotPath> snapshots;
    for (const auto& [segment, step] : all) {
      SnapshotPath snapshot;
      snapshot.segment = segment;
      snapshot.step = step;
      snapshots.push_back(snapshot);
    }
    std::vector<std::pair<std::int64_t, std::int64_t>> left;
    for (const auto& snapshot : newest_course(std::move(snapshots))) left.emplace_back(snapshot.segment, snapshot.step.value_or(-1));
    return left;
  };
  using Course = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(course({}).empty());
  CHECK(course({{0, 0}, {0, 5}, {0, 9}}) == Course{{0, 0}, {0, 5}, {0, 9}});
  // A restart.
  CHECK(course({{0, 0}, {0, 5}, {0, 9}, {1, 0}, {1, 5}}) == Course{{1, 0}, {1, 5}});
  // A return to the peak at step 5, and one before that.
  CHECK(course({{0, 0}, {0, 5}, {0, 9}, {1, 5}, {1, 7}}) == Course{{0, 0}, {1, 5}, {1, 7}});
  CHECK(course({{0, 0}, {0, 3}, {0, 9}, {1, 5}, {1, 7}, {2, 3}}) == Course{{0, 0}, {2, 3}});
  CHECK(course({{0, 0}, {0, 9}, {1, 0}, {1, 6}, {2, 5}}) == Course{{1, 0}, {2, 5}});
}

TEST_CASE("refuse_without_snapshots: what was saved by PyTorch instead comes with the line that converts it") {
  const TemporaryDirectory directory;
  const auto refused = [&] { return message_of<InputError>([&] { refuse_without_snapshots(directory.path()); }); };
  CHECK(refused().find("has no snapshots") != std::string::npos);
  put(directory / "b.pt", "");
  put(directory / "a.pth", "");
  CHECK(refused().find("a.pth: a file of torch.save()") != std::string::npos);
  CHECK(refused().find("torch.load(") != std::string::npos);
}

TEST_CASE("list_snapshots: by segment, by step and by name, without what is temporary or something else") {
  const TemporaryDirectory directory;
  for (const char* name : {"b_10.npz", "a_9.npy", "a_10.safetensors", "final.npz", "segment_1_step_00000005.npz", ".c_1.npz",
                           "d_2.npz.tmp", "notes.txt", "weights.pt"})
    put(directory / name, "abc");
  std::filesystem::create_directory(directory / "folder_3.npz");
  std::vector<std::string> names;
  for (const auto& snapshot : list_snapshots(directory.path())) {
    names.push_back(snapshot.path.filename().string());
    CHECK(snapshot.bytes == 3);
    CHECK(snapshot.written == std::filesystem::last_write_time(snapshot.path));
  }
  CHECK(names == std::vector<std::string>{"final.npz", "a_9.npy", "a_10.safetensors", "b_10.npz", "segment_1_step_00000005.npz"});

  // What `run --out` leaves has its snapshots in a folder.
  std::filesystem::create_directory(directory / "snapshots");
  CHECK(list_snapshots(directory.path()).empty());
  put(directory / "snapshots/step_00000200.npz", "");
  REQUIRE(list_snapshots(directory.path()).size() == 1);
  CHECK(list_snapshots(directory.path())[0].step == 200);
  CHECK(list_snapshots(directory / "a_9.npy").size() == 1);
  CHECK(message_of<InputError>([&] { list_snapshots(directory / "absent"); }) ==
        (directory / "absent").string() + ": No such file or directory");
}

TEST_CASE("task_file_of: a run's snapshot belongs to the newest task up to its segment, other files to none") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "snapshots");
  const auto of = [&](const std::string& name) {
    const auto path = task_file_of(directory / name);
    return path ? path->filename().string() : std::string();
  };
  CHECK(of("snapshots/step_00000200.npz").empty());
  for (const char* name : {"task.npz", "segment_2_task.npz", "segment_11_task.npz"}) put(directory / name, "");
  CHECK(of("snapshots/step_00000200.npz") == "task.npz");
  CHECK(of("snapshots/segment_1_step_00000200.npz") == "task.npz");
  CHECK(of("snapshots/segment_2_step_00000200.npz") == "segment_2_task.npz");
  CHECK(of("snapshots/segment_10_step_00000200.npz") == "segment_2_task.npz");
  CHECK(of("snapshots/segment_12_step_00000200.npz") == "segment_11_task.npz");
  CHECK(of("snapshots/mine_200.npz").empty());
  CHECK(of("step_00000200.npz").empty());
}
