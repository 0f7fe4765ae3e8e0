#pragma once

#include <vector>

#include "core/nn/attention.h"
#include "core/tasks/task.h"

namespace gramscope {

/// Neighbouring contexts that a network processes together, their positions laid side by side as columns
/// without padding, whatever their lengths.
struct ContextChunk {
  Index first_context = 0;
  Index contexts = 0;
  std::vector<int> tokens;           ///< by column
  std::vector<int> positions;        ///< by column: 0 for the first token of its context
  std::vector<AttentionSpan> every;  ///< every position asks
  std::vector<AttentionSpan>
      last;  ///< the last position of each context asks; queries are numbered by context
  std::vector<Index> last_column;  ///< by context: the column of its last position

  Index columns() const { return static_cast<Index>(tokens.size()); }
};

/// Splits the contexts of a task into runs of at most `most_columns` positions (a longer context stands
/// alone), as even as their order allows: activations then stay in the cache however many contexts there are.
/// Throws UsageError if a context has no tokens.
std::vector<ContextChunk> split_into_chunks(const std::vector<std::vector<int>>& tokens, Index most_columns);

}  // namespace gramscope
