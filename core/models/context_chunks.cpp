#include "core/models/context_chunks.h"

#include <algorithm>
#include <string>

#include "core/registry/error.h"

namespace gramscope {

namespace {

void append(ContextChunk& chunk, const std::vector<int>& context) {
  const Index begin = chunk.columns();
  const auto length = static_cast<Index>(context.size());
  for (Index t = 0; t < length; ++t) {
    chunk.tokens.push_back(context[static_cast<std::size_t>(t)]);
    chunk.positions.push_back(static_cast<int>(t));
  }
  chunk.every.push_back({.source = begin, .length = length, .query = begin, .queries = length});
  chunk.last.push_back({.source = begin, .length = length, .query = chunk.contexts, .queries = 1});
  chunk.last_column.push_back(begin + length - 1);
  ++chunk.contexts;
}

}  // namespace

std::vector<ContextChunk> split_into_chunks(const std::vector<std::vector<int>>& tokens, Index most_columns) {
  Index columns = 0;
  for (std::size_t j = 0; j < tokens.size(); ++j) {
    if (tokens[j].empty())
      throw UsageError("context " + std::to_string(j) + " of " + std::to_string(tokens.size()) +
                       " has no tokens: this model reads the tokens of each context");
    columns += static_cast<Index>(tokens[j].size());
  }
  const Index count = std::max<Index>(1, (columns + most_columns - 1) / most_columns);
  const Index even = (columns + count - 1) / count;

  std::vector<ContextChunk> chunks;
  for (std::size_t j = 0; j < tokens.size(); ++j) {
    const auto length = static_cast<Index>(tokens[j].size());
    const bool is_full =
        chunks.empty() || chunks.back().columns() >= even || chunks.back().columns() + length > most_columns;
    if (is_full) {
      chunks.emplace_back();
      chunks.back().first_context = static_cast<Index>(j);
    }
    append(chunks.back(), tokens[j]);
  }
  return chunks;
}

}  // namespace gramscope
