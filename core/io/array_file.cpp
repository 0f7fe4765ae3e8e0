#include "core/io/array_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/io/npy.h"
#include "core/io/npz.h"
#include "core/io/pickle_refusal.h"
#include "core/io/safetensors_header.h"
#include "core/io/zip_archive.h"
#include "core/registry/error.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

class NpyFile final : public ArrayFile {
 public:
  explicit NpyFile(const std::shared_ptr<const InputFile>& file) : ArrayFile(file->path()), file_(file) {
    names_ = {kLoneArray};
  }

  OpenArray open(const std::string& name) const override {
    OpenArray array;
    array.elements =
        std::make_unique<FileStream>(fmt::format("{}: {}", path_.string(), name), file_, 0, file_->bytes());
    try {
      array.layout = take_npy_header(*array.elements);
    } catch (const PickledArray&) {
      refuse_pickle(path_, Pickle::npy, name);
    }
    array.stored_bytes = array.elements->left();
    return array;
  }

 private:
  std::shared_ptr<const InputFile> file_;
};

class NpzFile final : public ArrayFile {
 public:
  explicit NpzFile(const fs::path& path) : ArrayFile(path), archive_(path) {
    for (const auto& member : archive_.members()) {
      if (member.name == "data.pkl" || member.name.ends_with("/data.pkl")) refuse_pickle(path, Pickle::torch);
      const std::string name = npz_array_name(member.name);
      if (name == member.name) continue;  // no array
      if (!members_.try_emplace(name, &member).second) fail(shown_name(name), "is there twice");
      names_.push_back(name);
    }
  }

  OpenArray open(const std::string& name) const override {
    const ZipArchive::Member& member = *members_.at(name);
    OpenArray array;
    array.elements = archive_.open(member, shown_name(name));
    try {
      array.layout = take_npy_header(*array.elements);
    } catch (const PickledArray&) {
      refuse_pickle(path_, Pickle::npz, shown_name(name));
    }
    array.stored_bytes = member.compressed_bytes;
    return array;
  }

 private:
  ZipArchive archive_;
  std::map<std::string, const ZipArchive::Member*> members_;
};

class SafetensorsFile final : public ArrayFile {
 public:
  explicit SafetensorsFile(const std::shared_ptr<const InputFile>& file) : ArrayFile(file->path()), file_(file) {
    FileStream stream(path_.string(), file, 0, file->bytes());
    header_ = take_safetensors_header(stream);
    texts_ = std::move(header_.metadata);
    for (const auto& tensor : header_.tensors) {
      names_.push_back(tensor.name);
      tensors_.emplace(tensor.name, &tensor);
    }
  }

  OpenArray open(const std::string& name) const override {
    const TensorEntry& tensor = *tensors_.at(name);
    const std::uint64_t bytes = tensor.end - tensor.begin;
    return {tensor.array,
            std::make_unique<FileStream>(fmt::format("{}: {}", path_.string(), shown_name(name)), file_,
                                         header_.data_begin + tensor.begin, bytes),
            bytes};
  }

 private:
  std::shared_ptr<const InputFile> file_;
  SafetensorsHeader header_;
  std::map<std::string, const TensorEntry*> tensors_;
};

}  // namespace

bool ArrayFile::has(std::string_view name) const { return std::find(names_.begin(), names_.end(), name) != names_.end(); }

void ArrayFile::fail(const std::string& place, const std::string& problem) const {
  throw InputError(fmt::format("{}: {}: {}", path_.string(), place, problem));
}

std::unique_ptr<ArrayFile> open_array_file(const fs::path& path) {
  const auto file = std::make_shared<const InputFile>(path);
  std::array<char, 9> first{};
  const std::string_view bytes(first.data(), file->read(0, first.data(), first.size()));
  const std::string ending = path.extension().string();
  if (bytes.starts_with("\x93NUMPY")) return std::make_unique<NpyFile>(file);
  // Whatever torch.save() has written into it, its own zip archives as well.
  if (pickle_of({}, ending) == Pickle::torch) refuse_pickle(path, Pickle::torch);
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return std::make_unique<NpzFile>(path);
  if (ending == ".safetensors" || (bytes.size() == first.size() && bytes.back() == '{'))
    return std::make_unique<SafetensorsFile>(file);
  if (const auto pickle = pickle_of(bytes, ending)) refuse_pickle(path, *pickle);
  if (ending == ".npy") return std::make_unique<NpyFile>(file);
  if (ending == ".npz") return std::make_unique<NpzFile>(path);
  throw InputError(fmt::format("{}: the first bytes are those of no .npz, .npy or .safetensors file", path.string()));
}

}  // namespace gramscope
