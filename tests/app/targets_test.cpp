#include "app/targets.h"

#include <doctest/doctest.h>

#include "core/tasks/attributes.h"
#include "core/tasks/support.h"
#include "core/train/snapshot.h"

namespace gramscope::app {

TEST_CASE("fitting_target: unasked, what says most of the task") {
  const auto one_hot = make_attributes(3, 3);
  const auto soft = make_support({.vocabulary = 10, .contexts = 12, .support_size = 3, .contexts_per_support = 2});
  CHECK(fitting_target(*one_hot, std::nullopt) == TargetKind::semantic);
  CHECK(fitting_target(*soft, std::nullopt) == TargetKind::proxy);
  auto plain = *one_hot;
  plain.factors.clear();
  CHECK(fitting_target(plain, std::nullopt) == TargetKind::symmetric);
}

TEST_CASE("fitting_target: what is asked for, where the task allows it") {
  const auto soft = make_support({.vocabulary = 10, .contexts = 12, .support_size = 3, .contexts_per_support = 2});
  for (const auto kind : {TargetKind::semantic, TargetKind::symmetric, TargetKind::proxy, TargetKind::max_margin})
    CHECK(fitting_target(*soft, kind) == kind);
  auto plain = *make_attributes(3, 3);
  plain.factors.clear();
  CHECK(fitting_target(plain, TargetKind::semantic) == TargetKind::symmetric);
  CHECK(fitting_target(plain, TargetKind::max_margin) == TargetKind::max_margin);
}

TEST_CASE("targets: at one next word each, the proxy is the symmetric target") {
  const auto task = make_attributes(2, 2);
  CHECK(is_proxy_symmetric(*task));
  CHECK((proxy_target(*task) - symmetric_target(*task)).cwiseAbs().maxCoeff() < 1e-6f);
}

}  // namespace gramscope::app
