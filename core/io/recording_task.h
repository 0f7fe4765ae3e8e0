#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/tasks/task.h"

namespace gramscope {

/// What a file says of the samples whose embeddings it holds.
struct SampleNotes {
  Index samples = 0;
  std::optional<Index> words;  ///< rows of W
  std::optional<std::vector<std::int64_t>> labels;
  std::optional<std::vector<Factor>> factors;  ///< factors without a name have that of the earlier task, or "factor_0", ...
  std::optional<std::vector<std::string>> names;
  std::optional<std::vector<std::string>> word_names;
};

/// A factor from the integer of each sample: its values are the distinct integers in ascending order, named by them.
Factor make_factor(std::string name, const std::vector<std::int64_t>& number);

/// The task of a recording: samples are its contexts, all of the same weight, each followed by its label; without labels
/// nothing is known to follow. Samples and words without a name are named by their number, from 0 as in NumPy. There are as
/// many words as W has rows; without W as the largest label needs. No semantic kernel, no tokens, no ridge limit.
///
/// What the notes lack is taken from `before`, the task of an earlier snapshot of the same samples, or nullptr; which is
/// returned itself where nothing differs. `targets`, the task of a run, or nullptr, says what follows and how often, whatever
/// the labels. The notes fit one another and them: checked by who made them.
std::shared_ptr<const Task> make_recording_task(SampleNotes notes, const std::shared_ptr<const Task>& before,
                                                const Task* targets);

/// Whether two such tasks say the same of the same samples.
bool is_same_recording_task(const Task& a, const Task& b);

}  // namespace gramscope
