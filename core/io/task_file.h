#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/io/npz.h"
#include "core/tasks/task.h"

namespace gramscope {

/// What is learned, as arrays: the next-token conditionals P (V×m) as SciPy's csc_matrix((P_data, P_indices, P_indptr),
/// P_shape) takes them, pi (m), the names of contexts (m) and words (V) in the order of the rows of H and W.
std::vector<NamedArray> task_arrays(const Task& task);

/// Writes them as .npz (atomically; throws RuntimeError).
void write_task(const std::filesystem::path& path, const Task& task);

/// Reads such a file: a task of kind "recording" that has everything of these arrays, and what complete() makes of them, to
/// the bit. Throws InputError "file: place: problem" unless every column of P has words in ascending order, with
/// probabilities > 0 that sum to 1 to 1e-6, as pi does, and the names are as many as there are words and contexts.
std::shared_ptr<const Task> read_task(const std::filesystem::path& path);

}  // namespace gramscope
