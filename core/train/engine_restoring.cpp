#include <algorithm>
#include <cmath>

#include "core/linalg/arithmetic.h"
#include "core/registry/registry.h"
#include "core/train/stored_fields.h"

namespace gramscope {

namespace {

/// Puts a run together again; see RunWriter. Nothing of it is believed: every number, size and reference is
/// looked at before it is used.
class RunReader {
 public:
  RunReader(const StoredRun& run, const EngineHooks& hooks) : run_(run), hooks_(hooks), top_(run, {}) {
    for (const auto& config : run_.configs)
      if (resolve(config) != config)
        fail("configs", "one of them is not complete, or has what this version does not know");
    read_theories();
    read_embeddings();
    read_weights();
    read_checkpoints();
    read_metrics();
    read_records();
    past_.commands = run_.commands;
    past_.theory = point_.theory;
    past_.waiting = queues("waiting");
    read_withdrawn();
  }

  const EngineCheckpoint& point() const { return point_; }
  const Engine::Past& past() const { return past_; }

 private:
  using Fields = FieldReader;

  [[noreturn]] void fail(const std::string& name, const std::string& problem) const {
    top_.fail(name, problem);
  }
  Fields at(const char* kind, std::size_t number) const {
    return top_.below(kind).below(std::to_string(number));
  }
  std::size_t count(const Fields& fields, const std::string& name) const {
    return static_cast<std::size_t>(fields.count(name, kMostStored));
  }
  /// A number among `count` things.
  std::size_t number(const Fields& fields, const std::string& name, std::size_t count) const {
    if (count == 0) fields.fail(name, "refers to what is not there");
    return static_cast<std::size_t>(fields.count(name, static_cast<std::int64_t>(count) - 1));
  }
  std::optional<std::size_t> number_if_any(const Fields& fields, const std::string& name,
                                           std::size_t count) const {
    if (!run_.values.contains(fields.name(name))) return std::nullopt;
    return number(fields, name, count);
  }

  template <class Scalar>
  const Matrix<Scalar>& tensor(const std::string& name) const {
    const auto found = run_.tensors.find(name);
    if (found == run_.tensors.end()) fail(name, "is missing");
    const auto* const values = std::get_if<Matrix<Scalar>>(&found->second);
    if (values == nullptr) fail(name, "is not of its precision");
    return *values;
  }
  const MatrixD& tensor(const std::string& name, Index rows, Index cols) const {
    const auto& values = tensor<double>(name);
    if (values.rows() != rows || values.cols() != cols)
      fail(name, "is " + std::to_string(values.rows()) + "×" + std::to_string(values.cols()) +
                     ", and must be " + std::to_string(rows) + "×" + std::to_string(cols));
    return values;
  }
  const MatrixD& table(const std::string& name, Index columns) const {
    return tensor(name, tensor<double>(name).rows(), columns);
  }

  /// A whole number from 0 to `most` in a table.
  std::int64_t cell(const std::string& name, const MatrixD& table, Index row, Index column,
                    std::int64_t most = kMostStored) const {
    const double value = table(row, column);
    if (!(value >= 0.0 && value <= static_cast<double>(most)) || value != std::floor(value))
      fail(name, "row " + std::to_string(row) + ", column " + std::to_string(column) + ": " +
                     std::to_string(value) + " is no whole number from 0 to " + std::to_string(most));
    return static_cast<std::int64_t>(value);
  }
  std::optional<std::int64_t> cell_if_any(const std::string& name, const MatrixD& table, Index row,
                                          Index column) const {
    if (std::isnan(table(row, column))) return std::nullopt;
    return cell(name, table, row, column);
  }

  void read_theories() {
    const auto all = count(top_.below("theories"), "count");
    for (std::size_t i = 0; i < all; ++i) {
      const auto fields = at("theories", i);
      const Config& config = run_.configs[number(fields, "config", run_.configs.size())];
      const auto task = task_entry(config.text("task.kind"))
                            .make(config, hooks_.task_work ? hooks_.task_work() : TaskWork{});
      check_inputs(fields, *task);
      auto of = std::make_shared<TheoryOfTask>();
      of->theory = make_task_theory(task);
      of->config = config;
      fields("since_segment", of->since_segment);
      fields("failure", of->failure);
      bool is_solved = false;
      fields("is_solved", is_solved);
      if (is_solved) TheoryDesk::begin(*of, hooks_.solve_max_margin);
      theories_.push_back(std::move(of));
    }
  }

  void check_inputs(const Fields& fields, const Task& task) const {
    if (count(fields, "inputs") != task.inputs.size())
      fields.fail("inputs", "the task has another number of files");
    for (std::size_t i = 0; i < task.inputs.size(); ++i) {
      const auto input = fields.below("inputs." + std::to_string(i));
      TaskInput then;
      input("bytes", then.bytes);
      input("digest", then.digest);
      const auto& now = task.inputs[i];
      if (then.bytes != now.bytes || then.digest != now.digest)
        throw InputError(run_.where + ": " + now.path + " is not the text that this run was made from (" +
                         std::to_string(then.bytes) + " bytes then, " + std::to_string(now.bytes) +
                         " now; digest " + then.digest + " then, " + now.digest +
                         " now): the run cannot go on from here");
    }
  }

  void read_embeddings() {
    const auto all = count(top_.below("embeddings"), "count");
    for (std::size_t i = 0; i < all; ++i) {
      const auto fields = at("embeddings", i);
      const auto& of = *theories_[number(fields, "theory", theories_.size())];
      const Task& task = *of.theory->task;
      auto embeddings = std::make_shared<Embeddings>();
      embeddings->task = of.theory->task;
      embeddings->theory = of.theory;
      each_field_of_embeddings(fields, *embeddings);
      bool is_compared = false;
      fields("is_compared", is_compared);
      fields("max_margin_missing", embeddings->max_margin_missing);
      if (is_compared) {
        embeddings->max_margin = of.work != nullptr ? of.work->result() : nullptr;
        embeddings->max_margin_missing = embeddings->max_margin != nullptr ? "" : kMaxMarginAtWork;
      }
      embeddings->w = tensor(fields.name("w"), task.words, tensor<double>(fields.name("w")).cols());
      embeddings->h = tensor(fields.name("h"), embeddings->w.cols(), task.contexts);
      if (run_.tensors.contains(fields.name("bias")))
        embeddings->bias = tensor(fields.name("bias"), task.words, 1);
      read_inside(fields.below("inside"), task, embeddings->inside);
      embeddings_.push_back(std::move(embeddings));
    }
  }

  void read_inside(const Fields& fields, const Task& task, Inside& inside) const {
    inside.attention_context = fields.count("attention_context", std::max<Index>(task.contexts - 1, 0));
    const auto layers = count(fields, "layers");
    for (std::size_t i = 0; i < layers; ++i) {
      const auto layer = fields.below("layers." + std::to_string(i));
      const auto& states = tensor<double>(layer.name("states"));
      HiddenLayer read{{}, tensor(layer.name("states"), states.rows(), task.contexts)};
      layer("name", read.name);
      inside.layers.push_back(std::move(read));
    }
    const auto attention = count(fields, "attention");
    for (std::size_t i = 0; i < attention; ++i) {
      const auto map = fields.below("attention." + std::to_string(i));
      const auto& probability = tensor<double>(map.name("probability"));
      inside.attention.push_back({map.count("block", kMostStored), map.count("head", kMostStored),
                                  tensor(map.name("probability"), probability.rows(), probability.rows())});
    }
  }

  void read_weights() {
    const auto all = count(top_.below("weights"), "count");
    for (std::size_t i = 0; i < all; ++i) {
      const std::string prefix = at("weights", i).name({});
      auto tensors = std::make_shared<std::map<std::string, MatrixD>>();
      for (auto next = run_.tensors.lower_bound(prefix);
           next != run_.tensors.end() && next->first.starts_with(prefix); ++next)
        tensors->emplace(next->first.substr(prefix.size()), tensor<double>(next->first));
      weights_.push_back(std::move(tensors));
    }
  }

  void read_checkpoints() {
    const auto all = count(top_.below("checkpoints"), "count");
    const auto now = number(top_, "now", all);
    for (std::size_t i = 0; i < all; ++i) {
      const auto fields = at("checkpoints", i);
      auto read = std::make_shared<EngineCheckpoint>();
      each_field_of_checkpoint(fields, *read);
      const auto config = number(fields, "config", run_.configs.size());
      read->config = run_.configs[config];
      read->theory = theories_[number(fields, "theory", theories_.size())];
      read->task = read->theory->theory->task;
      read->weights.path = read->config.text_or("model.weights", {});
      if (const auto weights = number_if_any(fields, "weights", weights_.size()))
        read->weights.tensors = weights_[*weights];
      if (read->weights.path.empty() != (read->weights.tensors == nullptr))
        fields.fail("weights", "do not go with model.weights");
      read->trainer = state(fields, *read);
      if (const auto last = number_if_any(fields, "last_recorded", i))
        read->last_recorded = checkpoints_[*last];
      read_course(fields.below("course"), read->course);
      read_course(fields.below("course_before_last"), read->course_before_last);
      checkpoints_.push_back(std::move(read));
    }
    point_ = *checkpoints_[now];
  }

  void read_course(const Fields& fields, Course& course) const {
    PhaseTracker::State phase;
    each_field_of_phase(fields.below("phase"), phase);
    course.phase.restore(phase);
    PeakWatch::State watch;
    each_field_of_watch(fields.below("watch"), watch);
    course.watch.restore(watch);
    if (const auto peak = number_if_any(fields, "peak", checkpoints_.size()))
      course.peak = checkpoints_[*peak];
  }

  std::shared_ptr<const Trainer::State> state(const Fields& fields, const EngineCheckpoint& of) {
    const auto number = count(fields, "trainer");
    auto& known = states_[number];
    const bool is_same_model = trainer_ != nullptr && known_for_ == of.config && known_task_ == of.task;
    if (known != nullptr && is_same_model) return known;
    if (!is_same_model) trainer_ = make_trainer(of.config, of.task);
    known_for_ = of.config;
    known_task_ = of.task;
    const auto at_state = at("states", number);
    Trainer::OpenState open;
    at_state("steps", open.steps);
    open.dimension = at_state.count("dimension", kMostStored);
    open.parameters = vector(at_state.name("parameters"));
    const auto buffers = count(at_state, "buffers");
    for (std::size_t i = 0; i < buffers; ++i)
      open.buffers.push_back(vector(at_state.name("optimizer." + std::to_string(i))));
    try {
      // It must fit every model that it will be put into.
      auto closed = trainer_->closed(std::move(open));
      if (known == nullptr) known = std::move(closed);
    } catch (const UsageError& error) {
      fail(at_state.name("parameters"), error.what());
    }
    return known;
  }

  Trainer::OpenState::Numbers vector(const std::string& name) const {
    const auto found = run_.tensors.find(name);
    if (found == run_.tensors.end()) fail(name, "is missing");
    return std::visit(
        [&](const auto& values) -> Trainer::OpenState::Numbers {
          if (values.cols() != 1) fail(name, "is not a column");
          return Vector<typename std::decay_t<decltype(values)>::Scalar>(values.col(0));
        },
        found->second);
  }

  void read_metrics() {
    const auto fields = top_.below("metrics");
    const auto reasons = count(fields, "reasons");
    reasons_.emplace_back();
    for (std::size_t i = 1; i <= reasons; ++i)
      fields("reasons." + std::to_string(i), reasons_.emplace_back());
    const auto lists = count(fields, "keys");
    for (std::size_t i = 0; i < lists; ++i) {
      const auto list = fields.below("keys." + std::to_string(i));
      const auto keys = count(list, "count");
      key_lists_.emplace_back();
      for (std::size_t k = 0; k < keys; ++k) list(std::to_string(k), key_lists_.back().emplace_back());
    }
  }

  /// The metrics that two neighbouring cells of a table say where to find.
  Metrics metrics(const std::string& name, const MatrixD& from, Index row, Index column) const {
    const auto& values = table("metrics.values", 1);
    const auto& reasons = tensor("metrics.reasons", values.rows(), 1);
    const auto& keys = list_at(name, from, row, column);
    const auto first = cell(name, from, row, column + 1);
    if (first + static_cast<Index>(keys.size()) > values.rows())
      fail(name, "refers to metrics that are not there");
    Metrics metrics;
    for (Index i = 0; i < static_cast<Index>(keys.size()); ++i) {
      const auto reason =
          cell("metrics.reasons", reasons, first + i, 0, static_cast<std::int64_t>(reasons_.size()) - 1);
      metrics.append({keys[static_cast<std::size_t>(i)], values(first + i, 0),
                      reasons_[static_cast<std::size_t>(reason)]});
    }
    return metrics;
  }
  const std::vector<std::string>& list_at(const std::string& name, const MatrixD& from, Index row,
                                          Index column) const {
    const auto list = static_cast<std::size_t>(cell(name, from, row, column));
    if (list >= key_lists_.size()) fail(name, "refers to metrics that are not there");
    return key_lists_[list];
  }

  void read_records() {
    const std::string name = "records";
    const auto& rows = table(name, kRecordColumns);
    auto& records = past_.records;
    for (Index i = 0; i < rows.rows(); ++i) {
      Record record;
      record.at_segment = cell(name, rows, i, 0);
      record.at_step = cell(name, rows, i, 1);
      record.metrics = metrics(name, rows, i, 2);
      PhaseTracker::State phase;
      phase.phase = static_cast<Phase>(cell(name, rows, i, 4, static_cast<std::int64_t>(last_of(Phase{}))));
      phase.has_structure_begun = cell(name, rows, i, 5, 1) == 1;
      phase.peak_step = cell_if_any(name, rows, i, 6);
      if (!std::isnan(rows(i, 7))) phase.peak_semantic = rows(i, 7);
      phase.overtake_step = cell_if_any(name, rows, i, 8);
      phase.collapse_step = cell_if_any(name, rows, i, 9);
      record.phase.restore(phase);
      records.push_back(std::move(record));
    }
    if (records.empty()) return;
    // The newest belongs to the branch point.
    point_.records.push_back(std::move(records.back()));
    records.pop_back();
    if (const auto newest = number_if_any(top_, "newest", embeddings_.size()))
      point_.records.back().embeddings = embeddings_[*newest];
  }

  std::vector<TheoryDesk::Queue> queues(const std::string& name) const {
    std::vector<TheoryDesk::Queue> queues;
    const auto fields = top_.below(name + ".queues");
    const auto all = count(fields, "count");
    for (std::size_t i = 0; i < all; ++i) {
      const auto queue = fields.below(std::to_string(i));
      TheoryDesk::Queue read{theories_[number(queue, "theory", theories_.size())], {}};
      const std::string items = queue.name("items");
      const auto& rows = table(items, 3);
      for (Index row = 0; row < rows.rows(); ++row) {
        const auto embeddings = static_cast<std::size_t>(cell(items, rows, row, 2));
        if (embeddings >= embeddings_.size() || embeddings_[embeddings]->theory != read.of->theory)
          fail(items, "refers to embeddings that are not of its task");
        read.items.push_back({cell(items, rows, row, 0), cell(items, rows, row, 1), embeddings_[embeddings]});
      }
      queues.push_back(std::move(read));
    }
    return queues;
  }

  void read_withdrawn() {
    const auto all = count(top_.below("withdrawn"), "count");
    for (std::size_t i = 0; i < all; ++i) {
      const std::string name = "withdrawn." + std::to_string(i);
      const auto fields = top_.below(name);
      Withdrawn read{count(fields, "commands"), {}, queues(name)};
      const std::string changed = fields.name("metrics");
      const auto& rows = table(changed, 3);
      for (Index row = 0; row < rows.rows(); ++row)
        read.metrics.emplace_back(static_cast<std::size_t>(cell(changed, rows, row, 0)),
                                  metrics(changed, rows, row, 1));
      past_.withdrawn.push_back(std::move(read));
    }
  }

  const StoredRun& run_;
  const EngineHooks& hooks_;
  Fields top_;
  EngineCheckpoint point_;
  Engine::Past past_;
  std::vector<std::shared_ptr<TheoryOfTask>> theories_;
  std::vector<std::shared_ptr<const Embeddings>> embeddings_;
  std::vector<std::shared_ptr<const std::map<std::string, MatrixD>>> weights_;
  std::vector<std::shared_ptr<const EngineCheckpoint>> checkpoints_;
  std::map<std::size_t, std::shared_ptr<const Trainer::State>> states_;
  std::unique_ptr<Trainer> trainer_;  ///< of known_for_ on known_task_
  Config known_for_;
  std::shared_ptr<const Task> known_task_;
  std::vector<std::string> reasons_;
  std::vector<std::vector<std::string>> key_lists_;
};

}  // namespace

Engine Engine::from_stored(const StoredRun& run, EngineHooks hooks) {
  const ComputeScope scope;
  auto impl = std::make_unique<Impl>(std::move(hooks));
  try {
    const RunReader reader(run, impl->hooks);
    impl->begin_branch(reader.point(), reader.past());
  } catch (const UsageError& error) {
    throw InputError(run.where + ": " + error.what());
  }
  return Engine(std::move(impl));
}

}  // namespace gramscope
