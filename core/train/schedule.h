#pragma once

#include "core/registry/registry.h"

namespace gramscope {

/// The learning rate of the step from t to t + 1, a function of t and of the config alone:
///   eta(t) = optimizer.lr min(1, (t + 1)/w) s(t),
/// with w = optimizer.warmup (the factor is 1 for w = 0) and s the share that optimizer.schedule gives. A constant
/// schedule without warm-up gives optimizer.lr to the bit. `config` is resolved.
Schedule learning_rate_schedule(const Config& config);

/// s(t) = 1.
ScheduleEntry constant_schedule_entry();

/// s(t) = f^floor(t/n), n = optimizer.decay_every and f = optimizer.decay_factor.
ScheduleEntry step_schedule_entry();

/// s(t) = f + (1 - f)(1 + cos(pi p))/2, f = optimizer.final_lr_share and p = (t - w)/(N - w) clamped to 0 to 1, with N =
/// run.steps: from 1 at the end of the warm-up to f at the end of the run and after it. N <= w: p is 1 from step N on.
/// Source: Loshchilov, Hutter 2017 (arXiv 1608.03983), eq. 5, without restarts.
ScheduleEntry cosine_schedule_entry();

/// optimizer.warmup
Parameter warmup_parameter();

}  // namespace gramscope
