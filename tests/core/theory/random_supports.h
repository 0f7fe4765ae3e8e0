#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/random/philox.h"
#include "core/theory/supports.h"

namespace gramscope {

/// `contexts` supports of 1 to `most` words out of `words`: sizes and words are drawn uniformly.
inline Supports random_supports(Index words, Index contexts, Index most, std::uint64_t seed) {
  Random random(seed, 1);
  std::vector<std::vector<Index>> lists;
  for (Index j = 0; j < contexts; ++j) {
    const auto size = 1 + static_cast<std::size_t>(random.below(static_cast<std::uint32_t>(most)));
    std::vector<Index> list;
    while (list.size() < size) {
      const Index word = random.below(static_cast<std::uint32_t>(words));
      if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
    }
    lists.push_back(std::move(list));
  }
  return supports_of(lists, words);
}

/// `contexts` supports as a text has them: both a word and the size of a support (1 to `most`) have
/// probabilities that fall as 1/rank (Zipf's law). Few words are in most supports, many in hardly any, and
/// contexts share supports.
inline Supports zipf_supports(Index words, Index contexts, Index most, std::uint64_t seed) {
  const auto cumulated = [](Index count) {
    std::vector<double> sums(static_cast<std::size_t>(count));
    double sum = 0.0;
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = sum += 1.0 / static_cast<double>(i + 1);
    return sums;
  };
  Random random(seed, 1);
  const auto draw = [&random](const std::vector<double>& sums) {
    return std::upper_bound(sums.begin(), sums.end() - 1, random.uniform() * sums.back()) - sums.begin();
  };
  const auto of_word = cumulated(words);
  const auto of_size = cumulated(most);
  std::vector<std::vector<Index>> lists;
  for (Index j = 0; j < contexts; ++j) {
    const auto size = 1 + static_cast<std::size_t>(draw(of_size));
    std::vector<Index> list;
    while (list.size() < size) {
      const Index word = draw(of_word);
      if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
    }
    lists.push_back(std::move(list));
  }
  return supports_of(lists, words);
}

}  // namespace gramscope
