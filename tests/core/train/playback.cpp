#include "core/train/playback.h"

#include <doctest/doctest.h>

#include <vector>

using namespace gramscope;
using namespace std::chrono_literals;

namespace {

const std::vector<std::int64_t> kSteps{0, 1, 3, 7, 15, 1000};
const Playback::Clock::time_point kBegun{};

/// Asked every 10 ms, as often as the owner of a recording is, for so many of them.
std::size_t place_after(const SetSpeed& speed, std::size_t place, int times) {
  Playback playback;
  playback.start(speed, kSteps[place], kBegun);
  for (int i = 1; i <= times; ++i) place = playback.due(kSteps, place, false, kBegun + i * 10ms);
  return place;
}

}  // namespace

TEST_CASE("playback: of a run so many steps per second, of a recording so many snapshots") {
  const auto step_after = [](Playback::Unit unit, int times) {
    Playback playback;
    playback.start({Pace::steps_per_second, 1.0, 4.0}, 0, kBegun, unit);
    std::size_t place = 0;
    for (int i = 1; i <= times; ++i) place = playback.due(kSteps, place, false, kBegun + i * 10ms);
    return kSteps[place];
  };
  CHECK(step_after(Playback::Unit::steps, 24) == 0);
  CHECK(step_after(Playback::Unit::steps, 26) == 1);
  CHECK(step_after(Playback::Unit::steps, 101) == 3);
  CHECK(step_after(Playback::Unit::steps, 180) == 7);
  CHECK(step_after(Playback::Unit::snapshots, 26) == 1);
  CHECK(step_after(Playback::Unit::snapshots, 101) == 15);
}

TEST_CASE(
    "playback: in log time each doubling of 1 + step takes the same time, however far apart snapshots are") {
  const SetSpeed speed{Pace::log_time, 1.0, 60.0};
  CHECK(place_after(speed, 0, 99) == 0);
  CHECK(place_after(speed, 0, 101) == 1);
  CHECK(place_after(speed, 0, 199) == 1);
  CHECK(place_after(speed, 0, 201) == 2);
  CHECK(place_after(speed, 0, 401) == 4);
  // From 15 to 1,000: log2(1001 / 16) = 5.967 doublings.
  CHECK(place_after(speed, 4, 590) == 4);
  CHECK(place_after(speed, 4, 600) == 5);
}

TEST_CASE("playback: so many snapshots in a second, whatever their steps") {
  const SetSpeed speed{Pace::steps_per_second, 1.4, 4.0};
  CHECK(place_after(speed, 0, 24) == 0);
  CHECK(place_after(speed, 0, 26) == 1);
  CHECK(place_after(speed, 0, 101) == 4);
  CHECK(place_after(speed, 3, 1000) == 5);
}

TEST_CASE("playback: at the most one on whenever the last was looked at") {
  Playback playback;
  playback.start({Pace::maximum, 1.4, 60.0}, 0, kBegun);
  CHECK(playback.due(kSteps, 0, false, kBegun + 10s) == 0);
  CHECK(playback.due(kSteps, 0, true, kBegun + 10s) == 1);
  CHECK(playback.due(kSteps, 1, true, kBegun + 10s) == 2);
  CHECK(playback.due(kSteps, 5, true, kBegun + 10s) == 5);
  CHECK(playback.due({}, 0, true, kBegun + 10s) == 0);
}

TEST_CASE("playback: the pace that is shown is that of the steps") {
  Playback playback;
  playback.start({Pace::steps_per_second, 1.4, 4.0}, 0, kBegun);
  std::size_t place = 0;
  for (int i = 1; i <= 51; ++i) place = playback.due(kSteps, place, false, kBegun + i * 10ms);
  CHECK(place == 2);
  CHECK(playback.steps_per_second() == doctest::Approx(3.0 / 0.5));
}
