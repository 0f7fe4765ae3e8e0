#include "core/io/recording_task.h"

#include <algorithm>
#include <utility>

#include "core/tasks/one_hot.h"

namespace gramscope {

namespace {

std::vector<std::string> numbers_from_zero(Index count) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(count));
  for (Index i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

bool is_same(const Factor& a, const Factor& b) {
  return a.name == b.name && a.value_names == b.value_names && a.value == b.value;
}

/// What follows each sample, from the labels; from the earlier task where there are none.
void fill_targets(Task& task, const SampleNotes& notes, const Task* before) {
  if (notes.labels) {
    std::vector<Index> label(notes.labels->begin(), notes.labels->end());
    const Index needed = label.empty() ? 0 : *std::max_element(label.begin(), label.end()) + 1;
    // An earlier snapshot may have had a W, which says how many words there are.
    task.words = notes.words.value_or(std::max(needed, before != nullptr ? before->words : 0));
    task.targets = one_hot_columns(label);
    task.labels.assign(label.begin(), label.end());
    return;
  }
  task.words = notes.words.value_or(before != nullptr ? before->words : 0);
  if (before != nullptr && before->has_targets()) {
    task.targets = before->targets;
    task.labels = before->labels;
    task.weight = before->weight;
    task.entropy_floor = before->entropy_floor;
    task.ridge_limit = before->ridge_limit;
    return;
  }
  task.targets.begin.assign(static_cast<std::size_t>(task.contexts) + 1, 0);
}

}  // namespace

Factor make_factor(std::string name, const std::vector<std::int64_t>& number) {
  std::vector<std::int64_t> distinct = number;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Factor factor;
  factor.name = std::move(name);
  for (const auto value : distinct) factor.value_names.push_back(std::to_string(value));
  for (const auto value : number)
    factor.value.push_back(
        static_cast<int>(std::lower_bound(distinct.begin(), distinct.end(), value) - distinct.begin()));
  return factor;
}

std::shared_ptr<const Task> make_recording_task(SampleNotes notes, const std::shared_ptr<const Task>& before,
                                                const Task* targets) {
  auto task = std::make_shared<Task>();
  task->kind = "recording";
  task->contexts = notes.samples;
  if (targets != nullptr) {
    task->words = targets->words;
    task->targets = targets->targets;
    task->labels = targets->labels;
    task->weight = targets->weight;
    task->entropy_floor = targets->entropy_floor;
    task->ridge_limit = targets->ridge_limit;
    if (!notes.names) notes.names = targets->context_names;
    if (!notes.word_names) notes.word_names = targets->word_names;
  } else {
    task->weight = VectorD::Constant(task->contexts, 1.0 / static_cast<double>(task->contexts));
    fill_targets(*task, notes, before.get());
  }
  if (notes.factors) {
    task->factors = std::move(*notes.factors);
    const bool has_same = before != nullptr && before->factors.size() == task->factors.size();
    for (std::size_t f = 0; f < task->factors.size(); ++f)
      if (task->factors[f].name.empty())
        task->factors[f].name = has_same ? before->factors[f].name : "factor_" + std::to_string(f);
  } else if (before != nullptr) {
    task->factors = before->factors;
  }
  if (notes.names)
    task->context_names = std::move(*notes.names);
  else
    task->context_names = before != nullptr ? before->context_names : numbers_from_zero(task->contexts);
  if (notes.word_names)
    task->word_names = std::move(*notes.word_names);
  else
    task->word_names =
        before != nullptr && before->words == task->words ? before->word_names : numbers_from_zero(task->words);
  if (before != nullptr && is_same_recording_task(*before, *task)) return before;
  return task;
}

bool is_same_recording_task(const Task& a, const Task& b) {
  return a.kind == b.kind && a.words == b.words && a.contexts == b.contexts && a.targets.begin == b.targets.begin &&
         a.targets.word == b.targets.word && a.targets.probability == b.targets.probability && a.weight == b.weight &&
         a.context_names == b.context_names && a.word_names == b.word_names &&
         std::equal(a.factors.begin(), a.factors.end(), b.factors.begin(), b.factors.end(),
                    [](const Factor& x, const Factor& y) { return is_same(x, y); });
}

}  // namespace gramscope
