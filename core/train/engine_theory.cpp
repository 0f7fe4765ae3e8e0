#include <algorithm>
#include <bit>

#include "core/linalg/arithmetic.h"
#include "core/train/engine_impl.h"

namespace gramscope {

namespace {

/// Bit for bit; undefined values are NaN.
bool is_same(const Metrics& a, const Metrics& b) {
  return std::equal(a.values().begin(), a.values().end(), b.values().begin(), b.values().end(),
                    [](const MetricValue& one, const MetricValue& other) {
                      return one.key == other.key && one.undefined == other.undefined &&
                             std::bit_cast<std::uint64_t>(one.value) == std::bit_cast<std::uint64_t>(other.value);
                    });
}

}  // namespace

void Engine::Impl::begin_theory() {
  if (max_margin_withheld().empty()) TheoryDesk::begin(*now.theory, hooks.solve_max_margin);
}

void Engine::Impl::collect_theory() {
  for (auto& event : desk.collect(records, *now.theory)) tell(std::move(event));
}

void Engine::Impl::change_max_margin(bool was_withheld) {
  if (max_margin_withheld().empty()) return begin_theory();
  if (was_withheld) return;
  Withdrawn before{commands.size(), {}, desk.queues()};
  std::vector<Metrics> metrics;
  for (const auto& record : records) metrics.push_back(record.metrics);
  auto events = desk.withdraw(records, now.theory, *embeddings({}));
  for (std::size_t i = 0; i < records.size(); ++i)
    if (!is_same(metrics[i], records[i].metrics)) before.metrics.emplace_back(i, std::move(metrics[i]));
  withdrawn.push_back(std::move(before));
  for (auto& event : events) tell(std::move(event));
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
