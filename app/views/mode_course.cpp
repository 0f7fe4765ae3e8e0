#include "app/views/mode_course.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/registry/error.h"

namespace gramscope::app {
namespace {

/// Logits beyond it are far outside of what is early: a word is then certain to the last digit.
constexpr double kLargestLogit = 1e3;

/// The steps of a smooth curve on the axis of steps: 48 to a decade, up to `last`.
std::vector<std::int64_t> curve_steps(double last) {
  std::vector<std::int64_t> steps{0};
  for (int i = 0; static_cast<double>(steps.back()) < last; ++i) {
    const auto step = std::min(std::llround(std::pow(10.0, i / 48.0)), std::llround(last));
    if (step > steps.back()) steps.push_back(step);
  }
  return steps;
}

/// The course while it is worth looking at.
EarlyGrowth::Course course_of(const ModeGroup& group, const Embeddings& first, const Config& config, double last) {
  const GrowthTheory theory = growth_theory(config, group);
  EarlyGrowth::Course course;
  course.undefined = theory.undefined;
  if (!course.undefined.empty()) return course;
  const auto steps = curve_steps(last);
  course.values = early_course(group, first.w, first.h, theory.setting, steps);
  const auto end = std::find_if(course.values.begin(), course.values.end(),
                                [](double value) { return !(std::abs(value) < kLargestLogit); });
  course.values.erase(end, course.values.end());
  course.steps.assign(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(course.values.size()));
  return course;
}

}  // namespace

std::optional<std::size_t> half_of_largest(std::span<const double> values) {
  double largest = 0.0;
  for (const double value : values) largest = std::isfinite(value) ? std::max(largest, value) : largest;
  if (!(largest > 0.0)) return std::nullopt;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] >= 0.5 * largest)) continue;
    return i == 0 ? std::nullopt : std::optional(i);
  }
  return std::nullopt;
}

std::vector<int> places(std::span<const std::optional<double>> steps) {
  std::vector<int> result;
  for (const auto& own : steps)
    result.push_back(!own ? 0
                          : 1 + static_cast<int>(std::count_if(steps.begin(), steps.end(),
                                                               [&](const auto& other) { return other && *other < *own; })));
  return result;
}

SegmentStart segment_start(const Config& now, std::span<const Parameter> parameters, std::span<const Mark> marks,
                           std::int64_t segment) {
  SegmentStart start{now, std::nullopt, {}};
  for (auto mark = marks.rbegin(); mark != marks.rend(); ++mark) {
    if (mark->segment != segment) continue;
    if (mark->key.empty()) {
      if (mark->is_warning) start.unknown = "the learning rate was halved on the way";
      continue;
    }
    if (mark->key.starts_with("run.")) continue;
    start.held_until = static_cast<double>(mark->step);
    const auto parameter = std::find_if(parameters.begin(), parameters.end(),
                                        [&](const Parameter& p) { return p.key == mark->key; });
    if (parameter == parameters.end() || mark->from.empty()) continue;
    try {
      start.config.set(mark->key, parse_value(*parameter, mark->from));
    } catch (const UsageError&) {
      start.unknown = "the value that " + parameter->label + " had at the beginning is not known";
    }
  }
  return start;
}

const std::vector<EarlyGrowth::Course>& EarlyGrowth::of(const TaskTheory& theory,
                                                        const std::shared_ptr<const Embeddings>& first,
                                                        const SegmentStart& start, double last) {
  const bool is_same = theory_ == &theory && first_ == first && last_ == last && start_.config == start.config &&
                       start_.held_until == start.held_until && start_.unknown == start.unknown;
  if (is_same) return courses_;
  theory_ = &theory;
  first_ = first;
  start_ = start;
  last_ = last;
  courses_.clear();
  const double end = start.held_until ? std::min(last, *start.held_until) : last;
  for (const auto& group : theory.modes.groups) {
    Course course;
    if (first == nullptr || first->task != theory.task)
      course.undefined = "this segment did not begin at step 0";
    else if (!start.unknown.empty())
      course.undefined = start.unknown;
    else
      course = course_of(group, *first, start.config, end);
    courses_.push_back(std::move(course));
  }
  // What is early for one mode is early for none once another has grown: the softmax joins them.
  std::size_t early = std::numeric_limits<std::size_t>::max();
  for (const auto& course : courses_)
    if (course.undefined.empty()) early = std::min(early, course.steps.size());
  for (auto& course : courses_) {
    course.steps.resize(std::min(early, course.steps.size()));
    course.values.resize(course.steps.size());
  }
  return courses_;
}

}  // namespace gramscope::app
