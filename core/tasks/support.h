#pragma once

#include <cstdint>
#include <memory>

#include "core/registry/registry.h"
#include "core/tasks/imbalance.h"
#include "core/tasks/task.h"

namespace gramscope {

struct SupportShape {
  enum class Probabilities { uniform, random, zipf };

  int vocabulary = 24;           ///< V
  int contexts = 48;             ///< m
  int support_size = 4;          ///< s, words that can follow a context
  int contexts_per_support = 3;  ///< neighbouring contexts with one support; the last may have fewer
  double overlap = 0.0;          ///< 0 to 1
  Probabilities probabilities = Probabilities::random;
  double zipf = 1.0;             ///< exponent where probabilities are zipf
  std::uint64_t seed = 0;
  Imbalance imbalance = {};
};

/// Synthetic sparse soft labels (IG, arXiv 2408.15417): each context can be followed by any of the s words of its
/// support, and contexts are nothing but their next words: they have no tokens, so that only models with free features
/// can learn them.
///
/// Of every support, round(overlap s) words are drawn from a pool of 2s words that all supports share (fewer where V
/// leaves no more), the others dealt from the rest like cards: every word is dealt once before any is dealt again, so
/// that at overlap 0 supports are as disjoint as can be and every word that the cards reach occurs; at 1 all is drawn
/// from the pool and other words never follow. Supports are distinct; one that comes up again is dealt anew.
///
/// Within its support a context's probabilities are equal (uniform); proportional to numbers drawn uniformly from 0.1 to
/// 1 (random); or to r^-zipf at a rank r drawn for each word (zipf). Contexts that share a support differ in them. Where
/// contexts share supports, a factor "support" names the support of each, and the supports are the classes that can be
/// imbalanced, the first the frequent ones. All draws follow `seed`, not the seed of the run.
///
/// Throws UsageError where V words do not give as many distinct supports as are asked for.
std::shared_ptr<const Task> make_support(const SupportShape& shape);

TaskEntry support_entry();

}  // namespace gramscope
