#include "core/registry/parameter.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/registry/error.h"

namespace gramscope {

namespace {

std::string shortest(double value) {
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, result.ptr};
}

std::string default_group(const std::string& key) {
  const auto section = key.substr(0, key.find('.'));
  if (section == "task") return "Task";
  if (section == "model") return "Model";
  if (section == "optimizer") return "Optimizer";
  if (section == "reg") return "Regularization";
  return "Run";
}

[[noreturn]] void refuse(const Parameter& parameter, const std::string& value) {
  throw UsageError(parameter.key + " = " + value + ": must be " + describe_range(parameter));
}

}  // namespace

std::string to_string(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return shortest(*real);
  return std::get<std::string>(value);
}

bool Condition::holds_for(const Value& other) const {
  if (!value.empty()) return other == Value{value};
  if (const auto* real = std::get_if<double>(&other)) return *real > above;
  const auto* integer = std::get_if<std::int64_t>(&other);
  return integer != nullptr && static_cast<double>(*integer) > above;
}

std::string to_string(const Condition& condition) {
  return condition.key + (condition.value.empty() ? " above " + shortest(condition.above) : " = " + condition.value);
}

Parameter real_parameter(std::string key, std::string label, std::string symbol, double default_value, double minimum,
                         double maximum, Scale scale, Effect effect, std::string summary) {
  Parameter parameter;
  parameter.key = std::move(key);
  parameter.label = std::move(label);
  parameter.symbol = std::move(symbol);
  parameter.summary = std::move(summary);
  parameter.group = default_group(parameter.key);
  parameter.type = ParameterType::real;
  parameter.default_value = default_value;
  parameter.minimum = parameter.slider_minimum = minimum;
  parameter.maximum = parameter.slider_maximum = maximum;
  parameter.scale = scale;
  parameter.effect = effect;
  return parameter;
}

Parameter integer_parameter(std::string key, std::string label, std::string symbol, std::int64_t default_value,
                            std::int64_t minimum, std::int64_t maximum, Scale scale, Effect effect,
                            std::string summary) {
  Parameter parameter =
      real_parameter(std::move(key), std::move(label), std::move(symbol), 0.0, static_cast<double>(minimum),
                     static_cast<double>(maximum), scale, effect, std::move(summary));
  parameter.type = ParameterType::integer;
  parameter.default_value = default_value;
  return parameter;
}

Parameter choice_parameter(std::string key, std::string label, std::string default_value, std::vector<Choice> choices,
                           Effect effect, std::string summary) {
  Parameter parameter = real_parameter(std::move(key), std::move(label), {}, 0.0, 0.0, 0.0, Scale::linear, effect,
                                       std::move(summary));
  parameter.type = ParameterType::choice;
  parameter.default_value = std::move(default_value);
  parameter.choices = std::move(choices);
  return parameter;
}

Parameter flag_parameter(std::string key, std::string label, bool default_value, Effect effect, std::string summary) {
  Parameter parameter = real_parameter(std::move(key), std::move(label), {}, 0.0, 0.0, 1.0, Scale::linear, effect,
                                       std::move(summary));
  parameter.type = ParameterType::flag;
  parameter.default_value = default_value;
  return parameter;
}

Parameter file_parameter(std::string key, std::string label, std::string default_value, Effect effect,
                         std::string summary) {
  Parameter parameter = real_parameter(std::move(key), std::move(label), {}, 0.0, 0.0, 0.0, Scale::linear, effect,
                                       std::move(summary));
  parameter.type = ParameterType::file;
  parameter.default_value = std::move(default_value);
  return parameter;
}

Parameter in_group(Parameter parameter, std::string group) {
  parameter.group = std::move(group);
  return parameter;
}

Parameter only_with(Parameter parameter, std::string key, std::string value) {
  parameter.condition = {std::move(key), std::move(value), 0.0};
  return parameter;
}

Parameter only_above(Parameter parameter, std::string key, double above) {
  parameter.condition = {std::move(key), {}, above};
  return parameter;
}

Parameter with_slider(Parameter parameter, double minimum, double maximum) {
  parameter.slider_minimum = minimum;
  parameter.slider_maximum = maximum;
  return parameter;
}

namespace {

/// A value of the wrong type: a text in quotes, or "4" would pass for 4.
[[noreturn]] void refuse_type(const Parameter& parameter, const Value& value) {
  const bool is_text = std::holds_alternative<std::string>(value);
  refuse(parameter, is_text ? "\"" + to_string(value) + "\"" : to_string(value));
}

/// `value` in the parameter's own type, if it is allowed at all.
Value value_in_range(const Parameter& parameter, const Value& value) {
  const auto as_number = [&]() -> double {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    refuse_type(parameter, value);
  };
  switch (parameter.type) {
    case ParameterType::flag:
      if (!std::holds_alternative<bool>(value)) refuse_type(parameter, value);
      return value;
    case ParameterType::choice: {
      const auto* text = std::get_if<std::string>(&value);
      const bool known = text != nullptr && std::any_of(parameter.choices.begin(), parameter.choices.end(),
                                                        [&](const Choice& choice) { return choice.key == *text; });
      if (!known) refuse(parameter, to_string(value));
      return value;
    }
    case ParameterType::file:
      if (!std::holds_alternative<std::string>(value)) refuse(parameter, to_string(value));
      return value;
    case ParameterType::real: {
      const double number = as_number();
      if (!(number >= parameter.minimum && number <= parameter.maximum)) refuse(parameter, to_string(value));
      return number;
    }
    case ParameterType::integer: {
      const double number = as_number();
      if (!(number >= parameter.minimum && number <= parameter.maximum) || number != std::floor(number))
        refuse(parameter, to_string(value));
      if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
      return static_cast<std::int64_t>(number);
    }
  }
  refuse(parameter, to_string(value));
}

}  // namespace

Value checked_value(const Parameter& parameter, const Value& value) {
  const Value checked = value_in_range(parameter, value);
  if (!parameter.unavailable.empty() && checked != parameter.default_value)
    throw UsageError(parameter.key + " = " + to_string(value) + ": " + parameter.unavailable);
  for (const auto& choice : parameter.choices)
    if (!choice.unavailable.empty() && checked == Value{choice.key})
      throw UsageError(parameter.key + " = " + choice.key + ": " + choice.unavailable);
  return checked;
}

Value parse_value(const Parameter& parameter, const std::string& text) {
  if (parameter.type == ParameterType::choice || parameter.type == ParameterType::file) return checked_value(parameter, Value{text});
  if (parameter.type == ParameterType::flag) {
    if (text == "true" || text == "1" || text == "on") return true;
    if (text == "false" || text == "0" || text == "off") return false;
    refuse(parameter, text);
  }
  const char* const first = text.data();
  const char* const last = first + text.size();
  std::int64_t integer = 0;
  if (const auto [end, error] = std::from_chars(first, last, integer); error == std::errc{} && end == last)
    return checked_value(parameter, Value{integer});
  double real = 0.0;
  const auto [end, error] = std::from_chars(first, last, real);
  if (error != std::errc{} || end != last || !std::isfinite(real)) refuse(parameter, "\"" + text + "\"");
  return checked_value(parameter, Value{real});
}

std::string describe_range(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::flag: return "true or false";
    case ParameterType::file: return "the path of a file";
    case ParameterType::choice: {
      std::string text;
      for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
        if (i > 0) text += i + 1 == parameter.choices.size() ? " or " : ", ";
        text += parameter.choices[i].key;
      }
      return text;
    }
    case ParameterType::integer:
      return "a whole number from " + shortest(parameter.minimum) + " to " +
             std::to_string(static_cast<std::int64_t>(parameter.maximum));
    case ParameterType::real:
      return "a number from " + shortest(parameter.minimum) + " to " + shortest(parameter.maximum);
  }
  return {};
}

}  // namespace gramscope
