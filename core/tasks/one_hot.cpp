#include "core/tasks/one_hot.h"

#include <numeric>

namespace gramscope {

SparseColumns one_hot_columns(const std::vector<Index>& label) {
  SparseColumns columns{std::vector<Index>(label.size() + 1), label, std::vector<double>(label.size(), 1.0)};
  std::iota(columns.begin.begin(), columns.begin.end(), Index{0});
  return columns;
}

}  // namespace gramscope
