#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace gramscope {

/// Counter-based random numbers (Philox 4×32 with ten rounds; Salmon et al., SC 2011).
///
/// A stream is named by a seed and a purpose, so that adding a consumer of random numbers never shifts another's.
/// The same (seed, stream) gives the same numbers on every machine; normal() goes through the mathematical
/// library and so gives the same bits on one machine type.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint32_t bits();
  /// Uniform on [0, 1) with 53 random bits.
  double uniform();
  /// Uniform on {0, ..., count - 1}, without modulo bias. count >= 1.
  std::uint32_t below(std::uint32_t count);
  /// Standard normal, by Box and Muller; draws two uniforms for every two numbers.
  double normal();

  /// A position in the stream: what a checkpoint keeps.
  struct State {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
    std::uint64_t drawn = 0;  ///< 32-bit words taken so far
    double spare_normal = 0.0;
    bool has_spare_normal = false;
    friend bool operator==(const State&, const State&) = default;
  };
  State state() const;
  void restore(const State& state);

 private:
  void refill();

  State state_;
  std::array<std::uint32_t, 4> block_{};
};

/// Fisher–Yates.
template <class T>
void shuffle(std::span<T> items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) {
    const auto j = random.below(static_cast<std::uint32_t>(i));
    std::swap(items[i - 1], items[j]);
  }
}

}  // namespace gramscope
