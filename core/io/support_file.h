#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/tasks/task.h"
#include "core/theory/supports.h"

namespace gramscope {

/// What can follow every context of a task that is given by nothing else (math.md section 1).
struct SupportProblem {
  Supports supports;
  SparseColumns targets;  ///< P (V×m); equally likely where the file does not say
  VectorD weight;         ///< pi (m), sums to 1; uniform where the file does not say

  /// Hent in nats, see gramscope::entropy_floor(): no model's loss can go below it. 0 for one-hot labels.
  double entropy_floor() const;
};

/// A support file holds one problem, or a list of them.
struct SupportFile {
  std::vector<SupportProblem> problems;
  bool is_list = false;  ///< {"cases": [...]}
};

inline constexpr std::size_t kMostSupportBytes = std::size_t{256} << 20;  ///< of a file
inline constexpr Index kMostSupportCells = Index{1} << 24;                 ///< V m, over all problems of a file
inline constexpr double kSumTolerance = 1e-6;  ///< how far from 1 a sum may be: what single precision leaves
inline constexpr double kLeastProbability = 1e-300;  ///< far from where numbers lose digits

/// Reads a support file, JSON in UTF-8 without a byte order mark:
///
///   {"V": 5, "support": [[0, 2], [1]], "P": [[0.25, 0.75], [1]], "pi": [0.5, 0.5]}
///
/// V >= 2 words; for every context the words that can follow it, 0 to V - 1 in any order, none twice, at least one and
/// not all (a context that every word can follow asks nothing of the max-margin logits); optionally P, their
/// probabilities in the same order, and pi, the weights of the contexts. Probabilities and weights are positive and sum
/// to 1 to kSumTolerance, which they then do to rounding. {"cases": [...]} holds a list of such objects. "note" (text) and
/// "nuclear_norm" (a number, the optimum if it is known) may stand beside them and are not used.
///
/// Throws InputError "file: place: problem", the place being `cases[2].support[1][0]`, or "file:line:column: problem"
/// where the text is not JSON. Limits are checked before what they bound is allocated.
SupportFile read_support_file(const std::filesystem::path& path);

/// The same from bytes; `where` names the file.
SupportFile parse_support_file(std::string_view bytes, const std::string& where);

}  // namespace gramscope
