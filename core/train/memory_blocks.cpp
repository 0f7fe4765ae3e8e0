#include "core/train/memory_blocks.h"

#include <algorithm>
#include <string>

#include "core/train/engine_impl.h"

namespace gramscope {

namespace {

/// Short texts stand in the string itself.
std::size_t bytes_beyond(const std::string& text) {
  static const std::size_t inside = std::string{}.capacity();
  return text.capacity() > inside ? text.capacity() + 1 : 0;
}

template <class T>
std::size_t bytes_beyond(const std::vector<T>& values) {
  return values.capacity() * sizeof(T);
}

std::size_t bytes_beyond(const std::vector<std::string>& texts) {
  std::size_t bytes = texts.capacity() * sizeof(std::string);
  for (const auto& text : texts) bytes += bytes_beyond(text);
  return bytes;
}

template <class T>
std::size_t bytes_beyond(const std::vector<std::vector<T>>& lists) {
  std::size_t bytes = lists.capacity() * sizeof(std::vector<T>);
  for (const auto& list : lists) bytes += bytes_beyond(list);
  return bytes;
}

template <class Derived>
std::size_t bytes_beyond(const Eigen::PlainObjectBase<Derived>& matrix) {
  return static_cast<std::size_t>(matrix.size()) * sizeof(typename Derived::Scalar);
}

std::size_t bytes_of_task(const Task& task) {
  std::size_t bytes = sizeof(Task) + bytes_beyond(task.targets.begin) + bytes_beyond(task.targets.word) +
                      bytes_beyond(task.targets.probability) + bytes_beyond(task.weight) +
                      bytes_beyond(task.context_names) + bytes_beyond(task.word_names) + bytes_beyond(task.token_names) +
                      bytes_beyond(task.tokens) + bytes_beyond(task.factors) + bytes_beyond(task.semantic_kernel) +
                      bytes_beyond(task.labels);
  for (const auto& factor : task.factors) bytes += bytes_beyond(factor.value_names) + bytes_beyond(factor.value);
  return bytes;
}

std::size_t bytes_of_theory(const TaskTheory& theory) {
  std::size_t bytes = sizeof(TaskTheory) + bytes_beyond(theory.supports.of_context) + bytes_beyond(theory.supports.distinct) +
                      bytes_beyond(theory.supports.multiplicity);
  for (const auto& group : theory.modes.groups) bytes += sizeof group + bytes_beyond(group.u) + bytes_beyond(group.v);
  return bytes;
}

std::size_t bytes_of_max_margin(const MaxMarginTheory& theory) {
  return sizeof(MaxMarginTheory) + bytes_beyond(theory.solution.logits) + bytes_beyond(theory.factors.w) +
         bytes_beyond(theory.factors.h) + bytes_beyond(theory.contexts.directions) + bytes_beyond(theory.words.directions);
}

std::size_t bytes_of_config(const Config& config) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : config.values()) {
    bytes += sizeof(key) + sizeof(value) + bytes_beyond(key);
    if (const auto* text = std::get_if<std::string>(&value)) bytes += bytes_beyond(*text);
  }
  return bytes;
}

/// Goes through what is kept alive and notes each block once.
class Inventory {
 public:
  explicit Inventory(const KnownBytes& known) : known_(known) {}

  void add(const Embeddings& embeddings) {
    std::size_t bytes = sizeof(Embeddings) + bytes_beyond(embeddings.h) + bytes_beyond(embeddings.w) +
                        bytes_beyond(embeddings.bias) + bytes_beyond(embeddings.inside.layers) +
                        bytes_beyond(embeddings.inside.attention) + bytes_beyond(embeddings.max_margin_missing);
    for (const auto& layer : embeddings.inside.layers) bytes += bytes_beyond(layer.name) + bytes_beyond(layer.states);
    for (const auto& map : embeddings.inside.attention) bytes += bytes_beyond(map.probability);
    if (!note(&embeddings, bytes)) return;
    add(embeddings.task.get(), bytes_of_task);
    add(embeddings.theory.get(), bytes_of_theory);
    add(embeddings.max_margin.get(), bytes_of_max_margin);
  }

  void add(const EngineCheckpoint* checkpoint) {
    if (checkpoint == nullptr) return;
    const auto& c = *checkpoint;
    std::size_t bytes = sizeof(EngineCheckpoint) + bytes_of_config(c.config) + bytes_beyond(c.preset) +
                        bytes_beyond(c.records) + bytes_beyond(c.waiting);
    for (const auto& record : c.records) bytes += bytes_of(record.metrics);
    if (!note(checkpoint, bytes)) return;
    if (c.trainer != nullptr) note(c.trainer.get(), c.trainer->bytes());
    add(c.task.get(), bytes_of_task);
    if (c.theory != nullptr) add(c.theory->theory.get(), bytes_of_theory);
    if (c.weights.tensors != nullptr) {
      std::size_t weights = 0;
      for (const auto& [name, values] : *c.weights.tensors)
        weights += sizeof(values) + bytes_beyond(name) + bytes_beyond(values);
      note(c.weights.tensors.get(), weights);
    }
    for (const auto& record : c.records)
      if (record.embeddings != nullptr) add(*record.embeddings);
    for (const auto& queue : c.waiting)
      for (const auto& item : queue.items) add(*item.embeddings);
    add(c.course.peak.get());
    add(c.course_before_last.peak.get());
    add(c.last_recorded.get());
  }

  MemoryBlocks take() { return std::move(blocks_); }

 private:
  /// False if it has been noted already.
  bool note(const void* what, std::size_t bytes) {
    if (std::any_of(blocks_.begin(), blocks_.end(), [&](const auto& block) { return block.what == what; })) return false;
    blocks_.push_back({what, bytes});
    return true;
  }

  template <class T>
  void add(const T* what, std::size_t (*bytes)(const T&)) {
    if (what == nullptr) return;
    const auto size = known_ ? known_(what) : std::nullopt;
    note(what, size ? *size : bytes(*what));
  }

  const KnownBytes& known_;
  MemoryBlocks blocks_;  ///< few: searched through
};

}  // namespace

std::size_t bytes_of(const Metrics& metrics) {
  std::size_t bytes = bytes_beyond(metrics.values());
  for (const auto& value : metrics.values()) bytes += bytes_beyond(value.key) + bytes_beyond(value.undefined);
  return bytes;
}

std::size_t bytes_of(const MemoryBlocks& blocks) {
  std::size_t bytes = 0;
  for (const auto& block : blocks) bytes += block.bytes;
  return bytes;
}

MemoryBlocks memory_blocks(const Embeddings& embeddings, const KnownBytes& known) {
  Inventory inventory(known);
  inventory.add(embeddings);
  return inventory.take();
}

MemoryBlocks memory_blocks(const EngineCheckpoint& checkpoint, const KnownBytes& known) {
  Inventory inventory(known);
  inventory.add(&checkpoint);
  return inventory.take();
}

}  // namespace gramscope
