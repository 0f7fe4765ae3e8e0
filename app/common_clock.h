#pragma once

#include <cstdint>

#include "app/observatory.h"
#include "core/train/pacer.h"

namespace gramscope::app {

/// Holds two runs that are shown side by side to the same step: both go to the next step that is due and rest there until the
/// other has come too. What is asked of the first (run, pause, a step, the past, restart) is asked of the second. The one that is
/// behind catches up, as fast as it can; the one that has ended stays where it is.
class CommonClock {
 public:
  using Time = Pacer::Clock::time_point;

  void begin(Observatory& first, Observatory& second, Time now = Pacer::Clock::now());
  /// Once a frame, after both were updated.
  void update(Observatory& first, Observatory& second, Time now = Pacer::Clock::now());
  /// Each by its own speed again.
  void end(Observatory& first, Observatory& second);

  bool is_on() const { return is_on_; }

 private:
  void follow_restarts(Observatory& first, Observatory& second);
  void hold(Observatory& first, Observatory& second);
  void go_on(Observatory& first, Observatory& second, Time now);

  bool is_on_ = false;
  Pacer pacer_;
  SetSpeed speed_;
  std::int64_t target_ = 0;
  std::int64_t held_ = -1;   ///< the target that both were told
  std::int64_t asked_ = -1;  ///< where the one behind was told to come to while both rest
  bool was_running_ = false;
  bool has_first_ended_ = false;
  Time last_ran_{};  ///< when the first was last seen to run
  std::int64_t restarts_first_ = 0;   ///< that have been followed
  std::int64_t restarts_second_ = 0;
};

}  // namespace gramscope::app
