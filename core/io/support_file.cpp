#include "core/io/support_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <utility>

#include "core/io/atomic_file.h"
#include "core/nn/softmax_cross_entropy.h"
#include "core/registry/error.h"

namespace gramscope {

namespace {

constexpr Index kLeastWords = 2;

/// Text from a file, fit for a message: short, and without what a terminal would obey.
std::string printable(std::string_view text, std::size_t longest) {
  std::string result(text.substr(0, longest));
  for (char& c : result)
    if (c < 0x20 || c > 0x7e) c = '?';
  return text.size() > longest ? result + "..." : result;
}

/// Lists of numbers, end to end.
template <class T>
struct Lists {
  std::vector<std::size_t> begin{0};
  std::vector<T> values;

  std::size_t size() const { return begin.size() - 1; }
  std::size_t length(std::size_t list) const { return begin[list + 1] - begin[list]; }
  const T& at(std::size_t list, std::size_t i) const { return values[begin[list] + i]; }
  void close() { begin.push_back(values.size()); }
};

/// A problem as the file has it.
struct Draft {
  std::vector<std::string> keys;
  std::optional<Index> words;
  Lists<Index> support;
  Lists<double> probability;
  std::vector<double> weight;

  bool has(std::string_view key) const { return std::find(keys.begin(), keys.end(), key) != keys.end(); }
};

/// Checks a draft and makes the problem of it. Places are given after `prefix`: "cases[2]."
class Conversion {
 public:
  Conversion(const Draft& draft, const std::string& where, std::string prefix)
      : draft_(draft), where_(where), prefix_(std::move(prefix)) {}

  /// `cells` counts V m over the problems of the file.
  SupportProblem convert(Index& cells) const {
    check_size(cells);
    const std::size_t contexts = draft_.support.size();
    if (draft_.has("P") && draft_.probability.size() != contexts)
      fail("P", fmt::format("must have as many lists as there are contexts, {}, and has {}", contexts,
                            draft_.probability.size()));
    SupportProblem problem;
    problem.targets.begin.reserve(contexts + 1);
    problem.targets.begin.push_back(0);
    problem.targets.word.reserve(draft_.support.values.size());
    problem.targets.probability.reserve(draft_.support.values.size());
    std::vector<Index> seen_in(static_cast<std::size_t>(*draft_.words), -1);
    for (std::size_t j = 0; j < contexts; ++j) {
      check_support(j, seen_in);
      append_column(j, problem.targets);
    }
    problem.weight = weights(contexts);
    problem.supports = supports_of(problem.targets, *draft_.words);
    return problem;
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& problem) const {
    throw InputError(fmt::format("{}: {}{}: {}", where_, prefix_, place, problem));
  }

  void check_size(Index& cells) const {
    if (!draft_.words) fail("V", "is missing: the number of words");
    if (!draft_.has("support")) fail("support", "is missing: for each context, a list of the words that can follow it");
    const auto contexts = static_cast<Index>(draft_.support.size());
    if (contexts == 0) fail("support", "is empty: name the words that can follow at least one context");
    if (contexts > (kMostSupportCells - cells) / *draft_.words)
      fail("support", fmt::format("V = {} times {} contexts{} is more than the {} cells that are computed with",
                                  *draft_.words, contexts, cells > 0 ? ", with those of the cases before," : "",
                                  kMostSupportCells));
    cells += contexts * *draft_.words;
  }

  /// `seen_in` holds for every word the last context that it was seen in.
  void check_support(std::size_t j, std::vector<Index>& seen_in) const {
    const std::size_t length = draft_.support.length(j);
    if (length == 0)
      fail(fmt::format("support[{}]", j), "is empty: every context needs at least one word that can follow it");
    for (std::size_t i = 0; i < length; ++i) {
      const Index word = draft_.support.at(j, i);
      const auto place = [&] { return fmt::format("support[{}][{}]", j, i); };
      if (word < 0 || word >= *draft_.words)
        fail(place(), fmt::format("{} is not a word; with V = {} they are 0 to {}", word, *draft_.words,
                                  *draft_.words - 1));
      if (std::exchange(seen_in[static_cast<std::size_t>(word)], static_cast<Index>(j)) == static_cast<Index>(j))
        fail(place(), fmt::format("word {} stands in this list already; name it once", word));
    }
    if (length == static_cast<std::size_t>(*draft_.words))
      fail(fmt::format("support[{}]", j),
           fmt::format("holds all {} words: such a context asks nothing of the max-margin logits; leave it out",
                       *draft_.words));
  }

  /// Throws unless they are positive and sum to 1. Returns the sum.
  template <class At, class Place>
  double checked_sum(std::size_t count, const At& at, const std::string& list, const Place& place) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
      // The file cannot say NaN or infinity; the comparison would refuse them.
      if (!(at(i) >= kLeastProbability && at(i) <= 1.0 + kSumTolerance))
        fail(place(i), fmt::format("{} is not a probability from {} to 1{}", at(i), kLeastProbability,
                                   at(i) == 0.0 ? "; what never happens is left out" : ""));
      sum += at(i);
    }
    if (!(std::abs(sum - 1.0) <= kSumTolerance))
      fail(list, fmt::format("sums to {:.12g}, and must sum to 1 (to {})", sum, kSumTolerance));
    return sum;
  }

  /// Column j of P, its words ascending.
  void append_column(std::size_t j, SparseColumns& targets) const {
    const std::size_t length = draft_.support.length(j);
    double sum = 1.0;
    if (draft_.has("P")) {
      const auto list = fmt::format("P[{}]", j);
      if (draft_.probability.length(j) != length)
        fail(list, fmt::format("must have as many probabilities as support[{}] has words, {}, and has {}", j, length,
                               draft_.probability.length(j)));
      sum = checked_sum(length, [&](std::size_t i) { return draft_.probability.at(j, i); }, list,
                        [&](std::size_t i) { return fmt::format("{}[{}]", list, i); });
    }
    std::vector<std::size_t> order(length);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return draft_.support.at(j, a) < draft_.support.at(j, b); });
    for (const std::size_t i : order) {
      targets.word.push_back(draft_.support.at(j, i));
      targets.probability.push_back(draft_.has("P") ? draft_.probability.at(j, i) / sum
                                                    : 1.0 / static_cast<double>(length));
    }
    targets.begin.push_back(static_cast<Index>(targets.word.size()));
  }

  VectorD weights(std::size_t contexts) const {
    const auto m = static_cast<Index>(contexts);
    if (!draft_.has("pi")) return VectorD::Constant(m, 1.0 / static_cast<double>(m));
    if (draft_.weight.size() != contexts)
      fail("pi", fmt::format("must have as many weights as there are contexts, {}, and has {}", contexts,
                             draft_.weight.size()));
    const double sum = checked_sum(contexts, [&](std::size_t j) { return draft_.weight[j]; }, "pi",
                                   [](std::size_t j) { return fmt::format("pi[{}]", j); });
    return Eigen::Map<const VectorD>(draft_.weight.data(), m) / sum;
  }

  const Draft& draft_;
  const std::string& where_;
  std::string prefix_;
};

/// The places at which a value can stand.
enum class Slot {
  root,
  cases,
  problem,
  words,
  support,
  support_list,
  word,
  p,
  p_list,
  probability,
  pi,
  weight,
  note,
  norm
};

struct SlotEntry {
  std::string_view key;  ///< the key that leads to it; none for members of lists
  std::string_view expected;
};

/// In the order of Slot.
constexpr std::array<SlotEntry, 14> kSlots{{{"", "an object {\"V\": ..., \"support\": ...} or {\"cases\": [...]}"},
                                            {"cases", "a list of objects"},
                                            {"", "an object {\"V\": ..., \"support\": ...}"},
                                            {"V", "a whole number of words"},
                                            {"support", "a list with the words that can follow each context"},
                                            {"", "a list of words"},
                                            {"", "the whole number of a word"},
                                            {"P", "a list with the probabilities of each context's words"},
                                            {"", "a list of probabilities"},
                                            {"", "a probability"},
                                            {"pi", "a list of the contexts' weights"},
                                            {"", "a weight"},
                                            {"note", "text"},
                                            {"nuclear_norm", "a number"}}};

const SlotEntry& entry_of(Slot slot) { return kSlots[static_cast<std::size_t>(slot)]; }

/// Takes the events of the JSON reader and refuses everything that is out of place, so that nothing is kept but numbers
/// and nothing can be nested deeper than the format is.
class SupportReader {
 public:
  explicit SupportReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  SupportFile take() { return std::move(file_); }

  bool null() { wrong("null"); }
  bool boolean(bool value) { wrong(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) { return whole(value); }
  bool number_unsigned(std::uint64_t value) {
    // Too large for a word or a count in any case.
    return whole(static_cast<std::int64_t>(std::min<std::uint64_t>(value, INT64_MAX)));
  }
  bool number_float(double value, const std::string& text) { return real(value, text); }
  bool string(std::string& text) {
    if (next() != Slot::note) wrong(fmt::format("\"{}\"", printable(text, 40)));
    return done();
  }
  bool binary(nlohmann::json::binary_t&) { wrong("bytes"); }

  bool start_object(std::size_t) {
    const Slot slot = next();
    if (slot != Slot::root && slot != Slot::problem) wrong("an object");
    open_.push_back({slot, {}, 0});
    if (slot == Slot::problem) case_ = {};
    return true;
  }

  bool key(std::string& text) {
    auto& object = open_.back();
    const bool is_known = std::any_of(kSlots.begin(), kSlots.end(), [&](const SlotEntry& entry) {
      return !entry.key.empty() && entry.key == text && (object.slot == Slot::root || text != "cases");
    });
    object.key = printable(text, 40);
    if (!is_known)
      fail(place(), "is not a key of this format (known: V, support, P, pi, note, nuclear_norm; cases for a list)");
    if (draft().has(text)) fail(place(), "comes twice in one object");
    draft().keys.push_back(text);
    return true;
  }

  bool end_object() {
    const Slot slot = open_.back().slot;
    open_.pop_back();
    if (slot == Slot::problem) {
      file_.problems.push_back(Conversion(case_, where_, place() + ".").convert(cells_));
    } else if (!root_.has("cases")) {
      file_.problems.push_back(Conversion(root_, where_, "").convert(cells_));
    } else {
      file_.is_list = true;
      for (const auto& key : root_.keys)
        if (key != "cases" && key != "note") fail(key, "stands beside \"cases\"; a problem belongs into that list");
      if (file_.problems.empty()) fail("cases", "is empty: give at least one problem");
    }
    return done();
  }

  bool start_array(std::size_t) {
    switch (const Slot slot = next()) {
      case Slot::cases:
      case Slot::support:
      case Slot::support_list:
      case Slot::p:
      case Slot::p_list:
      case Slot::pi:
        if (slot == Slot::support_list || slot == Slot::p_list) check_count(open_.back().index, kMostSupportCells / 2);
        open_.push_back({slot, {}, 0});
        return true;
      default:
        wrong("a list");
    }
  }

  bool end_array() {
    const Slot slot = open_.back().slot;
    if (slot == Slot::support_list) draft().support.close();
    if (slot == Slot::p_list) draft().probability.close();
    open_.pop_back();
    return done();
  }

  bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& error) {
    std::string_view problem = error.what();
    for (const std::string_view skipped : {"] ", "syntax error "})
      if (const auto at = problem.find(skipped); at != std::string_view::npos) problem.remove_prefix(at + skipped.size());
    const bool is_not_finite = token.ends_with('N') || token.ends_with('I') || token.ends_with("na");
    fail_at_byte(position == 0 ? 0 : position - 1,
                 "not valid JSON: " + printable(problem, 200) +
                     (is_not_finite ? " (JSON has no NaN and no infinity)" : ""));
  }

  [[noreturn]] void fail_at_byte(std::size_t byte, const std::string& problem) const {
    const auto before = bytes_.substr(0, byte);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto line_begin = before.rfind('\n') + 1;  // npos + 1 = 0
    throw InputError(fmt::format("{}:{}:{}: {}", where_, line, before.size() - line_begin + 1, problem));
  }

 private:
  /// A list or object that has begun and not ended.
  struct Open {
    Slot slot;
    std::string key;    ///< an object's: of the value that is next
    std::size_t index;  ///< a list's: of the value that is next
  };

  /// Where the next value stands.
  Slot next() const {
    if (open_.empty()) return Slot::root;
    const Open& open = open_.back();
    switch (open.slot) {
      case Slot::cases:
        return Slot::problem;
      case Slot::support:
        return Slot::support_list;
      case Slot::support_list:
        return Slot::word;
      case Slot::p:
        return Slot::p_list;
      case Slot::p_list:
        return Slot::probability;
      case Slot::pi:
        return Slot::weight;
      default: {
        const auto entry = std::find_if(kSlots.begin(), kSlots.end(),
                                        [&](const SlotEntry& candidate) { return candidate.key == open.key; });
        return static_cast<Slot>(entry - kSlots.begin());
      }
    }
  }

  /// "cases[2].support[1][0]"
  std::string place() const {
    std::string text;
    for (const auto& open : open_) {
      if (open.slot == Slot::root || open.slot == Slot::problem)
        text += (text.empty() ? "" : ".") + open.key;
      else
        text += fmt::format("[{}]", open.index);
    }
    return text;
  }

  [[noreturn]] void fail(const std::string& place, const std::string& problem) const {
    throw InputError(fmt::format("{}: {}{}{}", where_, place, place.empty() ? "" : ": ", problem));
  }
  [[noreturn]] void wrong(const std::string& found) const {
    fail(place(), fmt::format("found {}, expected {}", found, entry_of(next()).expected));
  }

  void check_count(std::size_t count, Index most) const {
    if (count >= static_cast<std::size_t>(most))
      fail(place(), fmt::format("more than the {} that are computed with", most));
  }

  bool whole(std::int64_t value) {
    const Slot slot = next();
    if (slot == Slot::words) {
      if (value < kLeastWords || value > kMostSupportCells)
        fail(place(), fmt::format("must be from {} to {}, and is {}", kLeastWords, kMostSupportCells, value));
      draft().words = value;
      return done();
    }
    if (slot == Slot::word) {
      check_count(open_.back().index, kMostSupportCells);
      check_count(draft().support.values.size(), kMostSupportCells);
      draft().support.values.push_back(value);
      return done();
    }
    return real(static_cast<double>(value), fmt::format("{}", value));
  }

  bool real(double value, const std::string& text) {
    const Slot slot = next();
    if (slot == Slot::probability) {
      check_count(draft().probability.values.size(), kMostSupportCells);
      draft().probability.values.push_back(value);
    } else if (slot == Slot::weight) {
      check_count(open_.back().index, kMostSupportCells);
      draft().weight.push_back(value);
    } else if (slot != Slot::norm) {
      wrong(printable(text, 40));
    }
    return done();
  }

  /// After a value of a list comes the next.
  bool done() {
    if (!open_.empty()) ++open_.back().index;
    return true;
  }

  Draft& draft() {
    const bool is_in_case = std::any_of(open_.begin(), open_.end(),
                                        [](const Open& open) { return open.slot == Slot::problem; });
    return is_in_case ? case_ : root_;
  }

  std::string_view bytes_;
  const std::string& where_;
  std::vector<Open> open_;
  Draft root_;
  Draft case_;
  Index cells_ = 0;
  SupportFile file_;
};

}  // namespace

double SupportProblem::entropy_floor() const { return gramscope::entropy_floor(targets, weight, supports.words, 0.0); }

SupportFile parse_support_file(std::string_view bytes, const std::string& where) {
  SupportReader reader(bytes, where);
  if (bytes.starts_with("\xef\xbb\xbf")) reader.fail_at_byte(0, "begins with a byte order mark; save it without one");
  // The JSON reader would take it for the end.
  if (const auto nul = bytes.find('\0'); nul != std::string_view::npos)
    reader.fail_at_byte(nul, "not valid JSON: a NUL byte");
  nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &reader);
  return reader.take();
}

SupportFile read_support_file(const std::filesystem::path& path) {
  return parse_support_file(read_file(path, kMostSupportBytes), path.string());
}

}  // namespace gramscope
