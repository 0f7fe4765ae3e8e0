#pragma once

#include <cstdint>
#include <memory>

#include "core/registry/registry.h"
#include "core/tasks/imbalance.h"
#include "core/tasks/task.h"

namespace gramscope {

struct SentencesShape {
  int factors = 3;   ///< 1 to 4: kind, size, texture, number
  int values = 3;    ///< 2 or 3 of each; number has two whatever this says
  int synonyms = 2;  ///< 1 to 4 for every value
  bool has_fillers = true;
  bool has_distinct_labels = false;
  std::uint64_t seed = 0;
  Imbalance imbalance = {};
};

/// Sentences that break off before their last noun: "yesterday Mary gently fed the tiny fluffy". The noun that follows
/// ("kitten") is the label, and it is determined by latent properties, which no label mentions: its kind, which the verb
/// selects (one feeds an animal, waters a plant, repairs a thing), its size and texture, which adjectives say, and its
/// number, which the determiner says.
///
/// Every value of a property can be said by `synonyms` words, and every combination of them is a context: there are
/// synonyms^factors contexts for each noun, which differ in every word and mean the same. This is what within-class
/// variability (NC1) measures. Who does it is drawn for each context, and so are the fillers, each present in half of
/// the contexts: an opening ("yesterday") and a manner ("gently"), so that sentences are of unequal length. The draws
/// follow `seed` and not that of the run. With distinct labels every context has a label of its own ("kitten-3"), and
/// that two contexts are paraphrases stands nowhere in the labels.
///
/// Contexts stand by noun, nouns by their properties, kind outermost.
std::shared_ptr<const Task> make_sentences(const SentencesShape& shape);

TaskEntry sentences_entry();

}  // namespace gramscope
