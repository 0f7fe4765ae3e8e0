#pragma once

#include <string>
#include <vector>

#include "app/observatory.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// The left panel of a recording: what was found, which arrays the files hold, which they lack and what those would give,
/// files that could not be read, and the limits. Scrolls where it does not fit.
void draw_recording_panel(Observatory& observatory, const Rect& rect);

/// An array that the files do not hold, and what it would give.
struct MissingArray {
  std::string name;    ///< "labels"
  std::string meaning; ///< "n integers: class means, ..."
};
/// In the order of the file format; empty where nothing is missing.
std::vector<MissingArray> missing_arrays(const Snapshot& snapshot);

}  // namespace gramscope::app
