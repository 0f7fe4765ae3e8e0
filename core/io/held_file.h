#pragma once

#include <filesystem>

#include "core/io/saving_calls.h"

namespace gramscope {

/// A file whose making process holds a lock on it for as long as it is open. The system lets go of the lock
/// however the process ends, and so a file that a killed process left behind can be told from one that is in
/// use, whatever process ids mean where the file lies.

enum class Locking {
  required,     ///< where the file system knows no locks, no file is made
  if_possible,  ///< there the file is made without, and passes for held ever after
};

/// Creates the file and locks it. Returns its descriptor, for writing; -1 with errno where that fails, EEXIST
/// where another name has to be tried.
int create_held(const std::filesystem::path& path, Locking locking,
                const SavingCalls& calls = system_calls());

/// Whether a process holds the file; also where that cannot be told. False for one that is not there.
bool is_held(const std::filesystem::path& path, const SavingCalls& calls = system_calls());

/// Whether the open file is still the one under that name.
bool is_in_place(int descriptor, const std::filesystem::path& path);

/// Removes the file unless a process holds it.
void remove_unless_held(const std::filesystem::path& path, const SavingCalls& calls = system_calls());

}  // namespace gramscope
