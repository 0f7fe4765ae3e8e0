#pragma once

#include "app/observatory.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// A small card at the top of `area` while the user waits for a task that is being made or a snapshot that is being read:
/// what is done, how far it is, and a button that stops it. It appears once that has lasted long enough to be noticed, and
/// holds nothing up. Reports
/// "card.preparation" and "button.preparation.cancel".
class PreparationCard {
 public:
  void draw(Observatory& observatory, const Rect& area);

 private:
  double begun_ = -1.0;  ///< when the making was first seen; negative: none
};

}  // namespace gramscope::app
