#include "app/ui/slider_scale.h"

#include <doctest/doctest.h>

#include <cmath>

#include "core/models/model.h"
#include "core/registry/registry.h"

using namespace gramscope;
using namespace gramscope::app;

namespace {

/// Every number parameter of every task and model, as the registry has them. Those that have to stay at their
/// default here are free beside other values: they count as free.
std::vector<Parameter> all_sliders() {
  std::vector<Parameter> sliders;
  const auto add = [&](const char* kind, const std::string& key) {
    const Config config = with_change(resolve({}), kind, Value{key}, nullptr);
    for (Parameter parameter : applicable_parameters(config)) {
      parameter.unavailable.clear();
      if (parameter.type == ParameterType::real || parameter.type == ParameterType::integer)
        sliders.push_back(std::move(parameter));
    }
  };
  for (const auto& model : model_entries()) add("model.kind", model.key);
  for (const auto& task : task_entries()) add("task.kind", task.key);
  return sliders;
}

}  // namespace

TEST_CASE("slider_value: every position of every registered slider is a value its parameter allows") {
  for (const auto& parameter : all_sliders()) {
    CAPTURE(parameter.key);
    double before = -INFINITY;
    for (int i = -5; i <= 105; ++i) {
      const double value = slider_value(parameter, i / 100.0);
      CHECK_NOTHROW(checked_value(parameter, value_of(parameter, value)));
      CHECK(value >= before);
      before = value;
    }
    CHECK(slider_value(parameter, 0.0) == parameter.slider_minimum);
    CHECK(slider_value(parameter, 1.0) == parameter.slider_maximum);
  }
}

TEST_CASE("slider_position and slider_value agree up to rounding") {
  for (const auto& parameter : all_sliders()) {
    CAPTURE(parameter.key);
    for (int i = 0; i <= 50; ++i) {
      const double value = slider_value(parameter, i / 50.0);
      CHECK(slider_value(parameter, slider_position(parameter, value)) ==
            doctest::Approx(value).epsilon(1e-9));
    }
  }
}

TEST_CASE("slider_position: values beyond the slider stand at its ends") {
  const auto parameter =
      with_slider(real_parameter("a.b", "", "", 1, 1e-9, 1e9, Scale::log, Effect::live, ""), 0.1, 10);
  CHECK(slider_position(parameter, 1e-9) == 0.0);
  CHECK(slider_position(parameter, 1e9) == 1.0);
  CHECK(slider_position(parameter, 1.0) == doctest::Approx(0.5));
}

TEST_CASE(
    "slider_value: log_with_zero lands on exactly 0 at the left end, and never between 0 and the floor") {
  auto parameter = real_parameter("a.b", "", "", 1e-3, 0, 1, Scale::log_with_zero, Effect::live, "");
  for (int i = 0; i <= 1000; ++i) {
    const double value = slider_value(parameter, i / 1000.0);
    CHECK((value == 0.0 || value >= parameter.log_floor * 0.999));
  }
  CHECK(slider_value(parameter, 0.01) == 0.0);
}

TEST_CASE("slider_value: rounds to doubles that read short") {
  const auto parameter = real_parameter("a.b", "", "", 5e-4, 1e-6, 1, Scale::log, Effect::live, "");
  CHECK(slider_value(parameter, slider_position(parameter, 5e-4)) == 5e-4);
}

TEST_CASE("stepped_value: moves every slider from every value until its end") {
  for (const auto& parameter : all_sliders()) {
    CAPTURE(parameter.key);
    double value = parameter.slider_minimum;
    int steps = 0;
    for (; steps < 100000 && value < parameter.slider_maximum; ++steps) {
      const double next = stepped_value(parameter, value, 1, false);
      REQUIRE(next > value);
      value = next;
    }
    CHECK(value == parameter.slider_maximum);
    CHECK(stepped_value(parameter, value, 1, false) == value);
    CHECK(stepped_value(parameter, value, -1, true) < value);
  }
}
