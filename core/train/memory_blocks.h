#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "core/train/event.h"
#include "core/train/snapshot.h"

namespace gramscope {

/// A piece of memory that several owners may share: where it is, which tells it from others, and the bytes it takes.
struct MemoryBlock {
  const void* what = nullptr;
  std::size_t bytes = 0;
};

/// What an object keeps alive, each block once: matrices, vectors and texts to their size, small fixed parts by their type.
/// What an allocator and a container's nodes add is not in it.
using MemoryBlocks = std::vector<MemoryBlock>;

/// The size of a block that has been measured before and is still alive; nullopt: it has not. Spares going through tasks and
/// theories, which are large and shared by many.
using KnownBytes = std::function<std::optional<std::size_t>(const void* what)>;

/// W and H with the task and what the theory says of it, which other embeddings share.
MemoryBlocks memory_blocks(const Embeddings& embeddings, const KnownBytes& known = {});
/// Parameters and the optimizer's state here, at the peak and where a divergence goes back to; the newest record. The work on
/// L_mm, which belongs to the engine, is not in it. Of a checkpoint with lists, those too.
MemoryBlocks memory_blocks(const EngineCheckpoint& checkpoint, const KnownBytes& known = {});

/// What metrics take: values, keys and reasons.
std::size_t bytes_of(const Metrics& metrics);
std::size_t bytes_of(const MemoryBlocks& blocks);

}  // namespace gramscope
