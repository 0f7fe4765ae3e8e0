#pragma once

#include <cstdint>

#include "core/registry/config.h"
#include "tests/app/fake_observatory.h"

namespace gramscope::app {

// Moments of runs to draw, trained or made up.

/// A moment of a run, with the records that led to it.
FakeRun train(const Config& config, std::int64_t steps);

/// The kinds of the flagship, all else at its default.
Config flagship();

/// A task nobody knows any factors of, in a state without structure.
FakeRun without_factors();

/// Several words follow each context, some contexts more often than others, and all of it in long contexts of unequal
/// length: what a text gives. No factors.
FakeRun of_a_text();

/// Thousands of attribute contexts, each a few pixels at most.
FakeRun with_many_contexts();

/// So many contexts that rows of their Gram matrix stand for several.
FakeRun with_blocks();

/// The same run with purity, silhouette and interaction energies, made up, among its metrics.
FakeRun with_factor_metrics(const FakeRun& run);

/// The inside of a network: `depth` blocks of `heads`, looked at while the context of index 4 is selected.
FakeRun with_inside(const FakeRun& run, Index depth, Index heads, int layer);

/// Sparse soft labels with L_mm solved, the NTP-UFM fitted and a run half way there: all that theory can stand beside.
FakeRun with_theory();

/// The same run beside which nothing of it is there yet: L_mm at a share of its way, the fit just begun.
FakeRun with_theory_to_come(const FakeRun& run);

/// The snapshot of a run with the cosines that no mean is subtracted for, as views may ask for them.
FakeRun with_plain_grams(const FakeRun& run);

/// A task, and nothing analysed yet.
FakeRun before_the_first_step();

}  // namespace gramscope::app
