#pragma once

#include <string>
#include <vector>

#include "core/tasks/task.h"

namespace gramscope::app {

/// What contexts can have in common: rows of a Gram matrix that stand together, points of one colour.
struct Grouping {
  enum class By {
    factor,     ///< the value of a latent factor
    label,      ///< the word that follows, where there is only one
    next_word,  ///< the most likely of the words that follow
    support,    ///< the set of words that can follow
    nothing,    ///< the task's own order; one colour
  };
  By by = By::factor;
  int factor = 0;  ///< for By::factor

  friend bool operator==(const Grouping&, const Grouping&) = default;
};

/// The groupings a task allows, the most telling first; By::nothing is always there, and last.
std::vector<Grouping> groupings(const Task& task);

/// `wanted` where the task allows it; else the first that it does.
Grouping fitting(const Task& task, const Grouping& wanted);

/// "colour", "label", "next word", ...: for people. The key is the same with underscores.
std::string grouping_label(const Task& task, const Grouping& grouping);
std::string grouping_key(const Task& task, const Grouping& grouping);

/// Contexts divided into groups, numbered from 0 without gaps.
struct ContextGroups {
  std::vector<int> of_context;     ///< m
  std::vector<std::string> names;  ///< by group
  std::vector<Index> sizes;        ///< by group: how many contexts
};

/// The groups of a grouping that the task allows. By factor: in the order of its values. By word: in the order of the
/// words. By support: supports that begin alike are neighbours. By nothing: one group without a name.
ContextGroups group_contexts(const Task& task, const Grouping& grouping);

/// A word that can follow a context.
struct NextWord {
  Index word = 0;
  double probability = 0.0;
};
/// The words that can follow context j, the most likely first, at most `most`; of equals the first.
std::vector<NextWord> next_words(const Task& task, Index context, std::size_t most);

/// The name of a context or a word, or "context 7" where there is none.
std::string context_name(const Task& task, Index context);
std::string word_name(const Task& task, Index word);

}  // namespace gramscope::app
