#include "core/train/engine_impl.h"

#include <algorithm>
#include <iterator>

#include "core/models/readout.h"
#include "core/registry/error.h"
#include "core/train/random_streams.h"

namespace gramscope {

void Engine::Impl::execute(const Command& command) {
  executing = &command;
  try {
    std::visit([this](const auto& c) { apply(c); }, command);
  } catch (...) {
    executing = nullptr;
    throw;
  }
  take_effect();
}

void Engine::Impl::take_effect() {
  if (executing != nullptr) commands.push_back({now.tick, *executing});
  executing = nullptr;
}

void Engine::Impl::apply(const SetParameter& change) {
  // What is still to be recorded here is recorded as things stand: whether the runner settles before must not show.
  if (change.key == "run.max_margin") settle();
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
    const bool was_withheld = !max_margin_withheld().empty();
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
    take_effect();
    tell_config(false, mark);
    change_max_margin(was_withheld);
  }
  for (const auto& other : moved) tell(Message{Message::Level::info, other.message + "."});
}

void Engine::Impl::apply(const Restart&) {
  auto beginning = prepare(now.config);
  settle();
  begin_segment(now.segment + 1, std::move(beginning), {});
}

void Engine::Impl::apply(const Continue&) {
  if (now.state == Engine::State::stopped) now.state = Engine::State::ready;
}

void Engine::Impl::apply(const Load& load) {
  auto beginning = prepare(resolve(load.config));
  settle();
  now.preset = load.preset;
  begin_segment(now.segment + 1, std::move(beginning), {});
}

auto Engine::Impl::prepare(const Config& config) -> Beginning {
  Beginning beginning{config, now.task, now.theory, nullptr, {}};
  if (!has_same_task(now.config, config)) {
    beginning.task = task_entry(config.text("task.kind")).make(config, hooks.task_work ? hooks.task_work() : TaskWork{});
    beginning.theory = std::make_shared<TheoryOfTask>();
    beginning.theory->theory = make_task_theory(beginning.task);
    beginning.theory->config = config;
  }
  beginning.trainer = make_trainer(config, beginning.task);
  const auto path = config.text_or("model.weights", {});
  beginning.weights = path == now.weights.path ? now.weights : read_weights(path);
  if (!path.empty()) beginning.trainer->set_weights(*beginning.weights.tensors, path);
  return beginning;
}

InitialWeights Engine::Impl::read_weights(const std::string& path) const {
  if (path.empty()) return {};
  if (!hooks.read_weights)
    throw UsageError("model.weights = " + path + ": nothing here can read weights; leave it empty");
  return {path, std::make_shared<const std::map<std::string, MatrixD>>(hooks.read_weights(path))};
}

bool Engine::Impl::has_same_task(const Config& before, const Config& after) {
  const auto is_of_task = [](const auto& entry) { return entry.first.starts_with("task."); };
  std::map<std::string, Value, std::less<>> a;
  std::map<std::string, Value, std::less<>> b;
  std::copy_if(before.values().begin(), before.values().end(), std::inserter(a, a.end()), is_of_task);
  std::copy_if(after.values().begin(), after.values().end(), std::inserter(b, b.end()), is_of_task);
  return a == b;
}

void Engine::Impl::begin_segment(std::int64_t segment, Beginning beginning, const Marked& mark) {
  take_effect();
  now.config = std::move(beginning.config);
  now.task = std::move(beginning.task);
  if (beginning.theory != now.theory) beginning.theory->since_segment = segment;
  now.theory = std::move(beginning.theory);
  trainer = std::move(beginning.trainer);
  now.weights = std::move(beginning.weights);
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

auto Engine::Impl::describe(const Config& before, const Config& after, const std::string& key) -> Marked {
  Marked marked{key, key, before.contains(key) ? to_string(before.at(key)) : std::string{},
                to_string(after.at(key))};
  for (const auto& parameter : applicable_parameters(after))
    if (parameter.key == key) marked.label = parameter.label;
  return marked;
}

ConfigChanged Engine::Impl::present() const {
  return {.config = now.config,
          .preset = now.preset,
          .task = now.task,
          .segment = now.segment,
          .step = now.step,
          .theory = now.theory->theory,
          .commands = commands.size()};
}

void Engine::Impl::tell_config(bool restarted, const Marked& marked) const {
  ConfigChanged changed = present();
  changed.restarted = restarted;
  changed.key = marked.key;
  changed.label = marked.label;
  changed.from = marked.from;
  changed.to = marked.to;
  if (!marked.key.empty())
    changed.mark = marked.label + " " + (marked.from.empty() ? "" : marked.from + " → ") + marked.to;
  tell(std::move(changed));
}

}  // namespace gramscope
