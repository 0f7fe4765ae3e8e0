#include "core/io/task_file.h"

namespace gramscope {

namespace {

Array index_array(const std::vector<Index>& values) {
  return integer_array({values.begin(), values.end()}, {values.size()});
}

}  // namespace

std::vector<NamedArray> task_arrays(const Task& task) {
  const auto& targets = task.targets;
  return {{"P_data", real_array(targets.probability)},
          {"P_indices", index_array(targets.word)},
          {"P_indptr", index_array(targets.begin)},
          {"P_shape", index_array({task.words, task.contexts})},
          {"pi", real_array({task.weight.begin(), task.weight.end()})},
          {"contexts", text_array(task.context_names)},
          {"words", text_array(task.word_names)}};
}

void write_task(const std::filesystem::path& path, const Task& task) { write_npz(path, task_arrays(task)); }

}  // namespace gramscope
