#pragma once

#include <string>
#include <vector>

#include "core/tasks/task.h"

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

/// Contexts grouped by one factor first, then by the others in their own order; contexts that agree in all of
/// them keep the task's order. `factor` = -1, or out of range, is the task's order, labelled by name.
GramOrder order_contexts(const Task& task, int factor);

/// The words in the order of the contexts they follow, where every context has a word of its own; else the
/// task's.
GramOrder order_words(const Task& task, int factor);

/// For every word the one context it follows; empty where has_one_context_per_label() is false.
std::vector<Index> context_of_word(const Task& task);

}  // namespace gramscope::app
