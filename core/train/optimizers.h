#pragma once

#include "core/registry/registry.h"

namespace gramscope {

/// theta <- theta - eta g.
/// Source: Cauchy 1847. No state.
OptimizerEntry gradient_descent_entry();

/// Heavy ball: b <- mu b + g, theta <- theta - eta b.
/// Source: Polyak 1964, in the form of Sutskever et al. 2013 without dampening. State: b.
OptimizerEntry momentum_entry();

/// Adam with decoupled weight decay: theta <- (1 - eta lambda) theta, m <- m + (1 - beta1)(g - m),
/// v <- beta2 v + (1 - beta2) g∘g, theta <- theta - eta m^ / (sqrt(v^) + eps), with m^ = m / (1 - beta1^t)
/// and v^ = v / (1 - beta2^t); beta1 = 0.9, beta2 = 0.999, eps = 1e-8. The decay acts on every parameter.
/// Source: Loshchilov, Hutter 2019 (arXiv 1711.05101), algorithm 2. State: m, v and t.
OptimizerEntry adamw_entry();

}  // namespace gramscope
