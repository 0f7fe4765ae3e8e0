#pragma once

#include <span>
#include <vector>

#include "core/tasks/task.h"

namespace gramscope {

/// Which words can follow which context, S = [P > 0], with contexts that have equal supports counted together: the
/// max-margin part of the logits is the same for all of them (IG Prop. 1).
struct Supports {
  Index words = 0;                           ///< V
  std::vector<std::vector<Index>> distinct;  ///< the different supports, words ascending, in order of first occurrence
  std::vector<Index> of_context;             ///< m: the number of each context's support in `distinct`
  std::vector<Index> multiplicity;           ///< of each distinct support: how many contexts have it

  Index contexts() const { return static_cast<Index>(of_context.size()); }
  const std::vector<Index>& of(Index context) const {
    return distinct[static_cast<std::size_t>(of_context[static_cast<std::size_t>(context)])];
  }
};

/// The supports of the columns of P (V×m).
Supports supports_of(const SparseColumns& targets, Index words);
/// From lists of words, one per context, in any order. Throws UsageError naming the context for an empty list, a word
/// outside 0 ... V - 1 or one named twice.
Supports supports_of(std::span<const std::vector<Index>> words_of_contexts, Index words);

/// With the contexts in another order: context i is the one that was order[i]. As they are where `order` is empty.
Supports reordered(Supports supports, std::span<const Index> order);

}  // namespace gramscope
