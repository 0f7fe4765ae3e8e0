#include "core/io/input_paths.h"

#include <algorithm>

#include "core/registry/registry.h"
#include "core/tasks/corpus_text.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCorpusKey = "task.path";

/// Replaces every path that is not empty by what `change` makes of (key, path).
template <class Change>
void change_paths(Config& config, const Change& change) {
  for (const auto& parameter : applicable_parameters(config)) {
    if (parameter.type != ParameterType::file || !config.contains(parameter.key)) continue;
    const std::string path = config.text(parameter.key);
    if (!path.empty()) config.set(parameter.key, Value{change(parameter.key, path)});
  }
}

/// Whether a parameter of that key is a path, whatever has it.
bool is_file_parameter(const std::string& key) {
  const auto is_it = [&](const auto& entry) {
    return std::any_of(entry.parameters.begin(), entry.parameters.end(), [&](const Parameter& parameter) {
      return parameter.key == key && parameter.type == ParameterType::file;
    });
  };
  return std::any_of(task_entries().begin(), task_entries().end(), is_it) ||
         std::any_of(model_entries().begin(), model_entries().end(), is_it);
}

}  // namespace

void anchor_paths(Config& config, const fs::path& directory) {
  change_paths(config, [&](const std::string& key, const std::string& path) {
    if (directory.empty() || fs::path(path).is_absolute()) return path;
    const auto beside = (directory / path).lexically_normal();
    const auto corpora = embedded_corpora();
    const bool is_embedded_name =
        key == kCorpusKey && std::find(corpora.begin(), corpora.end(), path) != corpora.end();
    std::error_code error;
    return is_embedded_name && !fs::is_regular_file(beside, error) ? path : beside.string();
  });
}

std::string absolute_input(const std::string& key, const std::string& path) {
  if (path.empty() || (key == kCorpusKey && names_embedded_corpus(path))) return path;
  std::error_code error;
  const auto absolute = fs::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

Value with_absolute_path(const std::string& key, const Value& value) {
  const auto* path = std::get_if<std::string>(&value);
  return path != nullptr && is_file_parameter(key) ? Value{absolute_input(key, *path)} : value;
}

void make_paths_absolute(Config& config) { change_paths(config, absolute_input); }

}  // namespace gramscope
