#include "app/ui/format.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace gramscope;
using namespace gramscope::app;

TEST_CASE("format_count: groups of three digits, a true minus sign") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(999) == "999");
  CHECK(format_count(1000) == "1,000");
  CHECK(format_count(1234567) == "1,234,567");
  CHECK(format_count(-12000) == "−12,000");
}

TEST_CASE("format_fixed: never a negative zero, a dash for what is no number") {
  CHECK(format_fixed(0.98765, 3) == "0.988");
  CHECK(format_fixed(-0.04, 2) == "−0.04");
  CHECK(format_fixed(-0.0001, 2) == "0.00");
  CHECK(format_fixed(NAN, 2) == "—");
  CHECK(format_fixed(INFINITY, 2) == "—");
}

TEST_CASE("format_short: three significant digits at every size, never rounded into the next notation") {
  CHECK(format_short(0.0) == "0");
  CHECK(format_short(0.0215) == "0.021");  // ties to even, as the C library prints them
  CHECK(format_short(2.15e-3) == "2.15e−3");
  CHECK(format_short(1.0 / 3.0) == "0.333");
  CHECK(format_short(0.99951) == "1.00");
  CHECK(format_short(9.9951) == "10.0");
  CHECK(format_short(99.96) == "100");
  CHECK(format_short(184000.0) == "184,000");
  CHECK(format_short(3.2e9) == "3.20e9");
  CHECK(format_short(NAN) == "—");
}

TEST_CASE("format_value: what stands beside a slider") {
  CHECK(format_value(Value(1.0)) == "1.00");
  CHECK(format_value(Value(0.2)) == "0.20");
  CHECK(format_value(Value(0.125)) == "0.125");
  CHECK(format_value(Value(0.01)) == "0.010");
  CHECK(format_value(Value(5e-4)) == "5.0e−4");
  CHECK(format_value(Value(10.0)) == "10.0");
  CHECK(format_value(Value(0.0)) == "0");
  CHECK(format_value(Value(std::int64_t{12000})) == "12,000");
  CHECK(format_value(Value(true)) == "on");
}

TEST_CASE("editable_value: reads back as the same number") {
  for (const double value : {5e-4, 0.1, 1.0 / 3.0, 12345.678, 1e-9, 1e9})
    CHECK(std::stod(editable_value(Value(value))) == value);
  CHECK(editable_value(Value(std::int64_t{12000})) == "12000");
}

TEST_CASE("format_rate: leading digits only, so that it can be read while it changes") {
  CHECK(format_rate(0.0) == "0");
  CHECK(format_rate(-3.0) == "0");
  CHECK(format_rate(2.34) == "2.3");
  CHECK(format_rate(62.4) == "62");
  CHECK(format_rate(183957.0) == "184,000");
}
