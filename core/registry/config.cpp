#include "core/registry/config.h"

#include <stdexcept>

namespace gramscope {

bool Config::contains(std::string_view key) const { return values_.find(key) != values_.end(); }

void Config::set(const std::string& key, Value value) { values_[key] = std::move(value); }

void Config::erase(const std::string& key) { values_.erase(key); }

const Value& Config::at(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) throw std::out_of_range("no parameter " + std::string(key) + " in this config");
  return found->second;
}

double Config::real(std::string_view key) const { return std::get<double>(at(key)); }
std::int64_t Config::integer(std::string_view key) const { return std::get<std::int64_t>(at(key)); }
bool Config::flag(std::string_view key) const { return std::get<bool>(at(key)); }
const std::string& Config::text(std::string_view key) const { return std::get<std::string>(at(key)); }

double Config::real_or(std::string_view key, double otherwise) const { return contains(key) ? real(key) : otherwise; }

std::string Config::text_or(std::string_view key, std::string otherwise) const {
  return contains(key) ? text(key) : otherwise;
}

}  // namespace gramscope
