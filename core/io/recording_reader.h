#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/io/recording_course.h"
#include "core/tasks/task_work.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// Reads the snapshots of one recording: with what they take over from the one before them, the theory of
/// their task, made once for each, and L_mm where it has a closed form. Tasks that say the same are one
/// object.
class RecordingReader {
 public:
  /// The embeddings of a file, at its step in the course, which takes in what there is to know of it;
  /// `duplicates` hears of the files that are found to have the step of another. Throws what
  /// read_embedding_file() throws.
  std::shared_ptr<const Embeddings> read(
      RecordingCourse& course, RecordedFile& file, const TaskWork& work,
      const std::function<void(const std::vector<RecordedFile*>&)>& duplicates);

 private:
  /// A task, and what is known of it.
  struct Known {
    std::shared_ptr<const Task> task;
    std::shared_ptr<const TaskTheory> theory;
    std::shared_ptr<const MaxMarginTheory> max_margin;
    std::string max_margin_missing;
  };
  /// A run's own task, as its file was.
  struct Targets {
    std::filesystem::file_time_type written{};
    std::shared_ptr<const Task> task;
  };

  const Known& know(const std::shared_ptr<const Task>& task, const TaskWork& work);
  std::shared_ptr<const Task> targets_of(const std::filesystem::path& snapshot);

  std::vector<Known> known_;
  std::map<std::filesystem::path, Targets> targets_;
};

}  // namespace gramscope
