#include "core/io/pickle_refusal.h"

#include <fmt/format.h>

#include "core/registry/error.h"

namespace gramscope {

namespace {

/// A file's name as a Python literal.
std::string python_text(const std::string& text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') literal += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      literal += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      literal += c;
  }
  return literal + '"';
}

/// The line that reads a file of that kind and writes an .npz file beside it.
std::string converting_line(const std::filesystem::path& path, Pickle pickle) {
  auto converted = path;
  converted.replace_extension(pickle == Pickle::npz ? "plain.npz" : "npz");
  const std::string from = python_text(path.string());
  const std::string to = python_text(converted.string());
  switch (pickle) {
    case Pickle::torch:
      // Beside tensors a checkpoint has numbers and texts, of which a whole number may be the step.
      return fmt::format(
          "import numpy, torch; x = torch.load({}, map_location=\"cpu\"); x = x if isinstance(x, dict) else {{\"H\": x}}; "
          "numpy.savez({}, **{{k: v.detach().float() if v.dtype == torch.bfloat16 else v.detach() "
          "for k, v in ((k, torch.as_tensor(v)) for k, v in x.items() if isinstance(v, (torch.Tensor, int)))}})",
          from, to);
    case Pickle::pickle:
      return fmt::format(
          "import numpy, pickle; x = pickle.load(open({}, \"rb\")); "
          "numpy.savez({}, **(x if isinstance(x, dict) else {{\"H\": x}}))",
          from, to);
    case Pickle::npy:
      return fmt::format(
          "import numpy; x = numpy.load({}, allow_pickle=True); "
          "numpy.savez({}, **(x.item() if x.ndim == 0 else {{\"H\": numpy.array(x.tolist())}}))",
          from, to);
    case Pickle::npz: break;
  }
  return fmt::format(
      "import numpy; x = numpy.load({}, allow_pickle=True); "
      "numpy.savez({}, **{{k: numpy.array(v.tolist()) if v.dtype == object else v for k, v in x.items()}})",
      from, to);
}

}  // namespace

std::optional<Pickle> pickle_of(std::string_view first_bytes, const std::string& ending) {
  for (const char* torch : {".pt", ".pth", ".bin", ".ckpt"})
    if (ending == torch) return Pickle::torch;
  // The instruction PROTO and a protocol from 2 to 5; protocols before that have no mark.
  const bool is_marked = first_bytes.size() >= 2 && first_bytes[0] == '\x80' && first_bytes[1] >= 2 && first_bytes[1] <= 5;
  if (is_marked || ending == ".pkl" || ending == ".pickle") return Pickle::pickle;
  return std::nullopt;
}

void refuse_pickle(const std::filesystem::path& path, Pickle pickle, const std::string& array) {
  const std::string what = pickle == Pickle::torch ? "a file of torch.save(), which is pickled"
                           : array.empty()         ? "pickled Python objects"
                                                   : array + ": an array of pickled Python objects";
  throw InputError(fmt::format("{}: {}: not read, since that would run code out of the file; convert it in Python with: {}",
                               path.string(), what, converting_line(path, pickle)));
}

}  // namespace gramscope
