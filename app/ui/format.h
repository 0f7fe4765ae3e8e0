#pragma once

#include <cstdint>
#include <string>

#include "core/registry/parameter.h"

namespace gramscope::app {

/// Numbers as the window writes them. All use the minus sign (U+2212) and a dash for what is not a number.

/// "1,234,567"
std::string format_count(std::int64_t value);
/// A fixed number of decimals: "0.987".
std::string format_fixed(double value, int decimals);
/// About three significant digits, in the fewest characters: "0.999", "16.4", "2.15e−2", "184,000".
std::string format_short(double value);
/// A parameter's value beside its slider: "1.00", "0.20", "0.010", "5.0e−4", "0", "32", "off".
std::string format_value(const Value& value);
/// Steps per second, for a reader in motion: "62", "1,840", "184,000" (two or three leading digits).
std::string format_rate(double steps_per_second);
/// A parameter's value as a person would type it again: "0.0005", "32".
std::string editable_value(const Value& value);

}  // namespace gramscope::app
