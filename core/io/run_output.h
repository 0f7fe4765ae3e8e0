#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/io/session.h"
#include "core/train/engine.h"

namespace gramscope {

/// What a run leaves behind in a directory: metrics.csv, a snapshot of every recorded step
/// (snapshots/step_00000200.npz, after a restart snapshots/segment_1_step_00000200.npz), task.npz, what was learned (after
/// a change of task also segment_1_task.npz), weights.safetensors, the parameters at the end, and session.toml, from which
/// `run` repeats it. Snapshots are written as steps are recorded, the table now and then, all of it by finish().
class RunOutput {
 public:
  /// Makes the directory where there is none and removes the files of a previous run and of its branches (the directories
  /// branches/1, branches/2, ...), also what it left half written when it was killed, nothing else. Throws UsageError if `directory` is something else than a directory, RuntimeError if it cannot be written.
  RunOutput(std::filesystem::path directory, const Preset& preset);

  /// To be called with every event of the engine, in order. Throws RuntimeError if a file cannot be written.
  void on(const Event& event);

  /// Completes the files with the engine's own list of records and commands.
  void finish(const Engine& engine);

 private:
  void add(const Recorded& recorded);
  void adopt(const ConfigChanged& changed);
  void add(const Remeasured& remeasured);

  std::filesystem::path directory_;
  Session session_;
  std::shared_ptr<const Task> task_;
  std::vector<Record> records_;
  std::size_t next_table_ = 1;   ///< the number of records at which the table is written again
  bool is_table_stale_ = false;  ///< rows that it has were measured again
};

}  // namespace gramscope
