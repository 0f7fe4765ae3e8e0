#include "core/io/snapshot_file.h"

#include <fmt/format.h>

namespace gramscope {

std::vector<NamedArray> snapshot_arrays(const Embeddings& embeddings) {
  const Task& task = *embeddings.task;
  const auto contexts = static_cast<std::size_t>(task.contexts);
  std::vector<NamedArray> arrays;
  arrays.push_back({"H", matrix_array(embeddings.h.transpose())});
  arrays.push_back({"W", matrix_array(embeddings.w)});
  if (embeddings.bias.size() > 0)
    arrays.push_back({"b", real_array({embeddings.bias.begin(), embeddings.bias.end()})});
  if (task.is_one_hot())
    arrays.push_back({"labels", integer_array({task.labels.begin(), task.labels.end()}, {contexts})});
  if (!task.factors.empty()) {
    std::vector<std::int64_t> values;
    std::vector<std::string> names;
    for (std::size_t j = 0; j < contexts; ++j)
      for (const auto& factor : task.factors) values.push_back(factor.value[j]);
    for (const auto& factor : task.factors) names.push_back(factor.name);
    arrays.push_back({"factors", integer_array(std::move(values), {contexts, task.factors.size()})});
    arrays.push_back({"factor_names", text_array(std::move(names))});
  }
  if (const auto& layers = embeddings.inside.layers; !layers.empty()) {
    std::vector<std::string> names;
    for (const auto& layer : layers) {
      arrays.push_back({fmt::format("layer_{:02}", names.size()), matrix_array(layer.states.transpose())});
      names.push_back(layer.name);
    }
    arrays.push_back({"layer_names", text_array(std::move(names))});
  }
  arrays.push_back({"names", text_array(task.context_names)});
  arrays.push_back({"step", integer_array({embeddings.step}, {})});
  if (embeddings.smoothing != 0.0)
    arrays.push_back({"smoothing", {{}, std::vector<double>{embeddings.smoothing}}});
  if (embeddings.penalty != 0.0) arrays.push_back({"penalty", {{}, std::vector<double>{embeddings.penalty}}});
  return arrays;
}

void write_snapshot(const std::filesystem::path& path, const Embeddings& embeddings) {
  write_npz(path, snapshot_arrays(embeddings));
}

}  // namespace gramscope
