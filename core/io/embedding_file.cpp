#include "core/io/embedding_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

#include "core/io/array_file.h"
#include "core/io/recording_task.h"
#include "core/io/safetensors_header.h"
#include "core/io/snapshot_paths.h"
#include "core/registry/error.h"

namespace gramscope {

namespace {

/// Matrices up to so many bytes may come from any number of compressed ones. Larger ones come from at least a
/// two-hundredth: constants compress further, and files that are made to fill the memory.
constexpr std::uint64_t kSmallMatrixBytes = std::uint64_t{32} << 20;
constexpr std::uint64_t kMostExpansion = 200;

/// "20,000"
std::string counted(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string extents_text(const std::vector<std::size_t>& shape) {
  if (shape.empty()) return "1";
  std::vector<std::string> extents;
  for (const auto extent : shape) extents.push_back(counted(extent));
  return fmt::format("{}", fmt::join(extents, " × "));
}

/// Reads one file, array by array.
class EmbeddingReader {
 public:
  EmbeddingReader(const ArrayFile& file, const Embeddings* before, const Task* targets, const TaskWork& work)
      : file_(file), before_(before), targets_(targets), work_(work) {}

  EmbeddingFile read() {
    h_name_ = find_h();
    const std::string label_name = one_of({"labels", "y"});
    // Sizes first, then what is small, then what is large: a file that is wrong is refused before it takes memory.
    const auto [n, d] = matrix_extents(h_name_, "n × d, a row per sample", kMostEmbeddingRows);
    n_ = n;
    if (before_ != nullptr && before_->h.cols() != static_cast<Index>(n))
      fail(h_name_, fmt::format("has {} rows, and the snapshot before it {}: the samples must be the same", counted(n),
                                counted(static_cast<std::uint64_t>(before_->h.cols()))));
    if (targets_ != nullptr && targets_->contexts != static_cast<Index>(n))
      fail(h_name_, fmt::format("has {} rows, and the run's task {} contexts", counted(n), counted(static_cast<std::uint64_t>(targets_->contexts))));
    notes_.samples = static_cast<Index>(n);
    if (file_.has("W")) read_word_count(d);
    if (!label_name.empty()) read_labels(label_name);
    check_words();
    if (file_.has("factors")) read_factors();
    notes_.names = texts("names", n);
    const auto embeddings = std::make_shared<Embeddings>();
    embeddings->step = step();
    embeddings->smoothing = number("smoothing");
    embeddings->penalty = number("penalty");
    if (file_.has("b")) embeddings->bias = read_bias();
    notes_.word_names = texts("word_names", static_cast<std::size_t>(word_count()));
    embeddings->h = read_large(h_name_, Placing::as_columns);
    embeddings->w = file_.has("W") ? read_large("W", Placing::as_rows) : MatrixD(0, static_cast<Index>(d));
    const auto task_before = before_ != nullptr ? before_->task : nullptr;
    embeddings->task = make_recording_task(std::move(notes_), task_before, targets_);
    return {embeddings, own_step_, facts()};
  }

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& problem) const {
    file_.fail(shown_name(name), problem);
  }
  void tell(std::string name, std::string what) { facts_.emplace_back(std::move(name), std::move(what)); }
  void tell(const std::string& name, const StoredArray& array) {
    tell(name, extents_text(array.shape) + ", " + array.type.name);
  }

  /// Which of several names of one array the file has; empty if none.
  std::string one_of(std::initializer_list<const char*> names) const {
    std::string found;
    for (const std::string name : names) {
      if (!file_.has(name)) continue;
      if (!found.empty()) fail(name, fmt::format("is another name of {}, which is there too; keep one", found));
      found = name;
    }
    return found;
  }

  std::string find_h() const {
    if (auto name = one_of({"H", "embeddings"}); !name.empty()) return name;
    static const std::set<std::string, std::less<>> known{"W",     "b",          "labels", "y",         "factors", "factor_names",
                                                          "names", "word_names", "step",   "smoothing", "penalty"};
    std::vector<std::string> matrices;
    for (const auto& name : file_.names()) {
      if (known.contains(name)) continue;
      const auto layout = file_.open(name).layout;
      if (layout.shape.size() == 2 && (layout.type.is_real() || layout.type.is_integer())) matrices.push_back(name);
    }
    if (matrices.size() == 1) return matrices.front();
    std::vector<std::string> shown;
    const auto& candidates = matrices.empty() ? file_.names() : matrices;
    for (const auto& name : candidates) {
      if (shown.size() == 5) {
        shown.push_back("…");
        break;
      }
      shown.push_back(shown_name(name));
    }
    if (matrices.empty())
      fail("H", fmt::format("missing: the file has {}; the embeddings, n × d with a row per sample, must be called H",
                            shown.empty() ? "no arrays" : fmt::format("{}", fmt::join(shown, ", "))));
    fail("H", fmt::format("missing: which of {} is it? The embeddings, n × d with a row per sample, must be called H",
                          fmt::join(shown, ", ")));
  }

  void check_type(const std::string& name, const StoredArray& array, bool is_right, const char* wanted) const {
    if (!is_right) fail(name, fmt::format("must be {}; is {}", wanted, array.type.name));
  }

  /// The extents of a matrix of numbers within the limits.
  std::pair<std::size_t, std::size_t> matrix_extents(const std::string& name, const char* wanted, Index most_rows) const {
    const auto array = file_.open(name);
    const auto& layout = array.layout;
    check_type(name, layout, layout.type.is_real() || layout.type.is_integer(), "numbers: float16, float32, float64 or integers");
    if (layout.shape.size() != 2) fail(name, fmt::format("must be {}; has the shape {}", wanted, shape_text(layout.shape)));
    const std::size_t rows = layout.shape[0];
    const std::size_t cols = layout.shape[1];
    if (rows == 0 || cols == 0) fail(name, fmt::format("is empty: has the shape {}", shape_text(layout.shape)));
    if (rows > static_cast<std::size_t>(most_rows))
      fail(name, fmt::format("has {} rows, more than the {} that are read", counted(rows),
                             counted(static_cast<std::uint64_t>(most_rows))));
    if (cols > static_cast<std::size_t>(kMostEmbeddingCells) / rows)
      fail(name, fmt::format("has {} entries, more than the {} that are read", extents_text(layout.shape),
                             counted(static_cast<std::uint64_t>(kMostEmbeddingCells))));
    checked_count(layout, *array.elements);
    const std::uint64_t bytes = std::uint64_t{rows} * cols * sizeof(double);
    if (bytes > kSmallMatrixBytes && bytes / kMostExpansion > array.stored_bytes)
      fail(name, fmt::format("{} numbers out of {} compressed bytes are too many to be data; write it without compression "
                             "if they are",
                             extents_text(layout.shape), counted(array.stored_bytes)));
    return {rows, cols};
  }

  void read_word_count(std::size_t d) {
    const auto [words, width] = matrix_extents("W", "K × d, a row per class or word", kMostEmbeddingWords);
    if (width != d) fail("W", fmt::format("has {} columns, and {} has {}", counted(width), h_name_, counted(d)));
    notes_.words = static_cast<Index>(words);
    if (targets_ != nullptr && targets_->words != *notes_.words)
      fail("W", fmt::format("has {} rows, and the run's task {} words", counted(words), counted(static_cast<std::uint64_t>(targets_->words))));
  }

  void read_labels(const std::string& name) {
    auto array = file_.open(name);
    check_type(name, array.layout, array.layout.type.is_integer(), "integers");
    check_shape(name, array.layout, {n_}, "an integer per sample");
    notes_.labels = read_integers(*array.elements, array.layout, work_, reading(name));
    for (std::size_t i = 0; i < n_; ++i) {
      const auto label = (*notes_.labels)[i];
      if (label < 0) fail(name, fmt::format("element {}: {}: labels are 0 or more", i, label));
      if (label >= kMostEmbeddingWords)
        fail(name, fmt::format("element {}: {}: labels are less than {}", i, label,
                               counted(static_cast<std::uint64_t>(kMostEmbeddingWords))));
      if (targets_ != nullptr && targets_->is_one_hot() && label != targets_->labels[i])
        fail(name, fmt::format("element {}: {}, and in the run's task {}", i, label, targets_->labels[i]));
    }
    const auto largest = *std::max_element(notes_.labels->begin(), notes_.labels->end());
    tell(name, fmt::format("{}, {}, up to {}", extents_text(array.layout.shape), array.layout.type.name, largest));
  }

  /// Labels, the file's own or those of before, must name a row of W.
  void check_words() const {
    if (!notes_.words || targets_ != nullptr) return;
    const auto check = [&](std::size_t i, std::int64_t label) {
      if (label >= *notes_.words)
        fail("labels", fmt::format("element {}: {}: W has {} rows, for labels from 0 to {}", i, label,
                                   counted(static_cast<std::uint64_t>(*notes_.words)), *notes_.words - 1));
    };
    if (notes_.labels) {
      for (std::size_t i = 0; i < notes_.labels->size(); ++i) check(i, (*notes_.labels)[i]);
    } else if (before_ != nullptr && before_->task->has_targets() && before_->task->words != *notes_.words) {
      const auto& words = before_->task->targets.word;
      if (const Index largest = *std::max_element(words.begin(), words.end()); largest >= *notes_.words)
        fail("W", fmt::format("has {} rows, and the samples' words, of an earlier snapshot, go up to {}", *notes_.words,
                              largest));
    }
  }

  void check_shape(const std::string& name, const StoredArray& array, const std::vector<std::size_t>& wanted,
                   const char* meaning) const {
    if (array.shape != wanted)
      fail(name, fmt::format("must have the shape {}, {}; has {}", shape_text(wanted), meaning, shape_text(array.shape)));
  }

  void read_factors() {
    auto array = file_.open("factors");
    const auto& layout = array.layout;
    check_type("factors", layout, layout.type.is_integer(), "integers");
    const std::size_t k = layout.shape.size() == 2 ? layout.shape[1] : 1;
    if (layout.shape.empty() || layout.shape.size() > 2 || layout.shape[0] != n_ || k == 0)
      fail("factors", fmt::format("must have the shape ({}, k), the values of k factors per sample; has {}", n_,
                                  shape_text(layout.shape)));
    if (k > static_cast<std::size_t>(kMostEmbeddingFactors))
      fail("factors", fmt::format("{} factors, more than {}", counted(k), kMostEmbeddingFactors));
    tell("factors", layout);
    const auto names = texts("factor_names", k);
    if (names)
      for (auto name = names->begin(); name != names->end(); ++name) {
        const auto place = name - names->begin();
        if (name->empty()) fail("factor_names", fmt::format("element {}: is empty", place));
        if (std::find(names->begin(), name, *name) != name)
          fail("factor_names", fmt::format("element {}: {} is there twice", place, shown_name(*name)));
      }
    // The names may have come from another array of the same file, which closed this one.
    array = file_.open("factors");
    const auto values = read_integers(*array.elements, array.layout, work_, reading("factors"));
    notes_.factors.emplace();
    std::vector<std::int64_t> number(n_);
    for (std::size_t f = 0; f < k; ++f) {
      for (std::size_t i = 0; i < n_; ++i) number[i] = values[i * k + f];
      notes_.factors->push_back(make_factor(names ? (*names)[f] : "", number));
    }
  }

  /// A list of texts, from an array or the metadata; nullopt where there is none.
  std::optional<std::vector<std::string>> texts(const std::string& name, std::size_t count) {
    std::vector<std::string> texts;
    if (file_.has(name)) {
      auto array = file_.open(name);
      check_type(name, array.layout, array.layout.type.is_text(), "texts");
      check_shape(name, array.layout, {count}, "a text each");
      texts = read_texts(*array.elements, array.layout, work_, reading(name));
    } else if (const auto text = file_.texts().find(name); text != file_.texts().end()) {
      texts = parse_text_list(text->second, fmt::format("{}: {}", file_.path().string(), name));
      if (texts.size() != count) fail(name, fmt::format("must be {} texts; has {}", counted(count), counted(texts.size())));
    } else {
      return std::nullopt;
    }
    tell(name, counted(texts.size()) + (texts.size() == 1 ? " text" : " texts"));
    return texts;
  }

  Index word_count() const {
    if (targets_ != nullptr) return targets_->words;
    if (notes_.words) return *notes_.words;
    Index count = before_ != nullptr ? before_->task->words : 0;
    if (notes_.labels) count = std::max<Index>(count, *std::max_element(notes_.labels->begin(), notes_.labels->end()) + 1);
    return count;
  }

  /// A single value of the file's own.
  void check_single(const std::string& name, const StoredArray& array) const {
    if (!array.shape.empty() && array.shape != std::vector<std::size_t>{1})
      fail(name, fmt::format("must be a single number; has the shape {}", shape_text(array.shape)));
  }

  std::int64_t step() {
    std::int64_t step = 0;
    if (file_.has("step")) {
      auto array = file_.open("step");
      check_type("step", array.layout, array.layout.type.is_integer(), "an integer");
      check_single("step", array.layout);
      step = read_integers(*array.elements, array.layout).front();
    } else if (const auto text = file_.texts().find("step"); text != file_.texts().end()) {
      const auto* const last = text->second.data() + text->second.size();
      const auto [end, error] = std::from_chars(text->second.data(), last, step);
      if (error != std::errc() || end != last) fail("step", "must be an integer; is " + shown_name(text->second));
    } else {
      return step_in_name(file_.path()).value_or(0);
    }
    if (step < 0) fail("step", fmt::format("{}: must be 0 or more", step));
    tell("step", counted(static_cast<std::uint64_t>(step)));
    own_step_ = step;
    return step;
  }

  /// A real number; 0 where there is none.
  double number(const std::string& name) {
    if (!file_.has(name)) return 0.0;
    auto array = file_.open(name);
    check_type(name, array.layout, array.layout.type.is_real() || array.layout.type.is_integer(), "a number");
    check_single(name, array.layout);
    array.layout.shape = {1, 1};
    const double value = read_matrix(*array.elements, array.layout, Placing::as_rows)(0, 0);
    if (!std::isfinite(value)) fail(name, fmt::format("{}: must be a finite number", value));
    return value;
  }

  VectorD read_bias() {
    if (!notes_.words) fail("b", "is there without W, to which it belongs");
    auto array = file_.open("b");
    check_type("b", array.layout, array.layout.type.is_real() || array.layout.type.is_integer(), "numbers");
    check_shape("b", array.layout, {static_cast<std::size_t>(*notes_.words)}, "a number per row of W");
    tell("b", array.layout);
    array.layout.shape.push_back(1);
    const VectorD bias = read_matrix(*array.elements, array.layout, Placing::as_rows, work_, reading("b")).col(0);
    for (Index i = 0; i < bias.size(); ++i)
      if (!std::isfinite(bias(i))) fail("b", fmt::format("element {} is {}: every entry must be a finite number", i, bias(i)));
    return bias;
  }

  MatrixD read_large(const std::string& name, Placing placing) {
    auto array = file_.open(name);
    tell(name, array.layout);
    MatrixD matrix = read_matrix(*array.elements, array.layout, placing, work_, reading(name));
    if (!matrix.allFinite()) fail_not_finite(name, matrix, placing);
    return matrix;
  }

  [[noreturn]] void fail_not_finite(const std::string& name, const MatrixD& matrix, Placing placing) const {
    const bool is_turned = placing == Placing::as_columns;
    const Index rows = is_turned ? matrix.cols() : matrix.rows();
    const Index cols = is_turned ? matrix.rows() : matrix.cols();
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < cols; ++j)
        if (const double value = is_turned ? matrix(j, i) : matrix(i, j); !std::isfinite(value))
          fail(name, fmt::format("row {}, column {} (counted from 0) is {}: every entry must be a finite number", i, j, value));
    fail(name, "has an entry that is not finite");
  }

  std::string reading(const std::string& name) const {
    return fmt::format("Reading {} of {}", shown_name(name), file_.path().filename().string());
  }

  /// In the order of the arrays' list.
  std::vector<std::pair<std::string, std::string>> facts() {
    const std::vector<std::string> order{h_name_,        "W",     "b",          "labels", "y",
                                         "factors", "factor_names", "names", "word_names", "step"};
    const auto place = [&](const auto& fact) { return std::find(order.begin(), order.end(), fact.first); };
    std::stable_sort(facts_.begin(), facts_.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
    return std::move(facts_);
  }

  const ArrayFile& file_;
  const Embeddings* before_;
  const Task* targets_;
  const TaskWork& work_;
  std::string h_name_;
  std::size_t n_ = 0;
  SampleNotes notes_;
  std::optional<std::int64_t> own_step_;
  std::vector<std::pair<std::string, std::string>> facts_;
};

}  // namespace

EmbeddingFile read_embedding_file(const std::filesystem::path& path, const Embeddings* before, const Task* targets,
                                  const TaskWork& work) {
  work.progress(0.0, "Reading " + path.filename().string());
  const auto file = open_array_file(path);
  return EmbeddingReader(*file, before, targets, work).read();
}

}  // namespace gramscope
