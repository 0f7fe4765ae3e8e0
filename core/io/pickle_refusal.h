#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace gramscope {

/// Files that only Python can read: a pickle is a program that builds objects, and running a stranger's is not reading.
enum class Pickle {
  torch,   ///< torch.save(): .pt, .pth, .bin, .ckpt
  pickle,  ///< pickle.dump()
  npy,     ///< a .npy file of objects
  npz,     ///< an .npz file with an array of objects
};

/// What a file that begins with those bytes and whose name ends so must be, if it is a pickle.
std::optional<Pickle> pickle_of(std::string_view first_bytes, const std::string& ending);

/// Throws InputError "file: what it is; convert it with: a line of Python". `array` names the one that is pickled.
[[noreturn]] void refuse_pickle(const std::filesystem::path& path, Pickle pickle, const std::string& array = {});

}  // namespace gramscope
