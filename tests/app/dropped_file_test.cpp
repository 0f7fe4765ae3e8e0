#include "app/dropped_file.h"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "core/registry/error.h"
#include "tests/app/fake_recording.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

/// A file with these bytes, gone with the object.
class File {
 public:
  File(const std::string& name, const std::string& bytes) : path_(std::filesystem::temp_directory_path() / name) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~File() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("looks_like_text: UTF-8 without zero bytes is text, even cut off in the middle of a character") {
  CHECK(looks_like_text(File("gramscope_drop_1.txt", "Es war einmal ein Kätzchen.").path()));
  std::string long_text(65'535, 'a');
  CHECK(looks_like_text(File("gramscope_drop_2.txt", long_text + "ä and so on").path()));
}

TEST_CASE("looks_like_text: nothing, zero bytes and broken sequences are not") {
  CHECK_FALSE(looks_like_text(File("gramscope_drop_3.txt", "").path()));
  CHECK_FALSE(looks_like_text(File("gramscope_drop_4.bin", std::string("PK\0\3", 4)).path()));
  CHECK_FALSE(looks_like_text(File("gramscope_drop_5.bin", "\x89PNG and more").path()));
  CHECK_FALSE(looks_like_text(File("gramscope_drop_6.bin", "K\xe4tzchen in Latin-1").path()));
  CHECK_THROWS_AS(looks_like_text("/nowhere/at/all.txt"), InputError);
}

TEST_CASE("open_dropped_file: a preset is loaded by its path, and what cannot be taken is said") {
  Config config;
  config.set("task.factors", std::int64_t{2});
  Observatory observatory(config, "small", false, SetSpeed{});
  std::string loaded;
  ExperimentSource source;
  source.load = [&](Observatory&, const std::string& name) {
    loaded = name;
    if (name.find("broken") != std::string::npos) throw InputError(name + ":3: nonsense");
  };
  const File preset("gramscope_drop_7.toml", "format = 1");
  open_dropped_file(observatory, source, preset.path());
  CHECK(loaded == preset.path().string());
  const auto answer_to = [&](const std::filesystem::path& path) {
    open_dropped_file(observatory, source, path);
    return observatory.message() == nullptr ? std::string() : observatory.message()->text;
  };
  CHECK(answer_to(File("gramscope_drop_broken.toml", "?").path()).find(":3: nonsense") != std::string::npos);
  const auto about_picture = answer_to(File("gramscope_drop_8.png", std::string("\x89PNG\0", 5)).path());
  CHECK(about_picture.find("gramscope_drop_8.png") != std::string::npos);
  CHECK(about_picture.find("preset or session") != std::string::npos);
}

TEST_CASE("looks_like_snapshots: arrays by their endings, and directories") {
  CHECK(looks_like_snapshots("probe/step_200.npz"));
  CHECK(looks_like_snapshots("h.npy"));
  CHECK(looks_like_snapshots("model.safetensors"));
  CHECK(looks_like_snapshots("model.pt"));  // whoever reads it says how to convert it
  CHECK(looks_like_snapshots(std::filesystem::temp_directory_path()));
  CHECK_FALSE(looks_like_snapshots("collapse.toml"));
  CHECK_FALSE(looks_like_snapshots("story.txt"));
  CHECK_FALSE(looks_like_snapshots("/nowhere/at/all"));
}

TEST_CASE("open_dropped_file: arrays and directories are opened as recordings, a text beside one begins from the defaults") {
  Config config;
  config.set("task.factors", std::int64_t{2});
  Observatory observatory(config, "small", false, SetSpeed{});
  ExperimentSource source;
  std::string opened;
  source.open_recording = [&](const std::filesystem::path& path) -> std::unique_ptr<RunSource> {
    opened = path.string();
    if (path.extension() == ".pt") throw InputError(path.filename().string() + ": convert it");
    auto recording = std::make_unique<FakeRecording>(RecordingPlan{}, std::make_shared<FakeRecording::Log>());
    recording->finish_reading();
    return recording;
  };
  const File model("gramscope_drop_9.pt", "PK");
  open_dropped_file(observatory, source, model.path());
  REQUIRE(observatory.message() != nullptr);
  CHECK(observatory.message()->text == "gramscope_drop_9.pt: convert it");
  CHECK_FALSE(observatory.is_opening());

  open_dropped_file(observatory, source, std::filesystem::temp_directory_path());
  CHECK(opened == std::filesystem::temp_directory_path().string());
  observatory.update();
  CHECK(observatory.is_recording());

  std::string story;
  for (int i = 0; i < 400; ++i) story += "the cat sat on the mat. a dog ran to the cat. ";
  const File text("gramscope_drop_10.txt", story);
  open_dropped_file(observatory, source, text.path());
  CHECK(observatory.is_opening());
  for (int i = 0; i < 4000 && observatory.is_opening(); ++i) {
    observatory.update();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK_FALSE(observatory.is_recording());
  CHECK(observatory.config().text("task.path") == text.path().string());
}
