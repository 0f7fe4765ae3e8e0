#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/tasks/task.h"
#include "core/tasks/task_work.h"

namespace gramscope {

/// The bytes of a text and where they come from.
struct CorpusText {
  std::string bytes;
  std::string name;  ///< for messages: the path as given, or the name of an embedded corpus
  TaskInput input;
};

/// The largest file that is read.
inline constexpr std::uint64_t kMostCorpusBytes = std::uint64_t{256} << 20;

/// The names of the corpora compiled into the program.
std::vector<std::string> embedded_corpora();

/// Whether a value of task.path means an embedded corpus: it is empty or the name of one, and no file of that
/// name is there.
bool names_embedded_corpus(std::string_view path);

/// Reads the file at `path`, or the embedded corpus of that name. Throws InputError, beginning with the path,
/// if it is missing, a directory, no regular file (pipes and devices may never end), unreadable, empty,
/// larger than kMostCorpusBytes or UTF-16; Cancelled.
CorpusText read_corpus(const std::string& path, const TaskWork& work);

/// A text as numbered tokens.
struct CorpusTokens {
  std::vector<std::string> words;  ///< distinct, in the order of first occurrence
  std::vector<std::int32_t> ids;   ///< by place in the text: an index into `words`
  /// Where contexts begin anew: ascending places, each the first token after a line end (or a blank line).
  std::vector<std::int32_t> line_begins;
  std::vector<std::int32_t> paragraph_begins;
};

/// The most tokens that are read.
inline constexpr std::int64_t kMostCorpusTokens = 50'000'000;

/// The share of the work after which the text is tokenized and contexts are counted, for the progress bar.
inline constexpr double kCountingFrom = 0.6;

/// Divides the text into tokens (see Tokenizer). Throws InputError where the text is not valid or has more
/// than kMostCorpusTokens; Cancelled.
CorpusTokens tokenize(const CorpusText& text, const TaskWork& work);

}  // namespace gramscope
