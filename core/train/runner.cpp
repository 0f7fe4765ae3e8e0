#include "core/train/runner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "core/train/analyst.h"
#include "core/train/channel.h"
#include "core/train/pacer.h"
#include "core/train/stored_run.h"

namespace gramscope {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// How long the training thread steps before it looks into its queue again.
constexpr std::chrono::duration<double> kChunk = 3ms;

/// L_mm has been found: the engine is to take it in, also while it is paused.
struct TheoryFound {};

struct Item {
  std::variant<Command, Control, TheoryFound> what;
};

/// Where the work on L_mm, which may outlive the runner, leaves word. Its share is shown from its beginning until the engine
/// has taken in what came of it, or it is given up.
class TheoryDoor {
 public:
  TheoryDoor(std::shared_ptr<Latest<std::optional<double>>> share, std::shared_ptr<Channel<Item>> inbox)
      : share_(std::move(share)), inbox_(std::move(inbox)) {
    report(0.0);
  }
  ~TheoryDoor() { share_->put(std::nullopt); }
  TheoryDoor(const TheoryDoor&) = delete;
  TheoryDoor& operator=(const TheoryDoor&) = delete;

  void report(double share) const { share_->put(share); }
  void close() const { inbox_->push({TheoryFound{}}); }

 private:
  std::shared_ptr<Latest<std::optional<double>>> share_;
  std::shared_ptr<Channel<Item>> inbox_;
};

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

struct Runner::Impl {
  Impl(const Config& config, std::string preset, bool start_running, SetSpeed first_speed, RunnerHooks hooks)
      : first_task_work(std::move(hooks.first_task_work)),
        engine(config, std::move(preset), engine_hooks(std::move(hooks.read_weights))),
        catch_up(std::move(hooks.catch_up)),
        is_running(start_running),
        speed(first_speed) {
    begin();
  }

  Impl(const BranchStart& start, bool start_running, SetSpeed first_speed, RunnerHooks hooks)
      : engine(Engine::branch_from(*start.point, *start.past, engine_hooks(std::move(hooks.read_weights)))),
        catch_up(std::move(hooks.catch_up)),
        is_running(start_running),
        speed(first_speed) {
    outbox.push(engine.present());
    begin();
  }

  Impl(const StoredRun& stored, bool start_running, SetSpeed first_speed, RunnerHooks hooks)
      : first_task_work(std::move(hooks.first_task_work)),
        engine(Engine::from_stored(stored, engine_hooks(std::move(hooks.read_weights)))),
        catch_up(std::move(hooks.catch_up)),
        is_running(start_running),
        speed(first_speed) {
    tell_course();
    begin();
  }

  /// As if it had just been told of.
  void tell_course() {
    auto present = engine.present();
    present.restarted = true;
    outbox.push(std::move(present));
    const auto& records = engine.records();
    const auto begins = std::find_if(records.rbegin(), records.rend(), [](const Record& record) { return record.step() == 0; });
    for (auto record = begins == records.rend() ? records.begin() : std::prev(begins.base()); record != records.end(); ++record) {
      Recorded recorded{*record};
      if (std::next(record) == records.end()) {
        recorded.branch_point = engine.branch_point();
        recorded.commands = engine.commands().size();
      }
      outbox.push(std::move(recorded));
    }
  }

  EngineHooks engine_hooks(WeightReader read_weights) {
    return {.listener = [this](const Event& event) { outbox.push(event); },
            .task_work = [this] { return begin_task_work(); },
            .read_weights = std::move(read_weights),
            .solve_max_margin = solver(),
            .has_branch_points = true};
  }

  void begin() {
    first_task_work = {};
    preparation.put(std::nullopt);
    has_to_catch_up = is_catching_up();
    if (has_to_catch_up) report_catching_up();
    publish();
    thread = std::thread([this] { work(); });
  }

  ~Impl() { finish(); }

  void finish() {
    inbox->close();
    cancel_task_work(true);
    if (thread.joinable()) thread.join();
  }

  MaxMarginSolver solver() const {
    return [share = max_margin_share, to = inbox](std::shared_ptr<const TaskTheory> theory) {
      const auto door = std::make_shared<TheoryDoor>(share, to);
      return solve_max_margin_beside(
          std::move(theory), [door](double done) { door->report(done); }, [door] { door->close(); });
    };
  }

  /// Called by the engine, on the training thread.
  TaskWork begin_task_work() {
    if (first_task_work) return first_task_work();
    return {[this](double share, std::string_view what) {
              preparation.put(RunnerStatus::Preparation{share, std::string(what)});
            },
            begin_cancellable()};
  }

  /// What cancel_task_work() stops from here on.
  std::stop_token begin_cancellable() {
    const std::lock_guard lock(work_mutex);
    work_stop = std::stop_source{};
    if (is_closing) work_stop.request_stop();
    return work_stop.get_token();
  }

  bool is_cancelled() {
    const std::lock_guard lock(work_mutex);
    return work_stop.stop_requested();
  }

  void cancel_task_work(bool for_ever) {
    const std::lock_guard lock(work_mutex);
    is_closing = is_closing || for_ever;
    work_stop.request_stop();
  }

  // Everything below but the channels belongs to the training thread while it runs.

  void work() {
    try {
      engine_submit();
      if (is_catching_up()) catch_up_all();
      pacer.start(speed, engine.step(), Clock::now());
      while (!inbox->is_closed()) turn();
    } catch (const std::exception& error) {
      RunnerStatus failed = status.get();
      failed.is_running = false;
      failed.has_failed = true;
      failed.failure = error.what();
      status.put(failed);
    }
  }

  bool is_catching_up() const { return next_catch_up < catch_up.commands.size() || engine.tick() < catch_up.tick; }

  /// Wishes that come meanwhile wait until it is done: they are meant for where it leads to.
  void catch_up_all() {
    catch_up_begun = engine.tick();
    begin_cancellable();
    const auto& commands = catch_up.commands;
    while (is_catching_up() && !is_cancelled()) {
      const auto next = next_catch_up < commands.size() ? commands[next_catch_up].tick : catch_up.tick;
      const auto before = engine.tick();
      if (next <= before) {
        engine.apply(commands[next_catch_up].command);
        // One whose task was not made to the end has not been executed.
        if (!is_cancelled()) ++next_catch_up;
        continue;
      }
      if (engine.is_held_back()) {
        std::this_thread::sleep_for(5ms);
        engine.settle();
        continue;
      }
      advance(std::min(next - before, affordable_steps()));
      // What has ended takes no more steps, and a command that is due later never will be.
      if (engine.tick() == before && !engine.is_held_back()) break;
      report_catching_up();
      publish();
    }
    const bool is_complete = !is_catching_up();
    engine.settle();
    catch_up = {};
    next_catch_up = 0;
    has_to_catch_up = false;
    is_stale = true;
    if (engine.state() != Engine::State::ready || !is_complete) is_running = false;
    if (!is_complete && !inbox->is_closed())
      outbox.push(Message{Message::Level::warning,
                          "Stopped on the way, at step " + std::to_string(engine.step()) + ": Run goes on from here."});
    engine_submit();
    publish();
    // Whoever sees no preparation any more sees where it has led.
    preparation.put(std::nullopt);
  }

  void report_catching_up() {
    const auto whole = static_cast<double>(std::max<std::int64_t>(1, catch_up.tick - catch_up_begun));
    preparation.put(RunnerStatus::Preparation{
        std::clamp(static_cast<double>(engine.tick() - catch_up_begun) / whole, 0.0, 1.0),
        "Repeating the run, step " + std::to_string(engine.step())});
  }

  /// Commands, then steps that are due, then a frame if one is wanted.
  void turn() {
    auto items = is_running ? wait_for_due() : wait_for_wishes();
    if (!items.empty()) {
      for (auto& item : coalesced(std::move(items))) std::visit([this](auto& what) { handle(what); }, item.what);
      engine.settle();
      // Whoever sees no share any more finds the events of what was found before it.
      if (std::exchange(has_found_theory, false)) max_margin_share->put(std::nullopt);
      stop_if_ended();
    }
    if (is_running && engine.is_held_back())
      pacer.start(speed, engine.step(), Clock::now());  // what it waits is not to be made up for
    else if (is_running)
      take_steps();
    if (is_frame_wanted && analyst.is_idle() && !is_between_ceilings()) {
      if (has_moved()) engine_submit();
      // Nothing moves by itself any more: what is to be seen has been handed over.
      else if (!is_running) is_frame_wanted = false;
    }
    publish();
  }

  /// While paused. A frame that was asked for while the analyst had another in hand is still to be made, and whoever asked
  /// may not ask again.
  std::vector<Item> wait_for_wishes() {
    return is_frame_wanted ? inbox->take_until(Clock::now() + 2ms) : inbox->take_or_wait();
  }

  std::vector<Item> wait_for_due() {
    // No steps come of trying: what ends it announces itself in the inbox.
    if (engine.is_held_back()) return inbox->take_until(Clock::now() + 50ms);
    if (ceiling && engine.step() >= *ceiling) return inbox->take_until(Clock::now() + (is_frame_wanted ? 2ms : 50ms));
    if (ceiling) return inbox->take();
    const auto next = pacer.next(engine.step());
    // A wanted frame is looked after often, whatever the pace.
    const auto patience = Clock::now() + (is_frame_wanted ? 2ms : 50ms);
    return next > Clock::now() ? inbox->take_until(std::min<Clock::time_point>(next, patience)) : inbox->take();
  }

  /// A drag sends many values of one parameter: of those that wait together in a row the last one counts.
  static std::vector<Item> coalesced(std::vector<Item> items) {
    const auto key_of = [](const Item& item) -> const std::string* {
      const auto* command = std::get_if<Command>(&item.what);
      const auto* change = command != nullptr ? std::get_if<SetParameter>(command) : nullptr;
      return change != nullptr ? &change->key : nullptr;
    };
    std::vector<Item> kept;
    for (auto& item : items) {
      const auto* key = key_of(item);
      const auto* last = kept.empty() ? nullptr : key_of(kept.back());
      if (key != nullptr && last != nullptr && *key == *last)
        kept.back() = std::move(item);
      else
        kept.push_back(std::move(item));
    }
    return kept;
  }

  void handle(const Command& command) {
    const auto segment = engine.segment();
    engine.apply(command);
    preparation.put(std::nullopt);
    if (engine.segment() != segment) pacer.start(speed, engine.step(), Clock::now());
    is_stale = true;
  }

  /// The engine settles after each batch of items, which takes it in.
  void handle(const TheoryFound&) { is_stale = has_found_theory = true; }

  void handle(const Control& control) {
    std::visit([this](const auto& c) { handle_control(c); }, control);
  }

  void handle_control(const Run& wanted) {
    if (engine.state() == Engine::State::finished && wanted.goes_beyond_end) {
      const auto further = 2 * std::max(engine.step(), engine.config().integer("run.steps"));
      engine.apply(SetParameter{"run.steps", Value{further}});
    }
    if (engine.state() == Engine::State::stopped && wanted.goes_beyond_end) engine.apply(Continue{});
    is_running = engine.state() == Engine::State::ready;
    rate_begun = Clock::now();
    rate_tick = engine.tick();
    pacer.start(speed, engine.step(), Clock::now());
  }
  void handle_control(const Pause&) { is_running = false; }
  void handle_control(const StepOnce& wanted) {
    is_running = false;
    for (auto left = wanted.steps; left > 0 && engine.state() == Engine::State::ready && !inbox->is_closed();) {
      const auto steps = std::min(left, affordable_steps());
      if (engine.is_held_back()) break;
      advance(steps);
      left -= steps;
      publish();
    }
  }
  void handle_control(const SetSpeed& wanted) {
    speed = wanted;
    pacer.start(speed, engine.step(), Clock::now());
  }
  void handle_control(const RequestFrame& request) {
    is_frame_wanted = true;
    frame_wanted = request.wanted;
    frame_wanted.inside.layers = frame_wanted.inside.layers || frame_wanted.layer >= 0;
  }

  void handle_control(const SetCeiling& wanted) {
    if (ceiling && !wanted.step) pacer.start(speed, engine.step(), Clock::now());
    ceiling = wanted.step;
  }
  void handle_control(const RequestRun& wanted) {
    engine.settle();
    outbox.push(RunTold{wanted.request, engine.commands(), engine.tick(),
                        wanted.is_stored ? std::make_shared<const StoredRun>(engine.stored()) : nullptr});
  }
  void handle_control(const RequestBranch& wanted) {
    const auto& all = engine.commands();
    const auto first = std::min(Engine::commands_before(*wanted.branch_point), all.size());
    const auto last = std::clamp(wanted.commands, first, all.size());
    const auto at = [&](std::size_t place) { return all.begin() + static_cast<std::ptrdiff_t>(place); };
    outbox.push(BranchReady{wanted.request,
                            {wanted.branch_point, engine.past(*wanted.branch_point)},
                            {{at(first), at(last)}, wanted.tick}});
  }
  void handle_control(const Seek&) {}
  void handle_control(const GoLive&) {}
  void handle_control(const Follow&) {}

  void take_steps() {
    const auto due = ceiling ? *ceiling - engine.step() : pacer.due(engine.step(), Clock::now());
    if (due <= 0) return;
    advance(std::min(due, affordable_steps()));
    stop_if_ended();
  }

  /// On its way to where it is to be seen.
  bool is_between_ceilings() const { return is_running && ceiling && engine.step() < *ceiling; }

  /// How many steps fit between two looks into the queue.
  std::int64_t affordable_steps() const {
    const double per_step = seconds_per_step > 0.0 ? seconds_per_step : kChunk.count();
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(kChunk.count() / per_step));
  }

  void advance(std::int64_t steps) {
    const auto tick = engine.tick();
    const auto begun = Clock::now();
    engine.advance(steps);
    const auto ended = Clock::now();
    const auto taken = engine.tick() - tick;
    if (taken > 0) {
      const double measured = seconds_between(begun, ended) / static_cast<double>(taken);
      seconds_per_step = seconds_per_step > 0.0 ? 0.9 * seconds_per_step + 0.1 * measured : measured;
    }
    const double window = seconds_between(rate_begun, ended);
    if (window > 0.5) {
      steps_per_second = static_cast<double>(engine.tick() - rate_tick) / window;
      rate_begun = ended;
      rate_tick = engine.tick();
    }
  }

  void stop_if_ended() {
    if (engine.state() != Engine::State::ready) is_running = false;
  }

  bool has_moved() const {
    return is_stale || engine.step() != submitted_step || engine.segment() != submitted_segment ||
           !(frame_wanted == frame_submitted);
  }

  void engine_submit() {
    analyst.submit(engine.embeddings(frame_wanted.inside), frame_wanted);
    frame_submitted = frame_wanted;
    submitted_step = engine.step();
    submitted_segment = engine.segment();
    is_stale = false;
    is_frame_wanted = false;
  }

  void publish() {
    RunnerStatus now;
    now.is_running = is_running;
    now.is_catching_up = has_to_catch_up;
    now.state = engine.state();
    now.segment = engine.segment();
    now.step = engine.step();
    now.tick = engine.tick();
    now.cross_entropy = engine.last_cross_entropy();
    now.learning_rate = engine.learning_rate();
    now.steps_per_second = is_running ? steps_per_second : 0.0;
    now.available_steps_per_second = seconds_per_step > 0.0 ? 1.0 / seconds_per_step : 0.0;
    status.put(now);
  }

  std::shared_ptr<Channel<Item>> inbox = std::make_shared<Channel<Item>>();
  Channel<Event> outbox;
  Latest<RunnerStatus> status;
  Latest<std::optional<RunnerStatus::Preparation>> preparation;
  std::shared_ptr<Latest<std::optional<double>>> max_margin_share = std::make_shared<Latest<std::optional<double>>>();
  std::mutex work_mutex;
  std::stop_source work_stop;
  bool is_closing = false;
  std::function<TaskWork()> first_task_work;  ///< until the engine is made

  Engine engine;
  CatchUp catch_up;
  std::size_t next_catch_up = 0;
  std::int64_t catch_up_begun = 0;
  bool has_to_catch_up = false;
  Analyst analyst;
  bool is_running = false;
  std::optional<std::int64_t> ceiling;
  SetSpeed speed;
  Pacer pacer;
  bool is_frame_wanted = false;
  FrameWanted frame_wanted;
  FrameWanted frame_submitted;
  bool is_stale = false;
  bool has_found_theory = false;
  std::int64_t submitted_step = -1;
  std::int64_t submitted_segment = -1;
  double seconds_per_step = 0.0;
  double steps_per_second = 0.0;
  Clock::time_point rate_begun = Clock::now();
  std::int64_t rate_tick = 0;

  std::thread thread;
};

Runner::Runner(const Config& config, std::string preset, bool start_running, SetSpeed speed, RunnerHooks hooks)
    : impl_(std::make_unique<Impl>(config, std::move(preset), start_running, speed, std::move(hooks))) {}

Runner::Runner(const BranchStart& start, bool start_running, SetSpeed speed, RunnerHooks hooks)
    : impl_(std::make_unique<Impl>(start, start_running, speed, std::move(hooks))) {}

Runner::Runner(const StoredRun& stored, bool start_running, SetSpeed speed, RunnerHooks hooks)
    : impl_(std::make_unique<Impl>(stored, start_running, speed, std::move(hooks))) {}

Runner::~Runner() = default;

void Runner::send(Command command) { impl_->inbox->push({std::move(command)}); }
void Runner::send(Control control) { impl_->inbox->push({std::move(control)}); }
std::vector<Event> Runner::take_events() { return impl_->outbox.take(); }
std::shared_ptr<const Snapshot> Runner::snapshot() const { return impl_->analyst.snapshot(); }
RunnerStatus Runner::status() const {
  RunnerStatus status = impl_->status.get();
  status.preparation = impl_->preparation.get();
  if (!status.has_failed) status.max_margin_share = impl_->max_margin_share->get();
  return status;
}
void Runner::cancel_preparation() { impl_->cancel_task_work(false); }

Engine Runner::stop() {
  impl_->finish();
  impl_->engine.set_listener({});
  return std::move(impl_->engine);
}

}  // namespace gramscope
