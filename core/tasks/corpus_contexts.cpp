#include "core/tasks/corpus_contexts.h"

#include <algorithm>

namespace gramscope {

namespace {

constexpr std::size_t kPlacesPerReport = std::size_t{1} << 15;

/// The numbers of contexts by their tokens: a hash table with open addressing, at most half full.
class ContextTable {
 public:
  ContextTable(std::span<const std::int32_t> tokens, CorpusContexts& contexts)
      : tokens_(tokens), contexts_(contexts), slots_(1024, kEmpty) {}

  /// The number of the context of that length before `place`; a new one if it has not been seen.
  std::int32_t number(std::size_t place, std::size_t length) {
    for (std::size_t slot = hash(place, length) & (slots_.size() - 1);;
         slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot] == kEmpty) return add(slot, place, length);
      if (is_equal(slots_[slot], place, length)) return slots_[slot];
    }
  }

 private:
  static constexpr std::int32_t kEmpty = -1;

  std::int32_t add(std::size_t slot, std::size_t place, std::size_t length) {
    const auto number = static_cast<std::int32_t>(contexts_.size());
    contexts_.end.push_back(static_cast<std::int32_t>(place));
    contexts_.length.push_back(static_cast<std::uint8_t>(length));
    contexts_.count.push_back(0);
    slots_[slot] = number;
    if (2 * contexts_.size() > slots_.size()) grow();
    return number;
  }

  void grow() {
    slots_.assign(2 * slots_.size(), kEmpty);
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      auto slot = hash(static_cast<std::size_t>(contexts_.end[i]), contexts_.length[i]) & (slots_.size() - 1);
      while (slots_[slot] != kEmpty) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = static_cast<std::int32_t>(i);
    }
  }

  std::size_t hash(std::size_t place, std::size_t length) const {
    std::uint64_t h = length;
    for (std::size_t i = place - length; i < place; ++i) {
      h = (h ^ static_cast<std::uint32_t>(tokens_[i])) * 0x9e3779b97f4a7c15ull;
      h ^= h >> 29;
    }
    return static_cast<std::size_t>(h);
  }

  bool is_equal(std::int32_t number, std::size_t place, std::size_t length) const {
    const auto i = static_cast<std::size_t>(number);
    if (contexts_.length[i] != length) return false;
    const auto* const a = tokens_.data() + contexts_.end[i];
    const auto* const b = tokens_.data() + place;
    return std::equal(a - length, a, b - length);
  }

  std::span<const std::int32_t> tokens_;
  CorpusContexts& contexts_;
  std::vector<std::int32_t> slots_;
};

}  // namespace

CorpusContexts find_contexts(std::span<const std::int32_t> tokens, std::span<const std::int32_t> begins,
                             bool is_ragged, int longest, const TaskWork& work, double from, double to) {
  CorpusContexts contexts;
  contexts.at.assign(tokens.size(), -1);
  ContextTable table(tokens, contexts);
  std::size_t begin = 0;
  std::size_t next_begin = 0;
  for (std::size_t place = 0; place < tokens.size(); ++place) {
    if (place % kPlacesPerReport == 0)
      work.progress(from + (to - from) * static_cast<double>(place) / static_cast<double>(tokens.size()),
                    "Counting contexts");
    if (next_begin < begins.size() && static_cast<std::size_t>(begins[next_begin]) == place) {
      begin = place;
      ++next_begin;
    }
    const std::size_t length = std::min(place - begin, static_cast<std::size_t>(longest));
    if (length == 0 || (!is_ragged && length < static_cast<std::size_t>(longest))) continue;
    contexts.at[place] = table.number(place, length);
    ++contexts.count[static_cast<std::size_t>(contexts.at[place])];
  }
  return contexts;
}

}  // namespace gramscope
