#include <algorithm>
#include <limits>

#include "core/linalg/arithmetic.h"
#include "core/train/stored_fields.h"

namespace gramscope {

namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

template <class T>
double cell_of(const std::optional<T>& value) {
  return value ? static_cast<double>(*value) : kAbsent;
}

/// Rows of numbers that become a matrix of their own.
class TableOfRows {
 public:
  explicit TableOfRows(Index columns) : columns_(columns) {}
  void add(std::initializer_list<double> row) { cells_.insert(cells_.end(), row); }
  MatrixD matrix() const {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const RowMajor>(cells_.data(), static_cast<Index>(cells_.size()) / columns_, columns_);
  }

 private:
  Index columns_;
  std::vector<double> cells_;
};

/// Numbers for what is referred to, from 0, each thing once.
class Numbering {
 public:
  std::optional<std::int64_t> find(const void* what) const {
    const auto found = numbers_.find(what);
    return found != numbers_.end() ? std::optional(found->second) : std::nullopt;
  }
  std::int64_t add(const void* what) { return numbers_.emplace(what, count()).first->second; }
  std::int64_t count() const { return static_cast<std::int64_t>(numbers_.size()); }

 private:
  std::map<const void*, std::int64_t> numbers_;
};

/// Takes a run apart. What is shared there is written once: checkpoints, states of the trainer, weights and
/// embeddings have numbers, by which others refer to them; what a checkpoint refers to has a smaller number
/// than its own.
class RunWriter {
 public:
  StoredRun write(const EngineCheckpoint& point, const Engine::Past& past) {
    run_.commands = past.commands;
    // Those of the past first: what changes in others belongs to the engine that is at work on them.
    theory(*past.theory,
           max_margin_withheld(point.config, *point.task).empty() && past.theory->solved != nullptr);
    queues("waiting", past.waiting);
    top_("now", checkpoint(point));
    for (const auto& record : past.records) add(record);
    for (const auto& record : point.records) {
      add(record);
      // Of another task where that of now has no finite beginning: such W and H are not gone back to.
      if (record.embeddings != nullptr && theories_.find(record.embeddings->theory.get()))
        top_("newest", embeddings(*record.embeddings));
    }
    run_.tensors.emplace("records", records_.matrix());
    withdrawn(past.withdrawn);
    finish_metrics();
    top_.below("checkpoints")("count", checkpoints_.count());
    top_.below("theories")("count", theories_.count());
    top_.below("embeddings")("count", embeddings_.count());
    top_.below("weights")("count", weights_.count());
    return std::move(run_);
  }

 private:
  FieldWriter at(const char* kind, std::int64_t number) {
    return {run_, std::string(kind) + "." + std::to_string(number) + "."};
  }

  std::int64_t config(const Config& config) {
    auto& known = run_.configs;
    const auto number = std::find(known.begin(), known.end(), config) - known.begin();
    if (number == std::ssize(known)) known.push_back(config);
    return number;
  }

  std::int64_t theory(const TheoryOfTask& of, bool is_solved = false, bool is_of_past = true) {
    if (const auto known = theories_.find(of.theory.get())) return *known;
    const auto number = theories_.add(of.theory.get());
    auto fields = at("theories", number);
    fields("config", config(of.config));
    fields("since_segment", of.since_segment);
    fields("is_solved", is_solved);
    fields("failure", is_of_past ? of.failure : std::string{});
    const auto& inputs = of.theory->task->inputs;
    fields("inputs", static_cast<std::int64_t>(inputs.size()));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      auto input = fields.below("inputs." + std::to_string(i));
      input("bytes", inputs[i].bytes);
      input("digest", inputs[i].digest);
    }
    return number;
  }

  std::int64_t embeddings(const Embeddings& of) {
    if (const auto known = embeddings_.find(&of)) return *known;
    const auto number = embeddings_.add(&of);
    auto fields = at("embeddings", number);
    fields("theory", *theories_.find(of.theory.get()));
    each_field_of_embeddings(fields, of);
    // L_mm is not kept: whether it is there is a matter of when it has been found.
    const bool is_compared = of.max_margin != nullptr || of.max_margin_missing == kMaxMarginAtWork;
    fields("is_compared", is_compared);
    fields("max_margin_missing", is_compared ? std::string{} : of.max_margin_missing);
    run_.tensors.emplace(fields.name("h"), of.h);
    run_.tensors.emplace(fields.name("w"), of.w);
    if (of.bias.size() > 0) run_.tensors.emplace(fields.name("bias"), MatrixD(of.bias));
    inside(fields.below("inside"), of.inside);
    return number;
  }

  void inside(FieldWriter fields, const Inside& inside) {
    fields("layers", static_cast<std::int64_t>(inside.layers.size()));
    fields("attention_context", inside.attention_context);
    fields("attention", static_cast<std::int64_t>(inside.attention.size()));
    for (std::size_t i = 0; i < inside.layers.size(); ++i) {
      auto layer = fields.below("layers." + std::to_string(i));
      layer("name", inside.layers[i].name);
      run_.tensors.emplace(layer.name("states"), inside.layers[i].states);
    }
    for (std::size_t i = 0; i < inside.attention.size(); ++i) {
      auto map = fields.below("attention." + std::to_string(i));
      map("block", inside.attention[i].block);
      map("head", inside.attention[i].head);
      run_.tensors.emplace(map.name("probability"), inside.attention[i].probability);
    }
  }

  std::int64_t state(const Trainer::State& of) {
    if (const auto known = states_.find(&of)) return *known;
    const auto number = states_.add(&of);
    auto fields = at("states", number);
    const auto open = of.open();
    fields("dimension", open.dimension);
    fields("steps", open.steps);
    fields("buffers", static_cast<std::int64_t>(open.buffers.size()));
    vector(fields.name("parameters"), open.parameters);
    for (std::size_t i = 0; i < open.buffers.size(); ++i)
      vector(fields.name("optimizer." + std::to_string(i)), open.buffers[i]);
    return number;
  }

  void vector(const std::string& name, const Trainer::OpenState::Numbers& numbers) {
    std::visit(
        [&](const auto& values) {
          run_.tensors.emplace(name, Matrix<typename std::decay_t<decltype(values)>::Scalar>(values));
        },
        numbers);
  }

  std::optional<std::int64_t> weights(const InitialWeights& of) {
    if (of.tensors == nullptr) return std::nullopt;
    if (const auto known = weights_.find(of.tensors.get())) return known;
    const auto number = weights_.add(of.tensors.get());
    const auto fields = at("weights", number);
    for (const auto& [name, values] : *of.tensors) run_.tensors.emplace(fields.name(name), values);
    return number;
  }

  std::optional<std::int64_t> checkpoint(const EngineCheckpoint* of) {
    return of != nullptr ? std::optional(checkpoint(*of)) : std::nullopt;
  }

  std::int64_t checkpoint(const EngineCheckpoint& of) {
    if (const auto known = checkpoints_.find(&of)) return *known;
    const auto last_recorded = checkpoint(of.last_recorded.get());
    const auto peak = checkpoint(of.course.peak.get());
    const auto peak_before_last = checkpoint(of.course_before_last.peak.get());
    const auto number = checkpoints_.add(&of);
    auto fields = at("checkpoints", number);
    each_field_of_checkpoint(fields, of);
    fields("config", config(of.config));
    fields("theory", theory(*of.theory, false, false));
    fields("weights", weights(of.weights));
    fields("trainer", state(*of.trainer));
    fields("last_recorded", last_recorded);
    course(fields.below("course"), of.course, peak);
    course(fields.below("course_before_last"), of.course_before_last, peak_before_last);
    return number;
  }

  static void course(FieldWriter fields, const Course& of, const std::optional<std::int64_t>& peak) {
    each_field_of_phase(fields.below("phase"), of.phase.state());
    each_field_of_watch(fields.below("watch"), of.watch.state());
    fields("peak", peak);
  }

  void queues(const std::string& name, const std::vector<TheoryDesk::Queue>& queues) {
    const FieldWriter fields(run_, name + ".");
    fields.below("queues")("count", static_cast<std::int64_t>(queues.size()));
    for (std::size_t i = 0; i < queues.size(); ++i) {
      auto queue = fields.below("queues." + std::to_string(i));
      queue("theory", theory(*queues[i].of, false, name == "waiting"));
      TableOfRows items(3);
      for (const auto& item : queues[i].items)
        items.add({static_cast<double>(item.segment), static_cast<double>(item.step),
                   static_cast<double>(embeddings(*item.embeddings))});
      run_.tensors.emplace(queue.name("items"), items.matrix());
    }
  }

  /// Where the metrics stand among all that are kept: the number of their list of keys, and the place of the
  /// first.
  std::pair<double, double> metrics(const Metrics& of) {
    const auto first = static_cast<double>(metric_values_.size());
    std::vector<std::string> keys;
    for (const auto& value : of.values()) {
      keys.push_back(value.key);
      metric_values_.push_back(value.value);
      metric_reasons_.push_back(static_cast<double>(reason(value.undefined)));
    }
    if (key_lists_.empty() || key_lists_[last_list_] != keys) {
      const auto found = std::find(key_lists_.begin(), key_lists_.end(), keys);
      last_list_ = static_cast<std::size_t>(found - key_lists_.begin());
      if (found == key_lists_.end()) key_lists_.push_back(std::move(keys));
    }
    return {static_cast<double>(last_list_), first};
  }

  /// 0: none.
  std::size_t reason(const std::string& text) {
    if (text.empty()) return 0;
    return reasons_.emplace(text, reasons_.size() + 1).first->second;
  }

  void add(const Record& record) {
    const auto& phase = record.phase.state();
    const auto [keys, first] = metrics(record.metrics);
    records_.add({static_cast<double>(record.at_segment), static_cast<double>(record.at_step), keys, first,
                  static_cast<double>(phase.phase), phase.has_structure_begun ? 1.0 : 0.0,
                  cell_of(phase.peak_step), cell_of(phase.peak_semantic), cell_of(phase.overtake_step),
                  cell_of(phase.collapse_step)});
  }

  void withdrawn(const std::vector<Withdrawn>& all) {
    top_.below("withdrawn")("count", static_cast<std::int64_t>(all.size()));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string name = "withdrawn." + std::to_string(i);
      auto fields = top_.below(name);
      fields("commands", static_cast<std::int64_t>(all[i].commands));
      TableOfRows changed(3);
      for (const auto& [place, before] : all[i].metrics) {
        const auto [keys, first] = metrics(before);
        changed.add({static_cast<double>(place), keys, first});
      }
      run_.tensors.emplace(fields.name("metrics"), changed.matrix());
      queues(name, all[i].waiting);
    }
  }

  void finish_metrics() {
    const auto column = [](const std::vector<double>& values) {
      return MatrixD(Eigen::Map<const VectorD>(values.data(), static_cast<Index>(values.size())));
    };
    run_.tensors.emplace("metrics.values", column(metric_values_));
    run_.tensors.emplace("metrics.reasons", column(metric_reasons_));
    auto fields = top_.below("metrics");
    fields("reasons", static_cast<std::int64_t>(reasons_.size()));
    for (const auto& [text, number] : reasons_) fields("reasons." + std::to_string(number), text);
    fields("keys", static_cast<std::int64_t>(key_lists_.size()));
    for (std::size_t i = 0; i < key_lists_.size(); ++i) {
      auto list = fields.below("keys." + std::to_string(i));
      list("count", static_cast<std::int64_t>(key_lists_[i].size()));
      for (std::size_t k = 0; k < key_lists_[i].size(); ++k) list(std::to_string(k), key_lists_[i][k]);
    }
  }

  StoredRun run_;
  FieldWriter top_{run_, {}};
  Numbering theories_;
  Numbering embeddings_;
  Numbering states_;
  Numbering weights_;
  Numbering checkpoints_;
  TableOfRows records_{kRecordColumns};
  std::vector<double> metric_values_;
  std::vector<double> metric_reasons_;
  std::map<std::string, std::size_t> reasons_;
  std::vector<std::vector<std::string>> key_lists_;
  std::size_t last_list_ = 0;
};

}  // namespace

StoredRun Engine::stored(const Checkpoint& branch_point, const Past& past) {
  const ComputeScope scope;
  return RunWriter().write(branch_point, past);
}

StoredRun Engine::stored() const {
  const auto point = branch_point();
  return stored(*point, *past(*point));
}

}  // namespace gramscope
