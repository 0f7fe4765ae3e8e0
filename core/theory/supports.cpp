#include "core/theory/supports.h"

#include <algorithm>
#include <map>
#include <string>

#include "core/registry/error.h"

namespace gramscope {

namespace {

/// Gives equal supports one number.
class Numbering {
 public:
  explicit Numbering(Index words) { result_.words = words; }

  void add(std::vector<Index> support) {
    const auto [place, is_new] = numbers_.try_emplace(std::move(support), static_cast<Index>(result_.distinct.size()));
    if (is_new) {
      result_.distinct.push_back(place->first);
      result_.multiplicity.push_back(0);
    }
    ++result_.multiplicity[static_cast<std::size_t>(place->second)];
    result_.of_context.push_back(place->second);
  }

  Supports take() { return std::move(result_); }

 private:
  std::map<std::vector<Index>, Index> numbers_;
  Supports result_;
};

}  // namespace

Supports supports_of(const SparseColumns& targets, Index words) {
  Numbering numbering(words);
  for (Index j = 0; j < targets.columns(); ++j) {
    const auto first = targets.word.begin() + targets.begin[static_cast<std::size_t>(j)];
    const auto last = targets.word.begin() + targets.begin[static_cast<std::size_t>(j) + 1];
    numbering.add({first, last});
  }
  return numbering.take();
}

Supports supports_of(std::span<const std::vector<Index>> words_of_contexts, Index words) {
  Numbering numbering(words);
  for (std::size_t j = 0; j < words_of_contexts.size(); ++j) {
    const std::string name = "support[" + std::to_string(j) + "]";
    std::vector<Index> support = words_of_contexts[j];
    std::sort(support.begin(), support.end());
    if (support.empty()) throw UsageError(name + ": has no word; every context needs at least one");
    if (support.front() < 0 || support.back() >= words) {
      const Index wrong = support.front() < 0 ? support.front() : support.back();
      throw UsageError(name + ": word " + std::to_string(wrong) + " is not among 0 to " + std::to_string(words - 1));
    }
    if (const auto twice = std::adjacent_find(support.begin(), support.end()); twice != support.end())
      throw UsageError(name + ": word " + std::to_string(*twice) + " stands there twice");
    numbering.add(std::move(support));
  }
  return numbering.take();
}

Supports reordered(Supports supports, std::span<const Index> order) {
  if (order.empty()) return supports;
  const auto before = supports.of_context;
  for (std::size_t i = 0; i < before.size(); ++i) supports.of_context[i] = before[static_cast<std::size_t>(order[i])];
  return supports;
}

}  // namespace gramscope
