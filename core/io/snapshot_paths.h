#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace gramscope {

/// A file that looks like a snapshot, by its name.
struct SnapshotPath {
  std::filesystem::path path;
  std::optional<std::int64_t> step;  ///< the last number in the file's name: "model_step_00200.npz" 200
  std::int64_t segment = 0;          ///< of a run that began again: "segment_2_step_00000200.npz" 2
  std::uintmax_t bytes = 0;
  std::filesystem::file_time_type written{};
};

/// The last number in a file's name; nullopt where there is none, or one beyond 64 bits.
std::optional<std::int64_t> step_in_name(const std::filesystem::path& path);

/// The .npz, .npy and .safetensors files of a directory, or of its folder "snapshots" where it has one (what `run --out`
/// leaves), by segment, by step (those without one first) and then by name; temporary files (a name that begins with a dot or ends in
/// .tmp) are not among them. Of one file: itself. Throws InputError if there is no such file or directory or it cannot be
/// read.
std::vector<SnapshotPath> list_snapshots(const std::filesystem::path& path);

/// Throws InputError: what is missing in a directory without snapshots, or how to convert what is there instead.
[[noreturn]] void refuse_without_snapshots(const std::filesystem::path& path);

/// The course that a run's window shows at its end: what a later segment has come to again, or for the first time, stands
/// for what earlier ones had of that step and those after it. Files of other programs are all of one segment.
std::vector<SnapshotPath> newest_course(std::vector<SnapshotPath> snapshots);

/// The task.npz that a run wrote for a snapshot of its own, DIR/snapshots/step_00000200.npz; nullopt for other files. In
/// a later segment of a run it is the newest one up to that segment.
std::optional<std::filesystem::path> task_file_of(const std::filesystem::path& snapshot);

}  // namespace gramscope
