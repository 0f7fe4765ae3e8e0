#include "app/views/decomposition_meter.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace gramscope;
using namespace gramscope::app;

TEST_CASE("decomposition_of: three shares that are the whole") {
  Metrics metrics;
  metrics.add("share_in_support", 0.25);
  metrics.add("share_max_margin", 0.6);
  const Decomposition d = decomposition_of(metrics);
  CHECK(d.undefined.empty());
  REQUIRE(d.has_max_margin());
  CHECK(d.in_support == 0.25);
  CHECK(d.max_margin == 0.6);
  CHECK(d.rest == doctest::Approx(0.15));
}

TEST_CASE("decomposition_of: rounding beyond the whole leaves no negative rest") {
  Metrics metrics;
  metrics.add("share_in_support", 0.25);
  metrics.add("share_max_margin", 0.75 + 1e-15);
  const Decomposition d = decomposition_of(metrics);
  CHECK(d.rest >= 0.0);
  CHECK(d.in_support + d.max_margin + d.rest == doctest::Approx(1.0));
}

TEST_CASE("decomposition_of: without L_mm inside and outside F, and why") {
  Metrics metrics;
  metrics.add("share_in_support", 0.25);
  metrics.add_undefined("share_max_margin", "L_mm has not been solved for");
  const Decomposition d = decomposition_of(metrics);
  CHECK_FALSE(d.has_max_margin());
  CHECK(d.max_margin_missing == "L_mm has not been solved for");
  CHECK(std::isnan(d.max_margin));
  CHECK(d.rest == 0.75);
}

TEST_CASE("decomposition_of: nothing to divide says why") {
  Metrics metrics;
  metrics.add_undefined("share_in_support", "all logits are 0");
  CHECK(decomposition_of(metrics).undefined == "all logits are 0");
  CHECK_FALSE(decomposition_of({}).undefined.empty());
}
