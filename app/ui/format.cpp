#include "app/ui/format.h"

#include <fmt/format.h>

#include <cmath>

namespace gramscope::app {
namespace {

constexpr const char* kUndefined = "—";

std::string with_minus_signs(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '-')
      result += "−";
    else
      result += c;
  }
  return result;
}

/// "5.0e-4" rather than C's "5.0e-04".
std::string scientific(double value, int decimals) {
  std::string text = fmt::format("{:.{}e}", value, decimals);
  const auto e = text.find('e');
  std::string exponent = text.substr(e + 1);
  const bool is_negative = exponent.front() == '-';
  const auto digit = exponent.find_first_not_of("+-0");
  exponent = digit == std::string::npos ? "0" : exponent.substr(digit);
  return text.substr(0, e) + (is_negative ? "e-" : "e") + exponent;
}

std::string format_real_value(double value) {
  const double size = std::abs(value);
  if (size == 0.0) return "0";
  if (size >= 1e5 || size < 0.00995) return with_minus_signs(scientific(value, 1));
  if (size >= 99.95) return with_minus_signs(fmt::format("{:.0f}", value));
  if (size >= 9.995) return with_minus_signs(fmt::format("{:.1f}", value));
  if (size < 0.0995) return with_minus_signs(fmt::format("{:.3f}", value));
  // A third decimal only where it says something: 0.125, but 0.20.
  const bool needs_third = size < 0.9995 && std::llround(size * 1000.0) % 10 != 0;
  return with_minus_signs(fmt::format("{:.{}f}", value, needs_third ? 3 : 2));
}

}  // namespace

std::string format_count(std::int64_t value) {
  const std::string digits = fmt::format("{}", value < 0 ? -value : value);
  std::string result = value < 0 ? "−" : "";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) result += ',';
    result += digits[i];
  }
  return result;
}

std::string format_fixed(double value, int decimals) {
  if (!std::isfinite(value)) return kUndefined;
  std::string text = fmt::format("{:.{}f}", value, decimals);
  // Rounding may leave "-0.000", which reads as a finding.
  if (text.front() == '-' && text.find_first_of("123456789") == std::string::npos) text.erase(0, 1);
  return with_minus_signs(text);
}

std::string format_short(double value) {
  if (!std::isfinite(value)) return kUndefined;
  const double size = std::abs(value);
  if (size == 0.0) return "0";
  if (size >= 1e7) return with_minus_signs(scientific(value, 2));
  if (size >= 999.5) return format_count(std::llround(value));
  if (size >= 99.95) return format_fixed(value, 0);
  if (size >= 9.995) return format_fixed(value, 1);
  if (size >= 0.9995) return format_fixed(value, 2);
  if (size >= 0.00995) return format_fixed(value, 3);
  return with_minus_signs(scientific(value, 2));
}

std::string format_value(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "on" : "off";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return format_count(*integer);
  if (const auto* real = std::get_if<double>(&value)) return format_real_value(*real);
  return std::get<std::string>(value);
}

std::string format_rate(double steps_per_second) {
  if (!std::isfinite(steps_per_second) || steps_per_second <= 0.0) return "0";
  if (steps_per_second < 10.0) return format_fixed(steps_per_second, 1);
  double unit = 1.0;
  while (steps_per_second / unit >= 1000.0) unit *= 10.0;
  return format_count(std::llround(steps_per_second / unit) * std::llround(unit));
}

std::string editable_value(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  return std::get<std::string>(value);
}

}  // namespace gramscope::app
