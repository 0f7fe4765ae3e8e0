#pragma once

#include <string>

#include "core/tasks/task.h"

namespace gramscope::app {

/// What two contexts have in common, in words.
struct Common {
  bool is_same = false;  ///< exactly the same words can follow
  std::string text;
};

/// The words that can follow both of two contexts of a task with targets: "same: cat, dog", "1 of 3: cat",
/// "no next word in common".
Common words_in_common(const Task& task, Index a, Index b);

/// What two contexts share: next words where contexts have several or meet in one, else factors; no text
/// where neither is known.
Common shared_by(const Task& task, Index a, Index b);

}  // namespace gramscope::app
