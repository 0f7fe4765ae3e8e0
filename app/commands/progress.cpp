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
  const int room = std::min(40, width - static_cast<int>(numbers.size()) - 2);
  if (room < 5) return numbers.substr(0, static_cast<std::size_t>(std::max(width, 0)));
  const auto filled = static_cast<std::size_t>(share * room);
  return "[" + std::string(filled, '=') + std::string(static_cast<std::size_t>(room) - filled, ' ') + "]" +
         numbers;
}

Progress::Progress()
    : is_shown_(is_capable_terminal(STDERR_FILENO)),
      is_coloured_(may_use_colour(STDERR_FILENO)),
      begin_(Clock::now()) {}

Progress::~Progress() { clear(); }

void Progress::update(std::int64_t done, std::int64_t all) {
  const auto now = Clock::now();
  if (!is_shown_ || (is_drawn_ && now - drawn_ < std::chrono::milliseconds(100))) return;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const auto text = progress_text(done, all, seconds, columns() - 1);
  fmt::print(stderr, "{}{}{}\x1b[K\r", is_coloured_ ? "\x1b[36m" : "", text, is_coloured_ ? "\x1b[0m" : "");
  std::fflush(stderr);
  is_drawn_ = true;
  drawn_ = now;
}

void Progress::clear() {
  if (!is_drawn_) return;
  fmt::print(stderr, "\x1b[K");
  std::fflush(stderr);
  is_drawn_ = false;
}

}  // namespace gramscope::app
