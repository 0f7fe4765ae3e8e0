#include "core/train/engine.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>

#include "core/linalg/arithmetic.h"
#include "core/metrics/measure.h"
#include "core/models/readout.h"
#include "core/registry/error.h"
#include "core/train/random_streams.h"
#include "core/train/stopping.h"
#include "core/train/trainer.h"

namespace gramscope {

bool is_scheduled_step(std::int64_t step) { return step == 0 || next_scheduled_step(step - 1) == step; }

std::int64_t next_scheduled_step(std::int64_t step) {
  if (step < 0) return 0;
  // i at or a little below 24 log10(step), then upward to the first that lies beyond.
  auto i = step < 1 ? 0 : static_cast<std::int64_t>(std::floor(24.0 * std::log10(static_cast<double>(step)))) - 1;
  for (i = std::max<std::int64_t>(i, 0);; ++i) {
    const auto scheduled = std::llround(std::pow(10.0, static_cast<double>(i) / 24.0));
    if (scheduled > step) return scheduled;
  }
}

/// What the recorded steps of a segment have shown so far. A value: copying it is how a recorded step is replaced.
struct Course {
  PhaseTracker phase;
  PeakWatch watch;
  /// The state at the peak; null in a checkpoint of the peak itself, and where the peak is no more to go back to.
  std::shared_ptr<const Engine::Checkpoint> peak;
};

/// All that advance() and apply() read and write, but for the lists of records and commands.
struct Engine::Checkpoint {
  Config config;
  std::string preset;
  std::shared_ptr<const Task> task;
  std::int64_t segment = 0;
  std::int64_t step = 0;
  std::int64_t tick = 0;
  Engine::State state = Engine::State::ready;
  double last_cross_entropy = std::numeric_limits<double>::quiet_NaN();
  Course course_before_last;
  Course course;
  bool has_unrecorded_change = false;
  std::size_t records = 0;
  std::size_t commands = 0;
  Random::State noise;
  std::shared_ptr<const Trainer::State> trainer;
  std::shared_ptr<const Engine::Checkpoint> last_recorded;  ///< null in a checkpoint of a recorded step itself
};

struct Engine::Impl {
  /// What a mark on the timeline says of a changed parameter.
  struct Marked {
    std::string key;
    std::string label;
    std::string from;
    std::string to;
  };

  /// What model.weights names; nothing for an empty path.
  struct InitialWeights {
    std::string path;
    std::shared_ptr<const std::map<std::string, MatrixD>> tensors;
  };

  Checkpoint now;  ///< its members from `records` on are filled by checkpoint() only
  Random noise{0};
  std::unique_ptr<Trainer> trainer;
  std::vector<Record> records;
  std::vector<Executed> commands;
  EngineHooks hooks;
  std::shared_ptr<const Checkpoint> last_recorded;  ///< where a divergence goes back to
  std::int64_t limit = 0;                           ///< run.steps, looked at in every step
  InitialWeights weights;                           ///< those of the current segment
  std::int64_t next_scheduled = 0;                  ///< the first scheduled step after the last record of the segment

  void tell(Event event) const {
    if (hooks.listener) hooks.listener(event);
  }

  /// What a segment begins with: all of it that can fail to be made.
  struct Beginning {
    Config config;
    std::shared_ptr<const Task> task;
    std::unique_ptr<Trainer> trainer;
  };

  /// The task is made anew only if its own parameters have changed, and weights are read anew only if their path has: a
  /// restart reads no file again, and begins with the same weights whatever has become of it.
  Beginning prepare(const Config& config) {
    Beginning beginning{config, has_same_task(now.config, config) ? now.task : nullptr, nullptr};
    if (beginning.task == nullptr)
      beginning.task = task_entry(config.text("task.kind")).make(config, hooks.task_work ? hooks.task_work() : TaskWork{});
    beginning.trainer = make_trainer(config, beginning.task);
    const auto path = config.text_or("model.weights", {});
    InitialWeights read = path == weights.path ? weights : read_weights(path);
    if (!path.empty()) beginning.trainer->set_weights(*read.tensors, path);
    weights = std::move(read);
    return beginning;
  }

  InitialWeights read_weights(const std::string& path) const {
    if (path.empty()) return {};
    if (!hooks.read_weights)
      throw UsageError("model.weights = " + path + ": nothing here can read weights; leave it empty");
    return {path, std::make_shared<const std::map<std::string, MatrixD>>(hooks.read_weights(path))};
  }

  static bool has_same_task(const Config& before, const Config& after) {
    const auto is_of_task = [](const auto& entry) { return entry.first.starts_with("task."); };
    std::map<std::string, Value, std::less<>> a;
    std::map<std::string, Value, std::less<>> b;
    std::copy_if(before.values().begin(), before.values().end(), std::inserter(a, a.end()), is_of_task);
    std::copy_if(after.values().begin(), after.values().end(), std::inserter(b, b.end()), is_of_task);
    return a == b;
  }

  /// Step 0 of another segment, recorded at once: whether the runner settles between two commands must not show.
  void begin_segment(std::int64_t segment, Beginning beginning, const Marked& mark) {
    now.config = std::move(beginning.config);
    now.task = std::move(beginning.task);
    trainer = std::move(beginning.trainer);
    noise = Random(static_cast<std::uint64_t>(now.config.integer("run.seed")), kGrowthNoiseStream);
    now.segment = segment;
    now.step = 0;
    now.last_cross_entropy = std::numeric_limits<double>::quiet_NaN();
    now.course = now.course_before_last = Course{};
    now.state = Engine::State::ready;
    last_recorded.reset();
    next_scheduled = 0;
    limit = now.config.integer("run.steps");
    tell_config(true, mark);
    settle();
  }

  std::shared_ptr<const Embeddings> embeddings(const InsideWanted& inside) const {
    auto copy = std::make_shared<Embeddings>();
    copy->task = now.task;
    copy->segment = now.segment;
    copy->step = now.step;
    copy->tick = now.tick;
    copy->penalty = trainer->penalty(now.step);
    copy->smoothing = now.config.real_or("reg.smoothing", 0.0);
    copy->h = trainer->context_embeddings();
    copy->w = trainer->word_embeddings();
    copy->inside = trainer->inside(inside);
    return copy;
  }

  std::shared_ptr<Checkpoint> checkpoint() const {
    auto copy = std::make_shared<Checkpoint>(now);
    copy->records = records.size();
    copy->commands = commands.size();
    copy->noise = noise.state();
    copy->last_recorded = last_recorded;
    copy->trainer = trainer->state();
    return copy;
  }

  /// Everything but the lists of records and commands.
  void go_back(const Checkpoint& checkpoint) {
    const bool is_same_model = checkpoint.task == now.task && effect_of(now.config, checkpoint.config) == Effect::live;
    now = checkpoint;
    now.trainer.reset();
    now.last_recorded.reset();
    noise.restore(checkpoint.noise);
    if (!is_same_model) trainer = make_trainer(now.config, now.task);
    trainer->restore(now.config, *checkpoint.trainer);
    limit = now.config.integer("run.steps");
    next_scheduled = next_scheduled_step(now.step);
  }

  /// Records the current step, in place of the last record if that is of the same step. False if the objective there
  /// is not finite: then nothing is recorded.
  bool record() {
    // In the trainer's precision too: logits that overflow in float may be finite in double.
    if (!trainer->has_finite_objective(now.step)) return false;
    Record record;
    record.embeddings = embeddings(hooks.recorded);
    record.metrics = measure(*record.embeddings);
    if (!std::isfinite(record.metrics.get("objective"))) return false;
    record.at_segment = now.segment;
    record.at_step = now.step;
    const bool replaces = is_recorded();
    if (!replaces) now.course_before_last = now.course;
    now.course = now.course_before_last;
    now.course.phase.observe(now.step, record.metrics);
    now.course.watch.observe(now.step, is_scheduled_step(now.step), now.course.phase);
    record.phase = now.course.phase;
    now.has_unrecorded_change = false;
    if (replaces)
      records.back() = record;
    else {
      if (!records.empty()) records.back().embeddings.reset();
      records.push_back(record);
    }
    auto here = checkpoint();
    here->last_recorded.reset();
    if (now.course.phase.peak_step() == now.step) now.course.peak = here->course.peak = without_earlier_peaks(*here);
    last_recorded = std::move(here);
    next_scheduled = next_scheduled_step(now.step);
    tell(Recorded{std::move(record), replaces});
    return true;
  }

  /// Each peak would otherwise keep the one before it alive, and so on back to the first.
  static std::shared_ptr<const Checkpoint> without_earlier_peaks(const Checkpoint& checkpoint) {
    auto copy = std::make_shared<Checkpoint>(checkpoint);
    copy->course.peak.reset();
    copy->course_before_last.peak.reset();
    return copy;
  }

  bool is_recorded() const {
    return !records.empty() && records.back().segment() == now.segment && records.back().step() == now.step;
  }

  bool must_record() const {
    return now.has_unrecorded_change || ((now.step == next_scheduled || now.step == limit) && !is_recorded());
  }

  /// Records what is due. A state that turns out not to be finite is a divergence of the step that led to it.
  void settle() {
    if (!must_record()) return;
    if (!record()) return diverge(now.step);
    if (now.state == Engine::State::ready && now.config.text("run.stop") == "peak" && now.course.peak != nullptr &&
        now.course.watch.is_past_peak(now.config.integer("run.stop_after")))
      stop_at_peak();
  }

  /// Goes back to the peak of the segment and ends there. The peak begins a segment of its own: steps go up within a
  /// segment, and what was recorded of the decline stays.
  void stop_at_peak() {
    const auto peak = now.course.peak;
    const auto came_from = now.step;
    const auto segment = now.segment;
    go_back_keeping_config(*peak);
    now.segment = segment + 1;
    now.course.peak = peak;
    forget_peak();
    record();
    now.state = Engine::State::stopped;
    tell(Finished{now.step, now.segment, true, came_from,
                  "Stopped at the peak of the semantic alignment, step " + std::to_string(now.step) +
                      ": no recorded step up to " + std::to_string(came_from) + " was higher."});
  }

  /// The peak so far is not stopped at: only a higher one will be.
  void forget_peak() {
    now.course.watch.forget_peak();
    now.course_before_last.watch.forget_peak();
  }

  /// Back to the parameters of a checkpoint, with the config in force and without undoing ticks: commands stay ordered.
  void go_back_keeping_config(const Checkpoint& checkpoint) {
    const auto tick = now.tick;
    Config config = now.config;
    go_back(checkpoint);
    now.tick = tick;
    now.config = std::move(config);
    trainer->configure(now.config);
    limit = now.config.integer("run.steps");
  }

  std::string advice() const {
    std::string text = "lower " + std::string("Learning rate η (optimizer.lr, now ") +
                       to_string(now.config.at("optimizer.lr")) + ")";
    if (now.config.real_or("model.alpha", 1.0) > 1.0)
      text += " or Sharing α (model.alpha, now " + to_string(now.config.at("model.alpha")) + ")";
    // Its gradient grows as the embeddings shrink: a reward that suits the end may be too much for the beginning.
    if (now.config.real_or("reg.gamma", 0.0) > 0.0)
      text += " or Alignment reward γ (reg.gamma, now " + to_string(now.config.at("reg.gamma")) + ")";
    return text;
  }

  /// The state at `failed` is not finite: goes back to the last one that is, which the last recorded checkpoint leads
  /// to by the same steps, or further and slower where the config says so.
  void diverge(std::int64_t failed) {
    const std::string advice_text = advice();
    if (last_recorded == nullptr) {
      now.state = Engine::State::diverged;
      tell(Diverged{failed, false, now.step, "The initial state is not finite: lower Init scale (model.init_scale)."});
      return;
    }
    const double rate = now.config.real("optimizer.lr");
    const bool backs_off = now.config.text("run.on_divergence") == "back_off" && rate > 1e-8;
    const Config config = now.config;
    go_back_keeping_config(*last_recorded);
    if (backs_off) {
      now.config.set("optimizer.lr", rate / 2.0);
      trainer->configure(now.config);
      forget_peak();
      now.state = Engine::State::ready;
      now.has_unrecorded_change = true;
      tell(Diverged{failed, true, now.step,
                    "Step " + std::to_string(failed) + " gave infinite values: went back to step " +
                        std::to_string(now.step) + " with the learning rate halved to " +
                        to_string(now.config.at("optimizer.lr")) + "."});
      tell_config(false, describe(config, now.config, "optimizer.lr"));
      return;
    }
    Objective objective;
    while (now.step < failed - 1 && trainer->step(now.step, objective) == Trainer::Step::taken) {
      now.last_cross_entropy = objective.cross_entropy;
      ++now.step;
    }
    if (now.step > last_recorded->step) record();
    now.state = Engine::State::diverged;
    tell(Diverged{failed, false, now.step,
                  "Step " + std::to_string(failed) + " gave infinite values; shown is the last finite state, step " +
                      std::to_string(now.step) + ". To go on, " + advice_text + "."});
  }

  void tell_config(bool restarted, const Marked& marked) const {
    ConfigChanged changed{now.config, now.preset,  now.task,     now.segment,  now.step, restarted, {},
                          marked.key, marked.label, marked.from, marked.to};
    if (!marked.key.empty())
      changed.mark = marked.label + " " + (marked.from.empty() ? "" : marked.from + " → ") + marked.to;
    tell(std::move(changed));
  }

  Engine::State advance(std::int64_t steps) {
    settle();
    if (now.state == Engine::State::ready && now.step >= limit) finish();
    // Back-off restarts below an earlier step count: the budget counts steps taken, so that it always ends.
    while (steps > 0 && now.state == Engine::State::ready) {
      Objective objective;
      const auto outcome = trainer->step(now.step, objective);
      --steps;
      ++now.tick;  // of steps tried: a command after a divergence must not be replayed before it
      if (outcome != Trainer::Step::taken) {
        diverge(outcome == Trainer::Step::not_finite_before ? now.step : now.step + 1);
        continue;
      }
      now.last_cross_entropy = objective.cross_entropy;
      ++now.step;
      settle();
      if (now.state == Engine::State::ready && now.step >= limit) finish();
    }
    return now.state;
  }

  void finish() {
    if (!is_recorded()) record();  // run.steps was lowered to a step already passed
    now.state = Engine::State::finished;
    tell(Finished{now.step, now.segment, false, now.step,
                  "Reached run.steps = " + std::to_string(limit) + "."});
  }

  void apply(const SetParameter& change) {
    std::vector<Change> moved;
    const Config before = now.config;
    const Config after = with_change(before, change.key, change.value, &moved);
    if (after == before) return;
    const Marked mark = describe(before, after, change.key);
    if (effect_of(before, after) == Effect::restart) {
      auto beginning = prepare(after);
      settle();
      begin_segment(now.segment + 1, std::move(beginning), mark);
    } else {
      check_readout(after, *now.task);
      now.config = after;
      if (before.contains("model.d") && before.integer("model.d") != after.integer("model.d"))
        trainer->resize(after, after.integer("model.d"), noise);
      else if (before.text("optimizer.kind") != after.text("optimizer.kind"))
        trainer->replace_optimizer(after);
      trainer->configure(after);
      limit = after.integer("run.steps");
      // When the run ends is not a matter of what is recorded: a step that was the run's last, and is so no more, stays.
      if (!change.key.starts_with("run.")) {
        now.has_unrecorded_change = true;
        // The peak belongs to other parameters: what goes down after a change may well come from the change.
        forget_peak();
      }
      if (now.state == Engine::State::diverged ||
          (now.state == Engine::State::finished && now.step < after.integer("run.steps")))
        now.state = Engine::State::ready;
      tell_config(false, mark);
    }
    for (const auto& other : moved) tell(Message{Message::Level::info, other.message + "."});
  }

  void apply(const Restart&) {
    auto beginning = prepare(now.config);
    settle();
    begin_segment(now.segment + 1, std::move(beginning), {});
  }

  void apply(const Continue&) {
    if (now.state == Engine::State::stopped) now.state = Engine::State::ready;
  }

  void apply(const Load& load) {
    auto beginning = prepare(resolve(load.config));
    settle();
    now.preset = load.preset;
    begin_segment(now.segment + 1, std::move(beginning), {});
  }

  static Marked describe(const Config& before, const Config& after, const std::string& key) {
    Marked marked{key, key, before.contains(key) ? to_string(before.at(key)) : std::string{},
                  to_string(after.at(key))};
    for (const auto& parameter : applicable_parameters(after))
      if (parameter.key == key) marked.label = parameter.label;
    return marked;
  }
};

Engine::Engine(const Config& config, std::string preset, EngineHooks hooks) : impl_(std::make_unique<Impl>()) {
  const ComputeScope scope;
  impl_->now.preset = std::move(preset);
  impl_->hooks = std::move(hooks);
  impl_->begin_segment(0, impl_->prepare(resolve(config)), {});
}

Engine::Engine(const Config& config, std::string preset, Listener listener)
    : Engine(config, std::move(preset), EngineHooks{.listener = std::move(listener)}) {}

Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::set_listener(Listener listener) { impl_->hooks.listener = std::move(listener); }

Engine::State Engine::advance(std::int64_t steps) {
  const ComputeScope scope;
  return impl_->advance(steps);
}

void Engine::apply(const Command& command) {
  const ComputeScope scope;
  // Whoever asked may show the value that was refused: it is told the one in force.
  const auto refuse = [this](const std::exception& error) {
    impl_->tell(Message{Message::Level::warning, error.what()});
    impl_->tell_config(false, {});
  };
  try {
    std::visit([this](const auto& c) { impl_->apply(c); }, command);
    impl_->commands.push_back({impl_->now.tick, command});
  } catch (const UsageError& error) {
    refuse(error);
  } catch (const InputError& error) {
    refuse(error);
  } catch (const Cancelled& error) {
    refuse(error);
  }
}

void Engine::settle() {
  const ComputeScope scope;
  impl_->settle();
}

Engine::State Engine::state() const { return impl_->now.state; }
double Engine::learning_rate() const { return impl_->trainer->learning_rate(impl_->now.step); }
const Config& Engine::config() const { return impl_->now.config; }
const std::string& Engine::preset() const { return impl_->now.preset; }
std::shared_ptr<const Task> Engine::task() const { return impl_->now.task; }
std::int64_t Engine::segment() const { return impl_->now.segment; }
std::int64_t Engine::step() const { return impl_->now.step; }
std::int64_t Engine::tick() const { return impl_->now.tick; }
double Engine::last_cross_entropy() const { return impl_->now.last_cross_entropy; }
std::int64_t Engine::steps_left() const {
  return std::max<std::int64_t>(0, impl_->now.config.integer("run.steps") - impl_->now.step);
}
std::shared_ptr<const Embeddings> Engine::embeddings(const InsideWanted& inside) const {
  return impl_->embeddings(inside);
}
const std::vector<Record>& Engine::records() const { return impl_->records; }
const std::vector<Engine::Executed>& Engine::commands() const { return impl_->commands; }
std::shared_ptr<const Engine::Checkpoint> Engine::checkpoint() const { return impl_->checkpoint(); }

void Engine::restore(const Checkpoint& checkpoint) {
  const ComputeScope scope;
  impl_->go_back(checkpoint);
  impl_->records.resize(std::min(impl_->records.size(), checkpoint.records));
  impl_->commands.resize(std::min(impl_->commands.size(), checkpoint.commands));
  impl_->last_recorded =
      checkpoint.last_recorded != nullptr ? checkpoint.last_recorded : std::make_shared<Checkpoint>(checkpoint);
}

std::vector<NamedMatrix> Engine::weights() const { return impl_->trainer->weights(); }

std::vector<unsigned char> Engine::parameter_bytes() const { return impl_->trainer->parameter_bytes(); }

}  // namespace gramscope
