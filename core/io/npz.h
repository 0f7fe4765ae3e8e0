#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/io/npy.h"
#include "core/io/saving_calls.h"

namespace gramscope {

struct NamedArray {
  std::string name;
  Array array;
};

enum class Compression { stored, deflated };

/// Writes an .npz file, which is a zip archive of .npy files (atomically; throws RuntimeError). Entries carry
/// a fixed date, so the same arrays give the same bytes.
void write_npz(const std::filesystem::path& path, std::span<const NamedArray> arrays,
               Compression compression = Compression::deflated, const SavingCalls& calls = system_calls());

/// The name of the array that a member of an .npz file holds: without ".npy".
std::string npz_array_name(const std::string& member);

/// Reads the arrays of an .npz file, in its order. Sizes are checked before anything is allocated: at most
/// `limit` bytes altogether, and no more than the compressed data can hold. Throws InputError "file: place:
/// problem".
std::vector<NamedArray> read_npz(const std::filesystem::path& path,
                                 std::uint64_t limit = std::uint64_t{2} << 30);

}  // namespace gramscope
