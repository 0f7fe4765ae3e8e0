#include "core/train/snapshot.h"

#include <algorithm>
#include <vector>

#include "core/theory/proxy_gram.h"

namespace gramscope {

namespace {

/// The values of all factors as if they were words: K_sem[j,k] is then the number of words that j and k share.
Supports attribute_supports(const Task& task) {
  std::vector<std::vector<Index>> sets(static_cast<std::size_t>(task.contexts));
  Index first = 0;
  for (const auto& factor : task.factors) {
    std::vector<int> distinct = factor.value;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (std::size_t j = 0; j < sets.size(); ++j)
      sets[j].push_back(first + (std::lower_bound(distinct.begin(), distinct.end(), factor.value[j]) - distinct.begin()));
    first += static_cast<Index>(distinct.size());
  }
  return supports_of(sets, first);
}

}  // namespace

Record* find_record(std::vector<Record>& records, std::int64_t segment, std::int64_t step) {
  const auto found = std::find_if(records.rbegin(), records.rend(), [&](const Record& record) {
    return record.segment() == segment && record.step() == step;
  });
  return found != records.rend() ? &*found : nullptr;
}

MatrixF semantic_target(const Task& task, std::span<const Index> order) {
  if (task.factors.empty()) return {};
  // Every context has one value of each factor: sets of one size, whose centred indicators have the cosines of the
  // centred kernel, which need not be formed.
  return centred_proxy_context_cosines(reordered(attribute_supports(task), order), gram_block(task.contexts)).cast<float>();
}

MatrixF symmetric_target(const Task& task) {
  const Index n = task.contexts;
  const Index block = gram_block(n);
  const Index rows = (n + block - 1) / block;
  const double other = n > 1 ? -1.0 / static_cast<double>(n - 1) : 1.0;
  MatrixF target = MatrixF::Constant(rows, rows, static_cast<float>(other));
  for (Index b = 0; b < rows; ++b) {
    // Of the c^2 pairs of a block with itself c are of a context with itself.
    const auto c = static_cast<double>(std::min(block, n - b * block));
    target(b, b) = static_cast<float>((1.0 + (c - 1.0) * other) / c);
  }
  return target;
}

}  // namespace gramscope
