#include "core/io/embedding_cache.h"

#include <algorithm>
#include <utility>

namespace gramscope {

namespace {

std::uint64_t memory_of(const Embeddings& embeddings) {
  const Index entries = embeddings.h.size() + embeddings.w.size() + embeddings.bias.size();
  return static_cast<std::uint64_t>(entries) * sizeof(double);
}

}  // namespace

void EmbeddingCache::erase(std::list<Kept>::iterator kept) {
  bytes_ -= kept->bytes;
  kept_.erase(kept);
}

std::shared_ptr<const Embeddings> EmbeddingCache::find(const ReadFile& file) {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.file == file; });
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return found->embeddings;
}

void EmbeddingCache::put(const ReadFile& file, std::shared_ptr<const Embeddings> embeddings) {
  const auto same = [&](const Kept& kept) { return kept.file.path == file.path; };
  if (const auto old = std::find_if(kept_.begin(), kept_.end(), same); old != kept_.end()) erase(old);
  const std::uint64_t bytes = memory_of(*embeddings);
  if (bytes > most_bytes_) return;
  kept_.push_front({file, std::move(embeddings), bytes});
  bytes_ += bytes;
  while (bytes_ > most_bytes_) erase(std::prev(kept_.end()));
}

}  // namespace gramscope
