#pragma once

#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "core/models/parameter_store.h"
#include "core/tasks/task.h"

namespace gramscope {

/// The cases of a file that tests/fixtures/make_torch_fixtures.py has written.
inline nlohmann::json torch_cases(const std::string& name) {
  std::ifstream file(std::string(GRAMSCOPE_FIXTURES) + "/" + name);
  return nlohmann::json::parse(file).at("cases");
}

/// A matrix from a list of rows.
inline MatrixD matrix_from(const nlohmann::json& rows) {
  MatrixD matrix(static_cast<Index>(rows.size()), static_cast<Index>(rows.at(0).size()));
  for (Index i = 0; i < matrix.rows(); ++i)
    for (Index j = 0; j < matrix.cols(); ++j)
      matrix(i, j) = rows[static_cast<std::size_t>(i)].at(static_cast<std::size_t>(j)).get<double>();
  return matrix;
}

/// The flat vector of a layout from matrices by name. Throws if a name or a shape is not the layout's.
inline VectorD flat_from(const ParameterLayout& layout, const nlohmann::json& tensors) {
  if (tensors.size() != layout.tensors().size()) throw std::invalid_argument("the fixture has other tensors");
  VectorD flat = VectorD::Zero(layout.size());
  for (const auto& shape : layout.tensors()) {
    const MatrixD matrix = matrix_from(tensors.at(shape.name));
    if (matrix.rows() != shape.rows || matrix.cols() != shape.cols)
      throw std::invalid_argument("the fixture has another shape for " + shape.name);
    view(flat, shape) = matrix;
  }
  return flat;
}

/// Words, targets, weights and, where the fixture has them, tokens and factors.
inline std::shared_ptr<Task> task_from(const nlohmann::json& json) {
  auto task = std::make_shared<Task>();
  task->kind = "fixture";
  task->words = json.at("words").get<Index>();
  task->contexts = json.at("contexts").get<Index>();
  task->targets.begin = json.at("begin").get<std::vector<Index>>();
  task->targets.word = json.at("word").get<std::vector<Index>>();
  task->targets.probability = json.at("probability").get<std::vector<double>>();
  const auto weight = json.at("weight").get<std::vector<double>>();
  task->weight = VectorD::Map(weight.data(), static_cast<Index>(weight.size()));
  if (json.contains("tokens")) {
    task->tokens = json.at("tokens").get<std::vector<std::vector<int>>>();
    task->token_names.resize(json.at("vocabulary").get<std::size_t>());
  }
  if (json.contains("factors")) {
    for (const auto& values : json.at("factors")) {
      Factor factor;
      factor.name = "factor " + std::to_string(task->factors.size());
      factor.value = values.get<std::vector<int>>();
      const int most = *std::max_element(factor.value.begin(), factor.value.end());
      for (int v = 0; v <= most; ++v) factor.value_names.push_back("value " + std::to_string(v));
      task->factors.push_back(std::move(factor));
    }
  }
  return task;
}

}  // namespace gramscope
