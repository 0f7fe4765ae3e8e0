#include "core/io/task_file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "core/registry/error.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

Task small_task() {
  Task task;
  task.kind = "mine";
  task.words = 4;
  task.contexts = 3;
  task.targets = {{0, 2, 3, 6}, {0, 3, 1, 0, 1, 2}, {0.25, 0.75, 1.0, 0.5, 0.125, 0.375}};
  task.weight = Eigen::Vector3d(0.5, 0.25, 0.25);
  task.context_names = {"a", "größer", ""};
  task.word_names = {"w", "x", "y", "z"};
  complete(task);
  return task;
}

}  // namespace

TEST_CASE("read_task: what write_task() wrote comes back to the bit") {
  const TemporaryDirectory directory;
  const Task task = small_task();
  write_task(directory / "task.npz", task);
  const auto read = read_task(directory / "task.npz");
  CHECK(read->kind == "recording");
  CHECK(read->words == task.words);
  CHECK(read->contexts == task.contexts);
  CHECK(read->targets.begin == task.targets.begin);
  CHECK(read->targets.word == task.targets.word);
  CHECK(read->targets.probability == task.targets.probability);
  CHECK(read->weight == task.weight);
  CHECK(read->entropy_floor == task.entropy_floor);
  CHECK(read->ridge_limit == task.ridge_limit);
  CHECK(read->context_names == task.context_names);
  CHECK(read->word_names == task.word_names);
  CHECK(!read->is_one_hot());
}

TEST_CASE("read_task: what is no task is refused with the place") {
  const TemporaryDirectory directory;
  const auto path = directory / "task.npz";
  const auto refusal = [&](const std::string& name, Array array) {
    auto arrays = task_arrays(small_task());
    std::find_if(arrays.begin(), arrays.end(), [&](const auto& each) { return each.name == name; })->array = std::move(array);
    write_npz(path, arrays);
    const auto message = message_of<InputError>([&] { read_task(path); });
    CHECK(message.starts_with(path.string() + ": "));
    return message.substr(std::min(message.size(), path.string().size() + 2));
  };
  const auto integers = [](std::vector<std::int64_t> values) {
    const std::size_t count = values.size();
    return integer_array(std::move(values), {count});
  };
  CHECK(refusal("P_shape", integers({4})) == "P_shape: 1 values, where 2 are needed");
  CHECK(refusal("P_shape", integers({0, 3})) == "P_shape: (0, 3): must be 1 or more");
  CHECK(refusal("P_shape", real_array({4.0, 3.0})) == "P_shape: not of the type and dimensions of a task's");
  CHECK(refusal("P_indptr", integers({0, 2, 2, 6})) == "P_indptr: element 2: 2 after 2: must ascend");
  CHECK(refusal("P_indptr", integers({0, 9, 3, 6})) == "P_indptr: element 1: 9 after 0: must ascend");
  CHECK(refusal("P_indptr", integers({1, 2, 3, 6})) == "P_indptr: from 1 to 6: must go from 0 to 6");
  CHECK(refusal("P_indices", integers({0, 4, 1, 0, 1, 2})).starts_with("P_indices: element 1: 4: the words"));
  CHECK(refusal("P_indices", integers({3, 0, 1, 0, 1, 2})).starts_with("P_indices: element 1: 0: the words"));
  CHECK(refusal("P_data", real_array({0.25, 0.7, 1.0, 0.5, 0.125, 0.375})) == "P, column 0: probabilities sum to 0.95, not to 1");
  CHECK(refusal("P_data", real_array({1.0, 0.0, 1.0, 0.5, 0.125, 0.375})) == "P, column 0: 0 is no probability");
  CHECK(refusal("pi", real_array({0.5, 0.25})) == "pi: 2 values, where 3 are needed");
  CHECK(refusal("words", text_array({"w"})) == "words: 1 values, where 4 are needed");
  write_npz(path, std::vector<NamedArray>{{"H", real_array({1.0})}});
  CHECK(message_of<InputError>([&] { read_task(path); }) == path.string() + ": P_shape: missing: not the task of a run");
}
