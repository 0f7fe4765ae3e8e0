#include "core/io/snapshot_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>
#include <string>
#include <string_view>
#include <tuple>

#include "core/io/pickle_refusal.h"
#include "core/registry/error.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSnapshotFolder = "snapshots";
constexpr const char* kRunSnapshot = "step_[0-9]{8,}\\.npz";
constexpr std::string_view kDigits = "0123456789";

bool looks_like_snapshot(const fs::path& path) {
  const std::string ending = path.extension().string();
  return !path.filename().string().starts_with('.') && (ending == ".npz" || ending == ".npy" || ending == ".safetensors");
}

/// The number of the segment in "segment_3_task.npz", "task\\.npz" being the rest; 0 without one, nullopt for other names.
std::optional<std::int64_t> segment_of(const std::string& name, const char* rest) {
  std::smatch match;
  if (!std::regex_match(name, match, std::regex(std::string("(?:segment_([0-9]{1,18})_)?") + rest))) return std::nullopt;
  return match[1].matched ? std::stoll(match[1].str()) : 0;
}

/// What is known of it without opening it; nullopt for what is no file, or has gone meanwhile.
std::optional<SnapshotPath> look_at(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  SnapshotPath snapshot;
  snapshot.path = path;
  snapshot.step = step_in_name(path);
  snapshot.segment = segment_of(path.filename().string(), kRunSnapshot).value_or(0);
  snapshot.bytes = fs::file_size(path, error);
  if (!error) snapshot.written = fs::last_write_time(path, error);
  if (error) return std::nullopt;
  return snapshot;
}

}  // namespace

std::optional<std::int64_t> step_in_name(const fs::path& path) {
  const std::string name = path.stem().string();
  const auto last = name.find_last_of(kDigits);
  if (last == std::string::npos) return std::nullopt;
  const auto before = name.find_last_not_of(kDigits, last);
  const auto first = before == std::string::npos ? 0 : before + 1;
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(name.data() + first, name.data() + last + 1, step);
  if (error != std::errc()) return std::nullopt;
  return step;
}

std::vector<SnapshotPath> list_snapshots(const fs::path& path) {
  const auto fail = [](const fs::path& place, const std::string& problem) {
    throw InputError(fmt::format("{}: {}", place.string(), problem));
  };
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) fail(path, error ? error.message() : "No such file or directory");
  if (!fs::is_directory(status)) {
    const auto snapshot = look_at(path);
    if (!snapshot) fail(path, "is not a regular file");
    return {*snapshot};
  }
  const fs::path folder = fs::is_directory(path / kSnapshotFolder, error) ? path / kSnapshotFolder : path;
  std::vector<SnapshotPath> snapshots;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error))
    if (looks_like_snapshot(entries->path()))
      if (auto snapshot = look_at(entries->path())) snapshots.push_back(std::move(*snapshot));
  if (error) fail(folder, error.message());
  std::sort(snapshots.begin(), snapshots.end(), [](const SnapshotPath& a, const SnapshotPath& b) {
    return std::tie(a.segment, a.step, a.path) < std::tie(b.segment, b.step, b.path);
  });
  return snapshots;
}

void refuse_without_snapshots(const fs::path& path) {
  std::error_code error;
  std::vector<fs::path> pickles;
  for (fs::directory_iterator entries(path, error); !error && entries != fs::directory_iterator(); entries.increment(error))
    if (pickle_of({}, entries->path().extension().string())) pickles.push_back(entries->path());
  if (!pickles.empty()) {
    const auto first = std::min_element(pickles.begin(), pickles.end());
    refuse_pickle(*first, *pickle_of({}, first->extension().string()));
  }
  throw InputError(fmt::format("{}: has no snapshots: no .npz, .npy or .safetensors files", path.string()));
}

std::vector<SnapshotPath> newest_course(std::vector<SnapshotPath> snapshots) {
  // By segment, then by step: what the segments after one begin with, from the last on.
  std::vector<SnapshotPath> course;
  std::optional<std::int64_t> end;
  std::optional<std::int64_t> begin;
  for (std::size_t i = snapshots.size(); i-- > 0;) {
    SnapshotPath& snapshot = snapshots[i];
    if (i + 1 < snapshots.size() && snapshot.segment != snapshots[i + 1].segment && begin)
      end = std::min(*begin, end.value_or(*begin));
    begin = snapshot.step;
    if (!end || snapshot.step < *end) course.push_back(std::move(snapshot));
  }
  std::reverse(course.begin(), course.end());
  return course;
}

std::optional<fs::path> task_file_of(const fs::path& snapshot) {
  std::error_code error;
  const fs::path folder = fs::absolute(snapshot, error).lexically_normal().parent_path();
  if (error || folder.filename() != kSnapshotFolder) return std::nullopt;
  const auto segment = segment_of(snapshot.filename().string(), kRunSnapshot);
  if (!segment) return std::nullopt;
  std::optional<fs::path> newest;
  std::int64_t newest_segment = -1;
  fs::directory_iterator entries(folder.parent_path(), error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const auto of = segment_of(entries->path().filename().string(), "task\\.npz");
    if (!of || *of > *segment || *of < newest_segment) continue;
    newest_segment = *of;
    newest = entries->path();
  }
  return newest;
}

}  // namespace gramscope
