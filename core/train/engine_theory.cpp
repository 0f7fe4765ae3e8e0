#include "core/linalg/arithmetic.h"
#include "core/train/engine_impl.h"

namespace gramscope {

void Engine::Impl::begin_theory() {
  if (max_margin_withheld().empty()) TheoryDesk::begin(*now.theory, hooks.solve_max_margin);
}

void Engine::Impl::collect_theory() {
  for (auto& event : desk.collect(records, *now.theory)) tell(std::move(event));
}

void Engine::Impl::change_max_margin(bool was_withheld) {
  if (max_margin_withheld().empty()) return begin_theory();
  if (was_withheld) return;
  withdrawn.push_back({commands.size(), records, desk.queues()});
  for (auto& event : desk.withdraw(records, now.theory, *embeddings({}))) tell(std::move(event));
}

bool Engine::awaits_max_margin() const { return impl_->desk.has_waiting(); }
bool Engine::is_held_back() const { return impl_->desk.is_full(); }

void Engine::complete_theory() {
  const ComputeScope scope;
  impl_->desk.wait();
  impl_->collect_theory();
}

void Engine::abandon_theory(const std::string& why) {
  const ComputeScope scope;
  impl_->desk.abandon(why);
  impl_->collect_theory();
}

}  // namespace gramscope
