#include "core/io/metrics_csv.h"

#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/io/atomic_file.h"
#include "core/registry/parameter.h"

namespace gramscope {

namespace {

/// RFC 4180: quoted where it must be. Metric keys end in the names of factors, which a user's task may
/// choose.
std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string metrics_csv(std::span<const Record> records) {
  std::vector<std::string_view> keys;
  std::unordered_map<std::string_view, std::size_t> column;
  for (const auto& record : records)
    for (const auto& metric : record.metrics.values())
      if (column.try_emplace(metric.key, keys.size()).second) keys.push_back(metric.key);

  std::string text = "segment,step";
  for (const auto key : keys) text.append(",").append(csv_field(key));
  text += '\n';

  std::vector<std::string> cells(keys.size());
  for (const auto& record : records) {
    for (auto& cell : cells) cell.clear();
    for (const auto& metric : record.metrics.values())
      if (metric.is_defined()) cells[column.at(metric.key)] = to_string(Value{metric.value});
    text += std::to_string(record.segment()) + "," + std::to_string(record.step());
    for (const auto& cell : cells) text.append(",").append(cell);
    text += '\n';
  }
  return text;
}

void write_metrics_csv(const std::filesystem::path& path, std::span<const Record> records) {
  write_file(path, metrics_csv(records));
}

}  // namespace gramscope
