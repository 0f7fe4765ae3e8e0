#include <benchmark/benchmark.h>

#include "core/theory/max_margin.h"
#include "core/theory/spherical_code.h"
#include "tests/core/theory/random_supports.h"

/// What the theory of a task costs: processor time on one core. The sizes are a small text's (V = 104 words,
/// m = 403 contexts) and the largest that is promised (512×2,048).
namespace gramscope {

namespace {

Supports small_text() { return random_supports(104, 403, 5, 1); }
Supports large_text() { return zipf_supports(512, 2048, 16, 1); }

/// A solve to a gap.
void solve(benchmark::State& state, const Supports& supports, double relative_gap) {
  MaxMargin result;
  for (auto _ : state) {
    result = solve_max_margin(supports, {.relative_gap = relative_gap});
    benchmark::DoNotOptimize(result.logits.data());
  }
  state.counters["iterations"] = static_cast<double>(result.iterations);
  state.counters["gap"] = result.relative_gap();
}

/// Ten iterations, and the one proof at their end.
void iterate(benchmark::State& state, const Supports& supports) {
  for (auto _ : state) {
    const auto result = solve_max_margin(supports, {.relative_gap = 1e-15, .most_iterations = 10});
    benchmark::DoNotOptimize(result.logits.data());
  }
}

void arrange(benchmark::State& state) {
  SphericalCode code;
  for (auto _ : state) code = find_spherical_code(state.range(0), state.range(1));
  state.counters["cosine"] = code.largest_cosine;
  state.counters["gap"] = code.gap();
}

BENCHMARK_CAPTURE(iterate, 104x403, small_text())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(iterate, 512x2048_zipf, large_text())->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK_CAPTURE(solve, 104x403_to_1e_6, small_text(), 1e-6)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(solve, 104x403_to_1e_8, small_text(), 1e-8)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(solve, 512x2048_zipf_to_1e_3, large_text(), 1e-3)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK(arrange)
    ->ArgNames({"points", "dimension"})
    ->Args({27, 8})
    ->Args({24, 3})
    ->Args({240, 8})
    ->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace gramscope
