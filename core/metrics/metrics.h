#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gramscope {

/// One measured number, or the reason why there is none.
struct MetricValue {
  std::string key;
  double value = std::numeric_limits<double>::quiet_NaN();
  std::string undefined;  ///< empty where the value is defined, else one sentence

  bool is_defined() const { return undefined.empty(); }
};

/// The metrics of one moment, in the fixed order of the metric list.
class Metrics {
 public:
  void add(std::string key, double value) { values_.push_back({std::move(key), value, {}}); }
  void add_undefined(std::string key, std::string reason) {
    values_.push_back({std::move(key), std::numeric_limits<double>::quiet_NaN(), std::move(reason)});
  }

  void append(MetricValue value) { values_.push_back(std::move(value)); }

  /// In the place of the value of the same key; at the end where there is none.
  void replace(MetricValue value) {
    for (auto& old : values_)
      if (old.key == value.key) {
        old = std::move(value);
        return;
      }
    values_.push_back(std::move(value));
  }

  const std::vector<MetricValue>& values() const { return values_; }
  const MetricValue* find(std::string_view key) const {
    for (const auto& value : values_)
      if (value.key == key) return &value;
    return nullptr;
  }
  /// The value of that key; NaN where it is absent or undefined.
  double get(std::string_view key) const {
    const auto* found = find(key);
    return found != nullptr ? found->value : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  std::vector<MetricValue> values_;
};

}  // namespace gramscope
