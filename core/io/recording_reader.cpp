#include "core/io/recording_reader.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/io/recording_task.h"
#include "core/io/task_file.h"
#include "core/theory/max_margin_work.h"
#include "core/train/max_margin_policy.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostKnownTasks = 8;  ///< each may have the names of thousands of samples

/// Stands for an earlier snapshot: what is taken over from it is its task.
Embeddings stand_in(const std::shared_ptr<const Task>& task) {
  Embeddings embeddings;
  embeddings.task = task;
  embeddings.h = MatrixD(0, task->contexts);
  return embeddings;
}

}  // namespace

const RecordingReader::Known& RecordingReader::know(const std::shared_ptr<const Task>& task, const TaskWork& work) {
  const auto found = std::find_if(known_.begin(), known_.end(), [&](const Known& known) {
    return known.task == task || is_same_recording_task(*known.task, *task);
  });
  if (found != known_.end()) return *found;
  Known known;
  known.task = task;
  if (task->has_targets()) known.theory = make_task_theory(task);
  known.max_margin_missing = max_margin_left_out(*task);
  if (known.max_margin_missing.empty()) {
    const auto solving = solve_max_margin_now(known.theory, work);
    known.max_margin = solving->result();
    known.max_margin_missing = solving->failure();
  }
  if (known_.size() == kMostKnownTasks) known_.erase(known_.begin());
  known_.push_back(std::move(known));
  return known_.back();
}

std::shared_ptr<const Task> RecordingReader::targets_of(const fs::path& snapshot) {
  const auto path = task_file_of(snapshot);
  if (!path) return nullptr;
  std::error_code unknown;
  const auto written = fs::last_write_time(*path, unknown);
  Targets& targets = targets_[*path];
  if (targets.task == nullptr || unknown || targets.written != written) targets = {written, read_task(*path)};
  return targets.task;
}

std::shared_ptr<const Embeddings> RecordingReader::read(
    RecordingCourse& course, RecordedFile& file, const TaskWork& work,
    const std::function<void(const std::vector<RecordedFile*>&)>& duplicates) {
  const auto targets = targets_of(file.found.path);
  // What the file says of its step may give it another one to take over from, once.
  for (int attempt = 0;; ++attempt) {
    const auto inherited = course.task_before(file);
    const Embeddings before = inherited != nullptr ? stand_in(inherited) : Embeddings();
    EmbeddingFile read =
        read_embedding_file(file.found.path, inherited != nullptr ? &before : nullptr, targets.get(), work);
    const Known& known = know(read.embeddings->task, work);
    read.embeddings->task = known.task;
    read.embeddings->theory = known.theory;
    read.embeddings->max_margin = known.max_margin;
    read.embeddings->max_margin_missing = known.max_margin_missing;
    file.facts = std::move(read.facts);
    duplicates(course.adopt(file, known.task, read.own_step, inherited));
    const auto now_inherited = course.task_before(file);
    if (attempt == 0 && now_inherited != inherited && now_inherited != known.task) continue;
    read.embeddings->step = course.step_of(file);
    return read.embeddings;
  }
}

}  // namespace gramscope
