#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/io/npz.h"
#include "tests/core/linalg/sample_matrices.h"

namespace gramscope::test {

/// What a snapshot of six samples in three classes is to hold besides H and W.
struct SampleSnapshot {
  std::uint64_t seed = 1;
  Index samples = 6;
  Index d = 4;
  bool has_labels = true;
  bool has_names = false;
  std::optional<std::int64_t> step = {};
};

inline std::vector<NamedArray> sample_arrays(const SampleSnapshot& wanted) {
  std::vector<NamedArray> arrays;
  arrays.push_back({"H", matrix_array(random_matrix(wanted.samples, wanted.d, wanted.seed))});
  arrays.push_back({"W", matrix_array(random_matrix(3, wanted.d, wanted.seed + 1000))});
  const auto n = static_cast<std::size_t>(wanted.samples);
  if (wanted.has_labels) {
    std::vector<std::int64_t> labels(n);
    for (std::size_t j = 0; j < n; ++j) labels[j] = static_cast<std::int64_t>(j % 3);
    arrays.push_back({"labels", integer_array(std::move(labels), {n})});
  }
  if (wanted.has_names) {
    std::vector<std::string> names(n);
    for (std::size_t j = 0; j < n; ++j) names[j] = std::string(1, static_cast<char>('a' + j));
    arrays.push_back({"names", text_array(std::move(names))});
  }
  if (wanted.step) arrays.push_back({"step", integer_array({*wanted.step}, {})});
  return arrays;
}

inline void put_snapshot(const std::filesystem::path& path, const SampleSnapshot& wanted = {}) {
  write_npz(path, sample_arrays(wanted));
}

}  // namespace gramscope::test
