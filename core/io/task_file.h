#pragma once

#include <filesystem>
#include <vector>

#include "core/io/npz.h"
#include "core/tasks/task.h"

namespace gramscope {

/// What is learned, as arrays: the next-token conditionals P (V×m) as SciPy's csc_matrix((P_data, P_indices, P_indptr),
/// P_shape) takes them, pi (m), the names of contexts (m) and words (V) in the order of the rows of H and W.
std::vector<NamedArray> task_arrays(const Task& task);

/// Writes them as .npz (atomically; throws RuntimeError).
void write_task(const std::filesystem::path& path, const Task& task);

}  // namespace gramscope
