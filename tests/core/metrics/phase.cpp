#include "core/metrics/phase.h"

#include <doctest/doctest.h>

using namespace gramscope;

namespace {

Metrics moment(double semantic, double symmetric, double equiangular = 0.3, double accuracy = 1.0) {
  Metrics metrics;
  metrics.add("cka_semantic", semantic);
  metrics.add("cka_symmetric", symmetric);
  metrics.add("nc2_equiangular", equiangular);
  metrics.add("accuracy", accuracy);
  return metrics;
}

}  // namespace

TEST_CASE("phase: a random start is unformed though it looks nearly symmetric") {
  PhaseTracker tracker;
  tracker.observe(0, moment(0.40, 0.74, 0.2, 0.03));
  CHECK(tracker.phase() == Phase::unformed);
  CHECK_FALSE(tracker.peak_step());
}

TEST_CASE("phase: structure, its peak, the overtaking and the collapse, in order") {
  PhaseTracker tracker;
  tracker.observe(0, moment(0.40, 0.74));
  tracker.observe(2, moment(0.80, 0.56));
  CHECK(tracker.phase() == Phase::structure);
  tracker.observe(200, moment(0.999, 0.48));
  tracker.observe(1000, moment(0.92, 0.65));
  CHECK(tracker.peak_step() == 200);
  CHECK_FALSE(tracker.overtake_step());
  tracker.observe(2100, moment(0.80, 0.81));
  CHECK(tracker.phase() == Phase::collapsing);
  CHECK(tracker.overtake_step() == 2100);
  tracker.observe(3000, moment(0.70, 0.9));
  CHECK(tracker.overtake_step() == 2100);
  tracker.observe(8000, moment(0.48, 0.999, 0.01));
  CHECK(tracker.phase() == Phase::collapsed);
  CHECK(tracker.collapse_step() == 8000);
  CHECK(*tracker.peak_semantic() == 0.999);
}

TEST_CASE("phase: a new maximum forgets an earlier overtaking") {
  PhaseTracker tracker;
  tracker.observe(1, moment(0.80, 0.50));
  tracker.observe(2, moment(0.60, 0.70));
  CHECK(tracker.overtake_step() == 2);
  tracker.observe(3, moment(0.90, 0.50));
  CHECK_FALSE(tracker.overtake_step());
  CHECK(tracker.peak_step() == 3);
  CHECK(tracker.phase() == Phase::structure);
}

TEST_CASE("phase: equal angles without accuracy are no collapse; without structure collapse still counts") {
  PhaseTracker tracker;
  tracker.observe(0, moment(0.4, 0.98, 0.03, 0.1));
  CHECK(tracker.phase() == Phase::unformed);
  tracker.observe(10, moment(0.48, 0.999, 0.01, 1.0));
  CHECK(tracker.phase() == Phase::collapsed);
  CHECK(tracker.collapse_step() == 10);
  CHECK_FALSE(tracker.overtake_step());
}

TEST_CASE("phase: undefined metrics change nothing") {
  PhaseTracker tracker;
  tracker.observe(1, moment(0.80, 0.50));
  Metrics undefined;
  undefined.add_undefined("cka_semantic", "no factors");
  undefined.add("cka_symmetric", 0.9);
  tracker.observe(2, undefined);
  CHECK(tracker.phase() == Phase::structure);
  CHECK(tracker.peak_step() == 1);
}
