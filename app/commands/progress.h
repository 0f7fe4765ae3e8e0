#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace gramscope::app {

/// The progress bar on stderr, with the time left; nothing at all where stderr is not a terminal.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Draws the bar if it has not been drawn for a tenth of a second.
  void update(std::int64_t done, std::int64_t all);
  /// The same for what comes before the first step: a share of the work, and what is being done.
  void update(double share, std::string_view what);
  /// Takes the bar off the screen, for text to be printed in its place.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool is_due() const;
  void draw(const std::string& text);

  bool is_shown_ = false;  ///< stderr is a terminal
  bool is_coloured_ = false;
  bool is_drawn_ = false;
  Clock::time_point begin_;
  Clock::time_point drawn_;
};

/// The bar as text, `width` characters wide, without colour: "[=====     ] 50%  6,000 of 12,000  3,100
/// steps/s  0:02 left".
std::string progress_text(std::int64_t done, std::int64_t all, double seconds, int width);

/// The bar of work that is not counted in steps: "[=====     ] 50%  Reading stories.txt".
std::string progress_text(double share, std::string_view what, int width);

/// Whether colour may be used on that file descriptor: a terminal that can, and no NO_COLOR.
bool may_use_colour(int descriptor);

}  // namespace gramscope::app
