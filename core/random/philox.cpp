#include "core/random/philox.h"

#include <cmath>
#include <numbers>

namespace gramscope {

namespace {

struct Product {
  std::uint32_t high;
  std::uint32_t low;
};

Product multiply(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t product = static_cast<std::uint64_t>(a) * b;
  return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) {
  state_.seed = seed;
  state_.stream = stream;
}

void Random::refill() {
  const std::uint64_t counter = state_.drawn / 4;
  std::array<std::uint32_t, 4> x{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
                                 static_cast<std::uint32_t>(state_.stream),
                                 static_cast<std::uint32_t>(state_.stream >> 32)};
  auto key0 = static_cast<std::uint32_t>(state_.seed);
  auto key1 = static_cast<std::uint32_t>(state_.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const Product p = multiply(0xD2511F53u, x[0]);
    const Product q = multiply(0xCD9E8D57u, x[2]);
    x = {q.high ^ x[1] ^ key0, q.low, p.high ^ x[3] ^ key1, p.low};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  block_ = x;
}

std::uint32_t Random::bits() {
  const std::uint64_t lane = state_.drawn % 4;
  if (lane == 0) refill();
  ++state_.drawn;
  return block_[lane];
}

double Random::uniform() {
  const std::uint64_t high = bits() >> 5;
  const std::uint64_t low = bits() >> 6;
  return static_cast<double>((high << 26) | low) * 0x1.0p-53;
}

std::uint32_t Random::below(std::uint32_t count) {
  // Rejects the few values at the top that would make the remainders uneven.
  const std::uint32_t limit = count == 0 ? 0 : static_cast<std::uint32_t>(-count) % count;
  for (;;) {
    const std::uint32_t word = bits();
    if (word >= limit) return word % count;
  }
}

double Random::normal() {
  if (state_.has_spare_normal) {
    state_.has_spare_normal = false;
    return state_.spare_normal;
  }
  const double u = 1.0 - uniform();  // (0, 1]: its logarithm is finite
  const double v = uniform();
  const double radius = std::sqrt(-2.0 * std::log(u));
  const double angle = 2.0 * std::numbers::pi * v;
  state_.spare_normal = radius * std::sin(angle);
  state_.has_spare_normal = true;
  return radius * std::cos(angle);
}

Random::State Random::state() const { return state_; }

void Random::restore(const State& state) {
  state_ = state;
  if (state_.drawn % 4 != 0) refill();
}

}  // namespace gramscope
