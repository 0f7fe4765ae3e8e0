#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/linalg/types.h"

namespace gramscope {

/// The next-token conditionals P (V×m), stored by column: what can follow each context, and how likely.
/// Within a column the words ascend and every probability is > 0; they sum to 1.
struct SparseColumns {
  std::vector<Index> begin;  ///< m + 1 offsets into `word` and `probability`
  std::vector<Index> word;
  std::vector<double> probability;

  Index columns() const { return static_cast<Index>(begin.size()) - 1; }
};

/// A latent property of the contexts (their colour, say). The loss never sees it; the analysis does.
struct Factor {
  std::string name;                      ///< "colour"
  std::vector<std::string> value_names;  ///< "red", "green", ...
  std::vector<int> value;                ///< m: the value of each context
};

/// A file that a task was made from: what a replay needs to know it again.
struct TaskInput {
  std::string path;
  std::uint64_t bytes = 0;
  std::string digest;  ///< 16 hexadecimal digits of 64-bit FNV-1a
};

/// A number that describes a task besides V and m: "Contexts with one next word", 0.83.
struct TaskFact {
  std::string key;    ///< "one_hot_share"
  std::string label;
  double value = 0.0;
};

/// What a task offers, known without making it: what models ask for.
struct TaskTraits {
  bool has_tokens = true;        ///< contexts are sequences of tokens
  bool has_factors = true;       ///< contexts have latent factors
  bool words_are_tokens = false; ///< words and tokens are one vocabulary, numbered alike
  bool has_several_factors = true;  ///< where it has factors, two or more: cka_semantic is defined
};

/// What is to be learned: contexts, what follows them, and the latent factors the analysis compares with.
/// Immutable once made; shared between threads. See math.md section 1.
struct Task {
  std::string kind;
  Index words = 0;     ///< V
  Index contexts = 0;  ///< m
  SparseColumns targets;
  VectorD weight;  ///< pi (m), sums to 1
  double entropy_floor = 0.0;  ///< Hent in nats
  double ridge_limit = 0.0;    ///< sqrt(lambda_W lambda_H) from which on the UFM learns nothing, see ridge_limit()

  std::vector<std::string> context_names;  ///< m: "small red circle"
  std::vector<std::string> word_names;     ///< V
  std::vector<std::string> token_names;    ///< vocabulary of the contexts' own tokens
  std::vector<std::vector<int>> tokens;    ///< m: the tokens of each context, first to last

  std::vector<Factor> factors;
  MatrixD semantic_kernel;  ///< K_sem (m×m); 0×0 without factors, and for recordings, which may have too many contexts

  /// One label per context in one-hot tasks (the word that follows); empty otherwise.
  std::vector<int> labels;

  std::vector<TaskInput> inputs;
  std::vector<TaskFact> facts;

  bool is_one_hot() const { return !labels.empty(); }
  /// Whether it is known what follows the contexts: not so for embeddings that come without labels.
  bool has_targets() const { return !targets.word.empty(); }
  /// Whether words and contexts are paired: every word follows one context and no other.
  bool has_one_context_per_label() const;
};

/// Fills what follows from the rest: entropy_floor, ridge_limit, and labels where every column has one entry.
void complete(Task& task);

/// K_sem[j,k] = number of factors in which contexts j and k have the same value (math.md section 1);
/// 0×0 without factors.
MatrixD shared_value_kernel(const std::vector<Factor>& factors, Index contexts);

}  // namespace gramscope
