#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/theory/max_margin_work.h"

namespace gramscope::test {

/// L_mm that is there once somebody waits for it.
class LateWork final : public MaxMarginWork {
 public:
  explicit LateWork(std::shared_ptr<const TaskTheory> theory) : theory_(std::move(theory)) {}
  void wait() override { result_ = solve_max_margin_now(theory_)->result(); }
  std::shared_ptr<const MaxMarginTheory> result() const override { return result_; }
  std::string failure() const override { return {}; }

 private:
  std::shared_ptr<const TaskTheory> theory_;
  std::shared_ptr<const MaxMarginTheory> result_;
};

inline std::shared_ptr<MaxMarginWork> solve_late(std::shared_ptr<const TaskTheory> theory) {
  return std::make_shared<LateWork>(std::move(theory));
}

}  // namespace gramscope::test
