#include "core/io/task_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "core/registry/error.h"

namespace gramscope {

namespace {

Array index_array(const std::vector<Index>& values) {
  return integer_array({values.begin(), values.end()}, {values.size()});
}

constexpr std::uint64_t kMostTaskBytes = std::uint64_t{1} << 30;
constexpr double kTaskSumTolerance = 1e-6;

class TaskReader {
 public:
  explicit TaskReader(const std::filesystem::path& path) : path_(path), arrays_(read_npz(path, kMostTaskBytes)) {}

  std::shared_ptr<const Task> read() {
    const auto& shape = values<std::int64_t>("P_shape", 2);
    if (shape[0] < 1 || shape[1] < 1) fail("P_shape", fmt::format("({}, {}): must be 1 or more", shape[0], shape[1]));
    auto task = std::make_shared<Task>();
    task->kind = "recording";
    task->words = shape[0];
    task->contexts = shape[1];
    const auto contexts = static_cast<std::size_t>(task->contexts);
    task->context_names = values<std::string>("contexts", contexts);
    task->word_names = values<std::string>("words", static_cast<std::size_t>(task->words));
    const auto& weight = values<double>("pi", contexts);
    check_sum("pi", weight.begin(), weight.end());
    task->weight = Eigen::Map<const VectorD>(weight.data(), task->contexts);
    task->targets = read_targets(task->words, contexts);
    complete(*task);
    return task;
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& problem) const {
    throw InputError(fmt::format("{}: {}: {}", path_.string(), place, problem));
  }

  /// The values of an array of one dimension; of any length if `count` is not given.
  template <class T>
  const std::vector<T>& values(const char* name, std::optional<std::size_t> count = {}) const {
    const auto found =
        std::find_if(arrays_.begin(), arrays_.end(), [&](const NamedArray& array) { return array.name == name; });
    if (found == arrays_.end()) fail(name, "missing: not the task of a run");
    const auto* const values = std::get_if<std::vector<T>>(&found->array.values);
    if (values == nullptr || found->array.shape.size() != 1) fail(name, "not of the type and dimensions of a task's");
    if (count && values->size() != *count) fail(name, fmt::format("{} values, where {} are needed", values->size(), *count));
    return *values;
  }

  template <class Iterator>
  void check_sum(const std::string& place, Iterator first, Iterator last) const {
    double sum = 0.0;
    for (auto value = first; value != last; ++value) {
      if (!(*value > 0.0 && *value <= 1.0 + kTaskSumTolerance)) fail(place, fmt::format("{} is no probability", *value));
      sum += *value;
    }
    if (!(std::abs(sum - 1.0) <= kTaskSumTolerance)) fail(place, fmt::format("probabilities sum to {}, not to 1", sum));
  }

  SparseColumns read_targets(Index words, std::size_t contexts) const {
    const auto& begin = values<std::int64_t>("P_indptr", contexts + 1);
    const auto& word = values<std::int64_t>("P_indices");
    const auto& probability = values<double>("P_data", word.size());
    if (begin.front() != 0 || begin.back() != static_cast<std::int64_t>(word.size()))
      fail("P_indptr", fmt::format("from {} to {}: must go from 0 to {}", begin.front(), begin.back(), word.size()));
    for (std::size_t j = 0; j < contexts; ++j) {
      if (begin[j + 1] <= begin[j] || begin[j + 1] > begin.back())
        fail("P_indptr", fmt::format("element {}: {} after {}: must ascend", j + 1, begin[j + 1], begin[j]));
      for (auto i = begin[j]; i < begin[j + 1]; ++i) {
        const auto place = static_cast<std::size_t>(i);
        if (word[place] < 0 || word[place] >= words || (i > begin[j] && word[place] <= word[place - 1]))
          fail("P_indices", fmt::format("element {}: {}: the words of a context must ascend and be less than {}", i,
                                        word[place], words));
      }
      check_sum(fmt::format("P, column {}", j), probability.begin() + begin[j], probability.begin() + begin[j + 1]);
    }
    return {{begin.begin(), begin.end()}, {word.begin(), word.end()}, probability};
  }

  std::filesystem::path path_;
  std::vector<NamedArray> arrays_;
};

}  // namespace

std::vector<NamedArray> task_arrays(const Task& task) {
  const auto& targets = task.targets;
  return {{"P_data", real_array(targets.probability)},
          {"P_indices", index_array(targets.word)},
          {"P_indptr", index_array(targets.begin)},
          {"P_shape", index_array({task.words, task.contexts})},
          {"pi", real_array({task.weight.begin(), task.weight.end()})},
          {"contexts", text_array(task.context_names)},
          {"words", text_array(task.word_names)}};
}

void write_task(const std::filesystem::path& path, const Task& task) { write_npz(path, task_arrays(task)); }

std::shared_ptr<const Task> read_task(const std::filesystem::path& path) { return TaskReader(path).read(); }

}  // namespace gramscope
