#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/tasks/task_work.h"

namespace gramscope {

/// The distinct contexts of a text, numbered in the order of first occurrence.
struct CorpusContexts {
  std::vector<std::int32_t> end;     ///< the place after the first occurrence: its tokens are those before
  std::vector<std::uint8_t> length;  ///< in tokens
  std::vector<std::int32_t> count;   ///< occurrences
  std::vector<std::int32_t> at;      ///< by place: the context before it; -1 where there is none

  std::size_t size() const { return end.size(); }
};

/// Finds the contexts of every place of a text: the `longest` tokens before it, fewer after each of the
/// places `begins` (ascending) and after the first, none at those themselves. Where not `is_ragged`, contexts
/// of full length only. Equal ones have the same tokens and length. Reports progress from `from` to `to`,
/// shares of the whole work; throws Cancelled.
CorpusContexts find_contexts(std::span<const std::int32_t> tokens, std::span<const std::int32_t> begins,
                             bool is_ragged, int longest, const TaskWork& work, double from, double to);

}  // namespace gramscope
