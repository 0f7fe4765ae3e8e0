#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/metrics/class_table.h"
#include "core/tasks/task.h"

namespace gramscope::app {

/// A column of the table of labels.
struct ClassColumn {
  std::string key;      ///< in copied text: "mean_norm"
  std::string heading;  ///< "|m_c|"
  std::string label;    ///< "Length of the class mean"
  std::string formula;
  std::string meaning;                ///< one sentence
  std::string at_collapse;            ///< empty where there is nothing to say
  double (*number)(const ClassRow&);  ///< NaN where the row has none; nullptr: the column is a name
  const std::string& (*missing)(const ClassTable&);  ///< why the column has no values; nullptr: it always has
  int decimals = 3;                                  ///< 0: a count
  int rank = 0;  ///< columns of higher rank go first where there is no room
};

/// All columns, the name of the label first.
std::span<const ClassColumn> class_columns();
/// The columns that are names in place of numbers.
inline constexpr std::size_t kClassName = 0;
inline constexpr std::size_t kNearestClass = 6;

/// "dog"; "context 7" where every context is a class of its own.
std::string class_name(const ClassTable& table, const Task& task, std::size_t row);

/// What stands in a cell: a dash where there is no number.
std::string class_cell(const ClassTable& table, const Task& task, std::size_t row, std::size_t column);

/// The rows in the order of a column: numbers ascending, or descending, those without one last in either
/// case; names by their letters. Of equals the first stays first. Without a column, as the table has them.
std::vector<std::size_t> sorted_class_rows(const ClassTable& table, const Task& task,
                                           std::optional<std::size_t> column, bool is_descending);

/// The whole table in that order, a line for each row below a line of keys, with a tab between columns:
/// numbers with the fewest digits that give them back exactly, nothing where there is none.
std::string class_table_text(const ClassTable& table, const Task& task, std::span<const std::size_t> order);

}  // namespace gramscope::app
