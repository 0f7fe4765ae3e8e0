#include "core/io/embedding_cache.h"

#include <doctest/doctest.h>

using namespace gramscope;

namespace {

/// Of so many doubles.
std::shared_ptr<const Embeddings> embeddings_of(Index size) {
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->h = MatrixD::Zero(size - 1, 1);
  embeddings->bias = VectorD::Zero(1);
  return embeddings;
}

ReadFile read_file_of(const char* name, std::int64_t step = 0) { return {name, 1, {}, step}; }

}  // namespace

TEST_CASE("EmbeddingCache: never more than the limit, and what was asked for longest ago goes first") {
  EmbeddingCache cache(10 * sizeof(double));
  for (const char* name : {"a", "b", "c"}) cache.put(read_file_of(name), embeddings_of(3));
  CHECK(cache.bytes() == 9 * sizeof(double));
  CHECK(cache.find(read_file_of("a")) != nullptr);
  cache.put(read_file_of("d"), embeddings_of(4));
  CHECK(cache.bytes() == 10 * sizeof(double));
  CHECK(cache.find(read_file_of("b")) == nullptr);
  CHECK(cache.find(read_file_of("a")) != nullptr);
  CHECK(cache.find(read_file_of("c")) != nullptr);
  CHECK(cache.find(read_file_of("d")) != nullptr);
}

TEST_CASE("EmbeddingCache: what is larger than the limit is not kept, and what is there stays") {
  EmbeddingCache cache(5 * sizeof(double));
  cache.put(read_file_of("a"), embeddings_of(5));
  cache.put(read_file_of("b"), embeddings_of(6));
  CHECK(cache.find(read_file_of("a")) != nullptr);
  CHECK(cache.find(read_file_of("b")) == nullptr);
  CHECK(cache.bytes() == 5 * sizeof(double));
}

TEST_CASE("EmbeddingCache: a file that has changed is another, and one path is kept once") {
  EmbeddingCache cache(100 * sizeof(double));
  cache.put(read_file_of("a", 1), embeddings_of(5));
  CHECK(cache.find(read_file_of("a", 2)) == nullptr);
  ReadFile longer = read_file_of("a", 1);
  longer.bytes = 2;
  CHECK(cache.find(longer) == nullptr);
  const auto later = embeddings_of(7);
  cache.put(longer, later);
  CHECK(cache.bytes() == 7 * sizeof(double));
  CHECK(cache.find(longer) == later);
  CHECK(cache.find(read_file_of("a", 1)) == nullptr);
}
