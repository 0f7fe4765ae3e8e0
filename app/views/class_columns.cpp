#include "app/views/class_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "app/context_groups.h"
#include "app/ui/format.h"

namespace gramscope::app {
namespace {

/// A name as a cell of tab-separated text: what would end the cell is a space.
std::string without_tabs(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return text;
}

const std::array<ClassColumn, 10>& all_columns() {
  static const std::array<ClassColumn, 10> columns{{
      {"label", "label", "Label", "",
       "The word that follows; the context where every context is a class of its own.", "", nullptr, nullptr,
       0, 0},
      {"samples", "n", "Samples", "number of contexts with this label",
       "How many contexts the class mean is taken over.", "",
       [](const ClassRow& row) { return static_cast<double>(row.samples); }, nullptr, 0, 4},
      {"mean_norm", "|m|", "Length of the class mean", "|m_c|, m_c = μ_c − mean of all μ",
       "How far the class is from the middle of all classes.", "equal for all labels",
       [](const ClassRow& row) { return row.mean_norm; }, nullptr, 3, 5},
      {"word_norm", "|w|", "Length of the word embedding", "|w_c|",
       "How long the row of W is that speaks for this label.", "equal for all labels",
       [](const ClassRow& row) { return row.word_norm; },
       [](const ClassTable& table) -> const std::string& { return table.no_words; }, 3, 7},
      {"alignment", "cos w,m", "Alignment of word and class", "⟨w_c, m_c⟩ / (|w_c| |m_c|)",
       "Whether the word points where its contexts are.", "1",
       [](const ClassRow& row) { return row.alignment; },
       [](const ClassTable& table) -> const std::string& { return table.no_words; }, 3, 2},
      {"within", "v", "Variance within the class", "v_c = mean of |h − μ_c|² over its samples",
       "How much contexts of one label still differ.", "0", [](const ClassRow& row) { return row.within; },
       [](const ClassTable& table) -> const std::string& { return table.no_within; }, 3, 6},
      {"nearest", "nearest", "Nearest other class", "arg max over c′ ≠ c of cos(m_c, m_c′)",
       "The class whose mean points most nearly in the same direction.", "all are equally near", nullptr,
       [](const ClassTable& table) -> const std::string& { return table.no_nearest; }, 0, 1},
      {"nearest_cosine", "cos", "Cosine with the nearest", "cos(m_c, m_nearest)",
       "How near the nearest other class is.", "−1/(K − 1)",
       [](const ClassRow& row) { return row.nearest_cosine; },
       [](const ClassTable& table) -> const std::string& { return table.no_nearest; }, 3, 1},
      {"accuracy", "right", "Accuracy", "share of its samples whose largest logit is a word that can follow",
       "How often the answer is right for this label.", "1", [](const ClassRow& row) { return row.accuracy; },
       [](const ClassTable& table) -> const std::string& { return table.no_accuracy; }, 3, 3},
      {"agreement", "NC4", "Agreement with the nearest mean (nc4)",
       "share of its samples where arg max W h + b is the nearest class mean",
       "Whether the words decide as the nearest class mean would.", "1",
       [](const ClassRow& row) { return row.agreement; },
       [](const ClassTable& table) -> const std::string& { return table.no_agreement; }, 3, 8},
  }};
  return columns;
}

double number_of(const ClassTable& table, std::size_t row, const ClassColumn& column) {
  return column.number != nullptr ? column.number(table.rows[row]) : std::numeric_limits<double>::quiet_NaN();
}

std::string name_in_column(const ClassTable& table, const Task& task, std::size_t row, std::size_t column) {
  if (column == kClassName) return class_name(table, task, row);
  const Index nearest = table.rows[row].nearest;
  return nearest < 0 ? "" : class_name(table, task, static_cast<std::size_t>(nearest));
}

}  // namespace

std::span<const ClassColumn> class_columns() { return all_columns(); }

std::string class_name(const ClassTable& table, const Task& task, std::size_t row) {
  const auto label = static_cast<Index>(table.rows[row].label);
  return table.is_by_context ? context_name(task, label) : word_name(task, label);
}

std::string class_cell(const ClassTable& table, const Task& task, std::size_t row, std::size_t column) {
  const ClassColumn& entry = all_columns()[column];
  if (entry.number == nullptr) {
    const std::string name = name_in_column(table, task, row, column);
    return name.empty() ? "—" : name;
  }
  const double number = number_of(table, row, entry);
  if (std::isnan(number)) return "—";
  if (entry.decimals == 0) return format_count(std::llround(number));
  const double size = std::abs(number);
  return size != 0.0 && (size < 0.0005 || size >= 999.5) ? format_short(number)
                                                         : format_fixed(number, entry.decimals);
}

std::vector<std::size_t> sorted_class_rows(const ClassTable& table, const Task& task,
                                           std::optional<std::size_t> column, bool is_descending) {
  std::vector<std::size_t> order(table.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!column) return order;
  const ClassColumn& entry = all_columns()[*column];
  if (entry.number == nullptr) {
    std::vector<std::string> names;
    for (const std::size_t row : order) names.push_back(name_in_column(table, task, row, *column));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (names[a].empty() || names[b].empty()) return !names[a].empty() && names[b].empty();
      return is_descending ? names[a] > names[b] : names[a] < names[b];
    });
    return order;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const double x = number_of(table, a, entry);
    const double y = number_of(table, b, entry);
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return is_descending ? x > y : x < y;
  });
  return order;
}

std::string class_table_text(const ClassTable& table, const Task& task, std::span<const std::size_t> order) {
  std::string text;
  const auto& columns = all_columns();
  for (std::size_t c = 0; c < columns.size(); ++c) text += (c > 0 ? "\t" : "") + columns[c].key;
  text += '\n';
  for (const std::size_t row : order) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) text += '\t';
      if (columns[c].number == nullptr) {
        text += without_tabs(name_in_column(table, task, row, c));
        continue;
      }
      const double number = number_of(table, row, columns[c]);
      if (!std::isnan(number)) text += fmt::format("{}", number);
    }
    text += '\n';
  }
  return text;
}

}  // namespace gramscope::app
