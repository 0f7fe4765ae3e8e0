#include "core/tasks/attributes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/tasks/context_limit.h"
#include "core/tasks/one_hot.h"

namespace gramscope {

namespace {

struct Property {
  const char* name;
  int place;  ///< where it stands when the context is said: "small hot red wooden circle"
  std::array<const char*, 8> values;
};

const std::array<Property, 5> kProperties{{
    {"colour", 2, {"red", "green", "blue", "yellow", "purple", "orange", "white", "black"}},
    {"shape", 4, {"circle", "square", "star", "triangle", "heart", "cross", "ring", "arrow"}},
    {"size", 0, {"small", "medium", "large", "tiny", "huge", "wide", "tall", "thin"}},
    {"material", 3, {"wooden", "metal", "glass", "paper", "stone", "rubber", "silk", "clay"}},
    {"warmth", 1, {"cold", "warm", "hot", "icy", "cool", "tepid", "boiling", "frozen"}},
}};

Index count_contexts(std::int64_t factors, std::int64_t values) {
  Index count = 1;
  for (std::int64_t i = 0; i < factors; ++i) count *= values;
  return count;
}

/// The factors in the order in which they are said.
std::vector<int> spoken_order(int factors) {
  std::vector<int> order(static_cast<std::size_t>(factors));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [](int a, int b) {
    return kProperties[static_cast<std::size_t>(a)].place < kProperties[static_cast<std::size_t>(b)].place;
  });
  return order;
}

std::optional<std::string> check_attributes_size(const Config& config) {
  const auto factors = config.integer("task.factors");
  const auto values = config.integer("task.values");
  const Index count = count_contexts(factors, values);
  if (count <= kMostContexts) return std::nullopt;
  std::int64_t most = values;
  while (count_contexts(factors, most) > kMostContexts) --most;
  return "task.values = " + std::to_string(values) + ": " + std::to_string(values) + "^" + std::to_string(factors) +
         " = " + std::to_string(count) + " contexts are more than " + std::to_string(kMostContexts) + "; with " +
         std::to_string(factors) + " factors use 2 to " + std::to_string(most) + " values";
}

void reconcile_attributes_size(Config& config, std::string_view changed) {
  const char* const other = changed == "task.values" ? "task.factors" : "task.values";
  while (check_attributes_size(config)) config.set(other, config.integer(other) - 1);
}

}  // namespace

std::shared_ptr<const Task> make_attributes(int factors, int values, const Imbalance& imbalance) {
  auto task = std::make_shared<Task>();
  const Index m = count_contexts(factors, values);
  task->kind = "attributes";
  task->contexts = task->words = m;

  Index block = m;
  for (int f = 0; f < factors; ++f) {
    const auto& property = kProperties[static_cast<std::size_t>(f)];
    Factor factor;
    factor.name = property.name;
    factor.value_names.assign(property.values.begin(), property.values.begin() + values);
    for (const auto& value : factor.value_names) task->token_names.push_back(value);
    block /= values;
    for (Index j = 0; j < m; ++j) factor.value.push_back(static_cast<int>(j / block % values));
    task->factors.push_back(std::move(factor));
  }

  const auto order = spoken_order(factors);
  for (Index j = 0; j < m; ++j) {
    std::string name;
    std::vector<int> tokens;
    for (const int f : order) {
      const auto& factor = task->factors[static_cast<std::size_t>(f)];
      const int value = factor.value[static_cast<std::size_t>(j)];
      if (!name.empty()) name += ' ';
      name += factor.value_names[static_cast<std::size_t>(value)];
      tokens.push_back(f * values + value);
    }
    task->context_names.push_back(name);
    task->word_names.push_back(std::move(name));
    task->tokens.push_back(std::move(tokens));
  }
  std::vector<Index> label(static_cast<std::size_t>(m));
  std::iota(label.begin(), label.end(), Index{0});
  task->targets = one_hot_columns(label);
  std::vector<int> class_of(static_cast<std::size_t>(m));
  std::iota(class_of.begin(), class_of.end(), 0);
  task->weight = context_weights(class_of, imbalance);
  task->semantic_kernel = shared_value_kernel(task->factors, m);
  complete(*task);
  return task;
}

TaskEntry attributes_entry() {
  TaskEntry entry;
  entry.key = "attributes";
  entry.label = "Attributes";
  entry.summary = "Every combination of a few attributes is a context with a label of its own: small red circle.";
  entry.source = "SBC (arXiv 2606.26749); task sizes are this program's own";
  entry.parameters = {
      integer_parameter("task.factors", "Factors", "k", 3, 1, 5, Scale::linear, Effect::restart,
                        "Number of latent attributes: colour, shape, size, material, warmth."),
      integer_parameter("task.values", "Values", "v", 3, 2, 8, Scale::linear, Effect::restart,
                        "Values of each attribute; there are v^k contexts, at most 1,024."),
  };
  for (auto& parameter : imbalance_parameters()) entry.parameters.push_back(std::move(parameter));
  entry.traits = [](const Config& config) {
    TaskTraits traits;
    traits.has_several_factors = config.integer("task.factors") > 1;
    return traits;
  };
  entry.make = [](const Config& config, const TaskWork&) {
    return make_attributes(static_cast<int>(config.integer("task.factors")),
                           static_cast<int>(config.integer("task.values")), imbalance_of(config));
  };
  entry.check = check_attributes_size;
  entry.reconcile = reconcile_attributes_size;
  return entry;
}

}  // namespace gramscope
