#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/context_groups.h"
#include "core/tasks/task.h"
#include "core/train/snapshot.h"

namespace gramscope::app {

/// Rows of a Gram matrix that stand together, as positions from the top; `end` is one past the last.
struct RowBlock {
  Index begin = 0;
  Index end = 0;
  std::string label;
};

/// In which order the contexts (or words) are shown, and what to write beside them.
struct GramOrder {
  std::vector<Index> order;     ///< position -> index in the task's order
  std::vector<Index> position;  ///< index in the task's order -> position
  std::vector<std::vector<RowBlock>>
      levels;  ///< outermost first; each level covers all rows, or there is none
};

/// Contexts that have something in common stand together. By factor: grouped by that factor first, then by the others
/// in their own order. Contexts that agree in all of it keep the task's order. Names are the innermost level, where
/// groups do not name the contexts already.
GramOrder order_contexts(const Task& task, const Grouping& grouping);

/// The words in the order of the contexts they follow, where every context has a word of its own and a row of the Gram
/// matrix stands for one; else the task's.
GramOrder order_words(const Task& task, const Grouping& grouping);

/// Whether the pictures of words are in the order of their contexts.
bool pairs_words_with_contexts(const Task& task);

/// For every word the one context it follows; empty where has_one_context_per_label() is false.
std::vector<Index> context_of_word(const Task& task);

/// An order kept from frame to frame, made anew when the task or the grouping is another.
class KeptOrder {
 public:
  using Make = GramOrder (*)(const Task&, const Grouping&);
  explicit KeptOrder(Make make) : make_(make) {}

  const GramOrder& of(const std::shared_ptr<const Task>& task, const Grouping& grouping);
  /// The same as a snapshot is asked for it: nullptr where each row stands for one, or the order is the task's.
  const BlockOrder& blocks(const std::shared_ptr<const Task>& task, const Grouping& grouping);

 private:
  Make make_;
  std::shared_ptr<const Task> task_;
  Grouping grouping_;
  GramOrder order_;
  BlockOrder blocks_;
};

}  // namespace gramscope::app
