#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gramscope {

/// 64-bit FNV-1a (Fowler, Noll, Vo): h <- (h XOR byte) * 0x100000001b3, from 0xcbf29ce484222325. Tells files apart; no
/// protection against somebody who wants two to look alike.
class Fnv1a {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3ull;
  }
  std::uint64_t value() const { return hash_; }

  /// 16 hexadecimal digits.
  std::string digits() const {
    std::string text(16, '0');
    for (std::size_t i = 0; i < 16; ++i) text[i] = "0123456789abcdef"[hash_ >> (60 - 4 * i) & 0xF];
    return text;
  }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

}  // namespace gramscope
