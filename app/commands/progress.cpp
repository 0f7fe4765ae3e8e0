#include "app/commands/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "app/ui/format.h"

namespace gramscope::app {

namespace {

bool is_capable_terminal(int descriptor) {
  const char* const terminal = std::getenv("TERM");
  return isatty(descriptor) != 0 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

int columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string clock_text(double seconds) {
  if (!(seconds < 360'000.0)) return "long";
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

/// A bar as long as fits before that text, at most 40 characters.
std::string bar_before(const std::string& text, double share, int width) {
  const int room = std::min(40, width - static_cast<int>(text.size()) - 2);
  if (room < 5) return text.substr(0, static_cast<std::size_t>(std::max(width, 0)));
  const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * room);
  return "[" + std::string(filled, '=') + std::string(static_cast<std::size_t>(room) - filled, ' ') + "]" + text;
}

}  // namespace

bool may_use_colour(int descriptor) {
  const char* const refusal = std::getenv("NO_COLOR");
  return is_capable_terminal(descriptor) && (refusal == nullptr || *refusal == '\0');
}

std::string progress_text(std::int64_t done, std::int64_t all, double seconds, int width) {
  const double share = all > 0 ? static_cast<double>(done) / static_cast<double>(all) : 1.0;
  const double rate = seconds > 0.0 ? static_cast<double>(done) / seconds : 0.0;
  const std::string left = rate > 0.0 ? clock_text(static_cast<double>(all - done) / rate) : "-:--";
  const std::string numbers =
      fmt::format(" {:3.0f}%  {} of {}  {} steps/s  {} left", std::floor(100.0 * share), format_count(done),
                  format_count(all), format_count(static_cast<std::int64_t>(rate)), left);
  return bar_before(numbers, share, width);
}

std::string progress_text(double share, std::string_view what, int width) {
  return bar_before(fmt::format(" {:3.0f}%  {}", std::floor(100.0 * share), what), share, width);
}

Progress::Progress()
    : is_shown_(is_capable_terminal(STDERR_FILENO)),
      is_coloured_(may_use_colour(STDERR_FILENO)),
      begin_(Clock::now()) {}

Progress::~Progress() { clear(); }

bool Progress::is_due() const {
  return is_shown_ && (!is_drawn_ || Clock::now() - drawn_ >= std::chrono::milliseconds(100));
}

void Progress::draw(const std::string& text) {
  fmt::print(stderr, "{}{}{}\x1b[K\r", is_coloured_ ? "\x1b[36m" : "", text, is_coloured_ ? "\x1b[0m" : "");
  std::fflush(stderr);
  is_drawn_ = true;
  drawn_ = Clock::now();
}

void Progress::update(std::int64_t done, std::int64_t all) {
  if (!is_due()) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  draw(progress_text(done, all, seconds, columns() - 1));
}

void Progress::update(double share, std::string_view what) {
  if (!is_due()) return;
  draw(progress_text(share, what, columns() - 1));
  begin_ = Clock::now();  // steps are counted from when they can be taken
}

void Progress::clear() {
  if (!is_drawn_) return;
  fmt::print(stderr, "\x1b[K");
  std::fflush(stderr);
  is_drawn_ = false;
}

}  // namespace gramscope::app
