#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/recorded_course.h"

namespace gramscope::app {

class Observatory;

/// Which runs a change of a parameter is meant for, while two are shown side by side.
enum class ChangeScope { both, shown, beside };

/// One of the runs that the window has: the first, or a branch of another.
struct Relative {
  int id = 0;
  int depth = 0;        ///< how many branchings lead to it
  std::string title;    ///< "main", "from 215: γ 0 → 0.1"
  std::string details;  ///< where it comes from, what was changed since, where it is
  std::int64_t begun_at = 0;  ///< the step of its parent that it left
  std::int64_t step = 0;
  bool is_running = false;
  bool is_shown = false;   ///< the one that the bars and panels speak of
  bool is_beside = false;  ///< shown beside that one
  RecordedCourse course;   ///< its recorded steps since the beginning, its parents' included
  std::int64_t revision = 0;  ///< of the course
};

/// All of them in the order of the tree, as the views of the shown one see them, and what is wished of them: wishes are taken
/// once a frame.
struct Family {
  std::vector<Relative> runs;
  std::optional<int> hovered;      ///< pointed at in the tree, this frame
  Observatory* beside = nullptr;   ///< the one shown beside the shown one; nullptr: none is
  ChangeScope scope = ChangeScope::both;

  std::optional<int> wants_shown;
  std::optional<int> wants_removed;
  std::optional<int> wants_beside;  ///< beside the shown one; that one's own number: nothing any more
  bool wants_twin = false;          ///< a new one from the same beginning, beside this one
  std::optional<ChangeScope> wants_scope;

  bool has_several() const { return runs.size() > 1; }
};

}  // namespace gramscope::app
