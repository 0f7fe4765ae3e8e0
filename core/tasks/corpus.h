#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/registry/registry.h"
#include "core/tasks/task.h"

namespace gramscope {

/// The corpus that is read where no other is named.
inline constexpr const char* kDefaultCorpus = "small-stories";

/// Where contexts begin anew.
enum class CorpusBoundary {
  none,       ///< nowhere: the text is one stream of words
  line,       ///< after every line end
  paragraph,  ///< after every blank line
};

struct CorpusOptions {
  std::string path = kDefaultCorpus;  ///< a file, or the name of an embedded corpus
  int context = 2;                    ///< T, 1 to 16
  std::int64_t vocabulary = 0;        ///< 0: every word; N >= 2: the N - 1 most frequent and "<unk>"
  CorpusBoundary boundary = CorpusBoundary::none;
  std::int64_t min_count = 1;     ///< contexts that occur less often are left out
  std::int64_t max_contexts = 0;  ///< 0: all; else the most frequent
};

/// The most distinct contexts of a task.
inline constexpr std::int64_t kMostCorpusContexts = 200'000;

/// The contexts of a real text and what follows them (IG sec. 2; math.md section 1).
///
/// The text is divided into words and marks (see Tokenizer). A context is the T tokens before a token; where
/// contexts begin anew (`boundary`) the first have 1 to T - 1, and what has none before it is not predicted.
/// Equal contexts are one column: P_zj is the share of its occurrences that word z followed, pi_j its share
/// of all occurrences that are kept. Contexts that occur less than `min_count` times are left out; of the
/// rest the `max_contexts` most frequent are kept, of equally frequent ones those that came first.
///
/// Words and tokens are one vocabulary: those in the contexts kept and those that follow them, from the most
/// to the least frequent in the text, equally frequent ones in order of first occurrence, "<unk>" last.
/// Contexts are ordered by their last word, then by the one before it and so on: neighbours share endings.
///
/// Facts: tokens and distinct words in the text, the share of its contexts' occurrences that is kept, the
/// shares of contexts (plain and pi-weighted) with one next word, of tokens that are "<unk>". Throws
/// InputError, beginning with the file's name, for a text that cannot be used or leaves fewer than two words
/// or contexts, or more than kMostCorpusContexts; Cancelled. Takes up to 40 bytes of memory for every token
/// read, and a second for a million of them at most.
std::shared_ptr<const Task> make_corpus(const CorpusOptions& options, const TaskWork& work = {});

TaskEntry corpus_entry();

}  // namespace gramscope
