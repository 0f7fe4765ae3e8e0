#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry/parameter.h"

namespace gramscope {

/// Values by parameter key. A config may be partial (what a preset says) or resolved (every parameter that applies
/// has a value, see resolve()).
class Config {
 public:
  bool contains(std::string_view key) const;
  void set(const std::string& key, Value value);
  void erase(const std::string& key);

  /// The value at `key`; the config must contain it with this type.
  const Value& at(std::string_view key) const;
  double real(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  bool flag(std::string_view key) const;
  const std::string& text(std::string_view key) const;

  /// The value at `key`, or `otherwise` where the config does not have that key.
  double real_or(std::string_view key, double otherwise) const;
  std::string text_or(std::string_view key, std::string otherwise) const;

  const std::map<std::string, Value, std::less<>>& values() const { return values_; }
  friend bool operator==(const Config&, const Config&) = default;

 private:
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace gramscope
