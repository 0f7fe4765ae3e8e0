#include "core/tasks/corpus_text.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <unordered_map>

#include "core/registry/registry.h"
#include "core/tasks/corpus.h"
#include "core/text/fnv1a.h"
#include "core/text/tokenizer.h"
#include "corpora_embedded.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

/// Bytes between two reports of progress: a few milliseconds of work.
constexpr std::size_t kReadChunk = std::size_t{1} << 20;
constexpr std::size_t kTokenChunk = std::size_t{1} << 18;

/// Shares of the whole work, for the progress bar: reading, tokenizing, and then counting.
constexpr double kTokenizingFrom = 0.1;

const embedded::File* find_embedded(std::string_view name) {
  const auto files = embedded::corpora();
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

bool is_regular(std::string_view path) {
  std::error_code error;
  return fs::is_regular_file(fs::path(path), error);
}

CorpusText read_embedded(const embedded::File& file) {
  CorpusText text;
  text.bytes = file.bytes;
  text.name = file.name;
  Fnv1a hash;
  hash.add(file.bytes);
  text.input = {text.name, file.bytes.size(), hash.digits()};
  return text;
}

/// Why the path cannot be read at all; empty if it can be tried.
std::string obstacle(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  switch (status.type()) {
    case fs::file_type::regular:
      return {};
    case fs::file_type::not_found: {
      std::string text = "there is no such file";
      if (path.find_first_of("/.") == std::string::npos) {
        text += ", nor a built-in corpus of that name; nearest: ";
        for (const auto& name : nearest_names(path, embedded_corpora()))
          text += (text.ends_with(": ") ? "" : ", ") + name;
      }
      return text;
    }
    case fs::file_type::directory:
      return "is a directory: name one text file";
    case fs::file_type::none:
    case fs::file_type::unknown:
      return "could not be looked at: " + error.message();
    default:
      return "is not a regular file: copy what it gives into one first";
  }
}

void refuse_other_encodings(const CorpusText& text) {
  const std::string_view begin = std::string_view(text.bytes).substr(0, 2);
  if (begin == "\xFF\xFE" || begin == "\xFE\xFF")
    throw InputError(text.name + ": begins with the mark of UTF-16: save the text as UTF-8");
}

/// Distinct words by their bytes; looked up without making a string.
struct WordHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
};

}  // namespace

std::vector<std::string> embedded_corpora() {
  std::vector<std::string> names;
  for (const auto& file : embedded::corpora()) names.emplace_back(file.name);
  return names;
}

bool names_embedded_corpus(std::string_view path) {
  return path.empty() || (find_embedded(path) != nullptr && !is_regular(path));
}

CorpusText read_corpus(const std::string& path, const TaskWork& work) {
  if (names_embedded_corpus(path)) return read_embedded(*find_embedded(path.empty() ? kDefaultCorpus : path));
  if (const auto reason = obstacle(path); !reason.empty()) throw InputError(path + ": " + reason);

  CorpusText text;
  text.name = path;
  const std::string what = "Reading " + fs::path(path).filename().string();
  std::error_code error;
  const auto size = fs::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) throw InputError(path + ": could not be opened: " + std::strerror(errno));
  const auto too_large = [&] {
    return InputError(path + ": has more than " + std::to_string(kMostCorpusBytes >> 20) +
                      " MiB: use a part of it (head -c " + std::to_string(kMostCorpusBytes >> 20) + "M)");
  };
  if (size > kMostCorpusBytes) throw too_large();
  text.bytes.reserve(size);
  Fnv1a hash;
  std::string chunk(kReadChunk, '\0');
  while (file) {
    work.progress(kTokenizingFrom * static_cast<double>(text.bytes.size()) /
                      static_cast<double>(std::max<std::uint64_t>(1, size)),
                  what);
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    const std::string_view got(chunk.data(), static_cast<std::size_t>(file.gcount()));
    hash.add(got);
    text.bytes += got;
    // It may have grown since it was measured.
    if (text.bytes.size() > kMostCorpusBytes) throw too_large();
  }
  if (file.bad()) throw InputError(path + ": could not be read: " + std::strerror(errno));
  if (text.bytes.empty()) throw InputError(path + ": is empty");
  text.input = {path, text.bytes.size(), hash.digits()};
  refuse_other_encodings(text);
  return text;
}

CorpusTokens tokenize(const CorpusText& text, const TaskWork& work) {
  CorpusTokens tokens;
  Tokenizer tokenizer(text.bytes, text.name);
  std::unordered_map<std::string, std::int32_t, WordHash, std::equal_to<>> numbers;
  const std::string what = "Reading " + fs::path(text.name).filename().string();
  std::size_t next_report = 0;
  while (tokenizer.next()) {
    if (tokenizer.offset() >= next_report) {
      const double share = static_cast<double>(tokenizer.offset()) / static_cast<double>(text.bytes.size());
      work.progress(kTokenizingFrom + (kCountingFrom - kTokenizingFrom) * share, what);
      next_report = tokenizer.offset() + kTokenChunk;
    }
    const auto place = static_cast<std::int32_t>(tokens.ids.size());
    if (place == kMostCorpusTokens)
      throw InputError(text.name + ": has more than " + std::to_string(kMostCorpusTokens) +
                       " words and punctuation marks: use a part of it");
    if (tokenizer.lines_crossed() > 0) tokens.line_begins.push_back(place);
    if (tokenizer.lines_crossed() > 1) tokens.paragraph_begins.push_back(place);
    auto found = numbers.find(std::string_view(tokenizer.token()));
    if (found == numbers.end()) {
      found = numbers.emplace(tokenizer.token(), static_cast<std::int32_t>(tokens.words.size())).first;
      tokens.words.push_back(tokenizer.token());
    }
    tokens.ids.push_back(found->second);
  }
  return tokens;
}

}  // namespace gramscope
