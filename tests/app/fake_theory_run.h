#pragma once

#include "tests/app/fake_observatory.h"

namespace gramscope::app {

/// A run of the UFM on soft labels that carries all that the theory says of it: L_mm, logits and uncentred cosines in the
/// snapshot, the modes with their growth from step 0, and every metric at every recorded step.
FakeRun soft_label_run(std::int64_t steps);

/// The same while L_mm is not there: withheld, or at work by that share.
FakeRun without_max_margin(FakeRun run, std::optional<double> share);

/// The config of soft_label_run(), resolved.
Config theory_config();

}  // namespace gramscope::app
