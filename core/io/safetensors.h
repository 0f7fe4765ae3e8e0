#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/train/engine.h"

namespace gramscope {

/// The .safetensors format: the length of a header in 8 bytes, little endian; the header, a JSON object that gives for
/// every tensor its type, shape and place; then the tensors, row after row.

enum class TensorPrecision { f32, f64 };

/// Writes matrices as rows×cols tensors in their order (atomically; throws RuntimeError). `metadata` are the texts of
/// the header's __metadata__, in their order.
void write_safetensors(const std::filesystem::path& path, std::span<const NamedMatrix> tensors,
                       TensorPrecision precision,
                       std::span<const std::pair<std::string, std::string>> metadata);

/// Reads the tensors of a file: F64, F32, F16 and BF16 of at most two dimensions, of which one of one dimension becomes
/// a column and one of none 1×1. Throws InputError "file: place: problem" unless the header is well formed, every tensor
/// has as many bytes as its type and shape need, and together they fill the file without gap or overlap. Memory:
/// the matrices, a few MiB, and a few times the header.
std::map<std::string, MatrixD> read_safetensors(const std::filesystem::path& path);

/// As read_safetensors, from the bytes of a file; `where` names it.
std::map<std::string, MatrixD> parse_safetensors(std::string_view bytes, const std::string& where);

/// Writes the weights of an engine in its precision, with the experiment in the metadata: format, preset, step, run.seed
/// and all parameters of the model.
void write_weights(const std::filesystem::path& path, const Engine& engine);

/// The reader for model.weights: read_safetensors.
WeightReader weight_reader();

}  // namespace gramscope
