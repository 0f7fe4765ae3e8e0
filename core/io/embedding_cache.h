#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>

#include "core/train/snapshot.h"

namespace gramscope {

/// A file as it was when it was read: another one of the same name, or the same one with another step, is not
/// it.
struct ReadFile {
  std::filesystem::path path;
  std::uintmax_t bytes = 0;
  std::filesystem::file_time_type written{};
  std::int64_t step = 0;
  friend bool operator==(const ReadFile&, const ReadFile&) = default;
};

/// Embeddings that have been read, kept in at most `most_bytes` of memory: those that were asked for longest
/// ago go first.
class EmbeddingCache {
 public:
  explicit EmbeddingCache(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

  /// nullptr where they are not kept (any more).
  std::shared_ptr<const Embeddings> find(const ReadFile& file);
  /// In place of what was kept of that path. Not kept if they alone are larger than the limit.
  void put(const ReadFile& file, std::shared_ptr<const Embeddings> embeddings);
  /// Of H, W and b, all together.
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Kept {
    ReadFile file;
    std::shared_ptr<const Embeddings> embeddings;
    std::uint64_t bytes = 0;
  };
  void erase(std::list<Kept>::iterator kept);

  std::uint64_t most_bytes_;
  std::uint64_t bytes_ = 0;
  std::list<Kept> kept_;  ///< the last one asked for first
};

}  // namespace gramscope
