#include "core/models/context_chunks.h"

#include <doctest/doctest.h>

#include "core/random/philox.h"
#include "core/registry/error.h"

using namespace gramscope;

TEST_CASE("split_into_chunks: every token of every context appears once, in order, within the limit") {
  Random random(1);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<std::vector<int>> contexts(1 + random.below(40));
    for (auto& context : contexts) {
      context.resize(1 + random.below(9));
      for (int& token : context) token = static_cast<int>(random.below(100));
    }
    const Index limit = 1 + static_cast<Index>(random.below(30));
    std::size_t next = 0;
    for (const auto& chunk : split_into_chunks(contexts, limit)) {
      CHECK(chunk.first_context == static_cast<Index>(next));
      CHECK((chunk.columns() <= limit || chunk.contexts == 1));
      CHECK(chunk.contexts >= 1);
      std::size_t column = 0;
      for (std::size_t j = 0; j < static_cast<std::size_t>(chunk.contexts); ++j, ++next) {
        CHECK(chunk.every[j].source == static_cast<Index>(column));
        CHECK(chunk.every[j].queries == chunk.every[j].length);
        CHECK(chunk.last[j].source == static_cast<Index>(column));
        CHECK(chunk.last[j].query == static_cast<Index>(j));
        CHECK(chunk.last[j].queries == 1);
        for (std::size_t t = 0; t < contexts[next].size(); ++t, ++column) {
          CHECK(chunk.tokens[column] == contexts[next][t]);
          CHECK(chunk.positions[column] == static_cast<int>(t));
        }
        CHECK(chunk.last_column[j] == static_cast<Index>(column) - 1);
      }
      CHECK(static_cast<Index>(column) == chunk.columns());
    }
    CHECK(next == contexts.size());
  }
}

TEST_CASE("split_into_chunks: equal contexts are spread evenly; a context without tokens is refused") {
  const std::vector<std::vector<int>> contexts(100, std::vector<int>(3, 1));
  for (const auto& chunk : split_into_chunks(contexts, 256)) CHECK(chunk.contexts == 50);
  CHECK(split_into_chunks(contexts, 300).size() == 1);
  CHECK_THROWS_WITH_AS(split_into_chunks({{1}, {}, {2}}, 10),
                       "context 1 of 3 has no tokens: this model reads the tokens of each context",
                       UsageError);
}
