#include "app/views/class_columns.h"

#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <sstream>

using namespace gramscope;
using namespace gramscope::app;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Task three_words() {
  Task task;
  task.words = 3;
  task.word_names = {"dog", "ant", "tab\there"};
  return task;
}

ClassRow row_of(int label, Index samples, double mean_norm, double within, Index nearest) {
  ClassRow row;
  row.label = label;
  row.samples = samples;
  row.mean_norm = mean_norm;
  row.word_norm = row.alignment = row.accuracy = row.agreement = kNone;
  row.within = within;
  row.nearest = nearest;
  row.nearest_cosine = 0.1;
  return row;
}

ClassTable table_of_three() {
  ClassTable table;
  table.rows = {row_of(0, 5, 0.3, kNone, 2), row_of(1, 2, 1.0 / 3.0, 0.25, 0), row_of(2, 5, 0.1, 4.0, -1)};
  return table;
}

std::size_t column(std::string_view key) {
  for (std::size_t c = 0; c < class_columns().size(); ++c)
    if (class_columns()[c].key == key) return c;
  FAIL("no column ", std::string(key));
  return 0;
}

using Order = std::vector<std::size_t>;

}  // namespace

TEST_CASE(
    "sorted_class_rows: numbers both ways, equals in their own order, rows without one last in either") {
  const ClassTable table = table_of_three();
  const Task task = three_words();
  CHECK(sorted_class_rows(table, task, std::nullopt, true) == Order{0, 1, 2});
  CHECK(sorted_class_rows(table, task, column("mean_norm"), false) == Order{2, 0, 1});
  CHECK(sorted_class_rows(table, task, column("mean_norm"), true) == Order{1, 0, 2});
  CHECK(sorted_class_rows(table, task, column("samples"), false) == Order{1, 0, 2});
  CHECK(sorted_class_rows(table, task, column("samples"), true) == Order{0, 2, 1});
  CHECK(sorted_class_rows(table, task, column("within"), false) == Order{1, 2, 0});
  CHECK(sorted_class_rows(table, task, column("within"), true) == Order{2, 1, 0});
  CHECK(sorted_class_rows(table, task, column("word_norm"), true) == Order{0, 1, 2});
}

TEST_CASE("sorted_class_rows: names by their letters, none last") {
  const ClassTable table = table_of_three();
  const Task task = three_words();
  CHECK(sorted_class_rows(table, task, kClassName, false) == Order{1, 0, 2});
  CHECK(sorted_class_rows(table, task, kClassName, true) == Order{2, 0, 1});
  CHECK(sorted_class_rows(table, task, kNearestClass, false) == Order{1, 0, 2});  // dog, tab here, none
  CHECK(sorted_class_rows(table, task, kNearestClass, true) == Order{0, 1, 2});
  CHECK(class_columns()[kNearestClass].key == "nearest");
}

TEST_CASE("class_table_text: a line for each row in the order given, numbers that are read back exactly") {
  const ClassTable table = table_of_three();
  const Order order{1, 0, 2};
  const std::string text = class_table_text(table, three_words(), order);
  std::istringstream lines(text);
  std::vector<std::vector<std::string>> cells;
  for (std::string line; std::getline(lines, line);) {
    cells.emplace_back(1);
    for (const char c : line) {
      if (c == '\t')
        cells.back().emplace_back();
      else
        cells.back().back() += c;
    }
  }
  REQUIRE(cells.size() == 4);
  for (const auto& line : cells) CHECK(line.size() == class_columns().size());
  for (std::size_t c = 0; c < class_columns().size(); ++c) CHECK(cells[0][c] == class_columns()[c].key);
  CHECK(cells[1][kClassName] == "ant");
  CHECK(cells[1][column("samples")] == "2");
  CHECK(std::stod(cells[1][column("mean_norm")]) == 1.0 / 3.0);
  CHECK(cells[1][kNearestClass] == "dog");
  CHECK(cells[2][kNearestClass] == "tab here");
  CHECK(cells[2][column("within")].empty());
  CHECK(cells[3][kClassName] == "tab here");
  CHECK(cells[3][kNearestClass].empty());
}

TEST_CASE("class_cell: a dash where there is no number, contexts by their names where each is a class") {
  ClassTable table = table_of_three();
  Task task = three_words();
  CHECK(class_cell(table, task, 0, column("within")) == "—");
  CHECK(class_cell(table, task, 0, column("mean_norm")) == "0.300");
  CHECK(class_cell(table, task, 1, column("samples")) == "2");
  CHECK(class_cell(table, task, 2, kNearestClass) == "—");
  CHECK(class_cell(table, task, 0, kClassName) == "dog");
  table.is_by_context = true;
  task.context_names = {"the dog", "an ant", ""};
  CHECK(class_cell(table, task, 0, kClassName) == "the dog");
  CHECK(class_cell(table, task, 2, kClassName) == "context 3");
}
