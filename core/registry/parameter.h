#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace gramscope {

/// The value of a parameter, as in a preset: true, 3, 0.5 or "gd".
using Value = std::variant<bool, std::int64_t, double, std::string>;

std::string to_string(const Value& value);

enum class ParameterType {
  flag,
  integer,
  real,
  choice,
  file,  ///< a path as text, or the name of something embedded; empty: none
};
enum class Scale {
  linear,
  log,            ///< minimum > 0
  log_with_zero,  ///< logarithmic from log_floor up, with 0 at the far end
};
enum class Effect {
  live,     ///< takes effect at the next step
  restart,  ///< the run begins again at step 0
};

struct Choice {
  std::string key;
  std::string label;
  std::string summary;
  /// Why it cannot be chosen here ("the attributes task has ..."); empty where it can.
  std::string unavailable = {};
};

/// What has to hold of another parameter for one to have a meaning.
struct Condition {
  std::string key;    ///< of the other parameter; empty: nothing has to hold
  std::string value;  ///< the choice it has to be at; empty: it has to be a number above `above`
  double above = 0.0;

  bool holds_for(const Value& other) const;
};

/// "reg.path = geometric", "reg.gamma above 0".
std::string to_string(const Condition& condition);

/// One knob: all that the parameter panel, `--set`, presets, `describe` and error messages need to know of it.
struct Parameter {
  std::string key;      ///< "section.name": stable, used in files
  std::string label;    ///< "Learning rate"
  std::string symbol;   ///< "η", may be empty
  std::string summary;  ///< one sentence: what it means, and its unit if it has one
  std::string group;    ///< the heading it stands under: Task, Model, Capacity, Optimizer, Regularization, Run
  ParameterType type = ParameterType::real;
  Value default_value = 0.0;
  double minimum = 0.0;
  double maximum = 1.0;
  /// The part of the range a slider covers: what one sensibly drags through. Typing reaches all of it.
  double slider_minimum = 0.0;
  double slider_maximum = 1.0;
  Scale scale = Scale::linear;
  double log_floor = 1e-6;  ///< log_with_zero: the smallest positive value a slider gives
  Effect effect = Effect::live;
  std::vector<Choice> choices;
  /// Why it has to stay at its default here; empty where it is free.
  std::string unavailable;
  /// Where it is not met the parameter does not apply: it is neither shown nor accepted.
  Condition condition = {};
};

/// Parameter literals, in the order a registry entry reads best.
Parameter real_parameter(std::string key, std::string label, std::string symbol, double default_value,
                         double minimum, double maximum, Scale scale, Effect effect, std::string summary);
Parameter integer_parameter(std::string key, std::string label, std::string symbol, std::int64_t default_value,
                            std::int64_t minimum, std::int64_t maximum, Scale scale, Effect effect,
                            std::string summary);
Parameter choice_parameter(std::string key, std::string label, std::string default_value,
                           std::vector<Choice> choices, Effect effect, std::string summary);
Parameter flag_parameter(std::string key, std::string label, bool default_value, Effect effect, std::string summary);
Parameter file_parameter(std::string key, std::string label, std::string default_value, Effect effect,
                         std::string summary);
/// The same parameter under another heading than the one its section gives it.
Parameter in_group(Parameter parameter, std::string group);

/// The same parameter, applying only while the parameter `key` is at that choice; without one, while it is above 0.
Parameter only_with(Parameter parameter, std::string key, std::string value = {});
/// The same where the other has to be a number above `above`.
Parameter only_above(Parameter parameter, std::string key, double above);

/// The same parameter with a slider over a part of its range only.
Parameter with_slider(Parameter parameter, double minimum, double maximum);

/// A value of the parameter's own type from a number or text of another (2 for a real, 3.0 for an integer).
/// Throws UsageError naming the key, the value and what is allowed if the value is of the wrong type, not finite,
/// out of range, not among the choices, or not available here.
Value checked_value(const Parameter& parameter, const Value& value);

/// As checked_value, from text as it stands on a command line.
Value parse_value(const Parameter& parameter, const std::string& text);

/// What is allowed, in words: "a number from 0 to 0.1", "gd, momentum or adamw".
std::string describe_range(const Parameter& parameter);

}  // namespace gramscope
