#include "core/io/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <new>
#include <thread>
#include <utility>

#include "core/io/embedding_cache.h"
#include "core/io/recording_course.h"
#include "core/io/recording_news.h"
#include "core/train/playback.h"
#include "core/io/recording_reader.h"
#include "core/io/recording_work.h"
#include "core/linalg/arithmetic.h"
#include "core/metrics/measure.h"
#include "core/registry/error.h"
#include "core/train/analyst.h"
#include "core/train/channel.h"

namespace gramscope {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
using State = RecordedFile::State;

constexpr auto kServed = 2ms;  ///< between two looks at what the owner wants while something is measured
constexpr double kReadingShare = 0.3;  ///< of the work on a snapshot, as its progress is shown
constexpr auto kCalm = 100ms;          ///< between two tellings of the whole course

/// A snapshot that is shown, as its file was when it was read.
struct Shown {
  RecordedFile* file = nullptr;
  ReadFile read;
  std::shared_ptr<const Embeddings> embeddings;
};

/// What the analyst was given last.
struct Submitted {
  std::shared_ptr<const Embeddings> embeddings;
  FrameWanted wanted;
  std::uint64_t measurement = 0;  ///< 0: without metrics
  friend bool operator==(const Submitted&, const Submitted&) = default;
};

std::string name_of(const fs::path& path) {
  const fs::path plain = path.has_filename() ? path : path.parent_path();
  return plain.filename().string();
}

}  // namespace

struct Recording::Impl {
  Impl(fs::path place, const RecordingOptions& wanted)
      : path(std::move(place)),
        options(wanted),
        news(name_of(path)),
        is_following(wanted.is_following),
        is_live(wanted.is_following),
        cache(wanted.most_cached_bytes) {
    const auto listing = newest_course(list_snapshots(path));
    if (listing.empty() && !is_following) refuse_without_snapshots(path);
    course.adopt(listing, Clock::now());
    next_look = Clock::now() + options.patience;
    publish();
    thread = std::thread([this] { work(); });
  }

  ~Impl() {
    inbox.close();
    work_in_hand.close();
    thread.join();
  }

  // Everything below but the channels belongs to the reading thread while it runs.

  void work() {
    const ComputeScope scope;
    try {
      while (!inbox.is_closed()) turn();
    } catch (const std::exception& error) {
      fail(error.what());
      work_in_hand.end();
      publish();
    }
  }

  void turn() {
    for (const auto& control : wait()) handle(control);
    if (!work_in_hand.is_in_hand()) work_in_hand.forget_cancelling();  // there was nothing to be cancelled
    if (is_following && Clock::now() >= next_look) look();
    play();
    show();
    if (work_in_hand.is_cancelled())
      skip_rest();
    else if (RecordedFile* file = course.next())
      take(*file);
    else
      end_work();
    announce_course(nullptr);
    publish();
  }

  std::vector<Control> wait() {
    if (course.next() != nullptr || work_in_hand.is_in_hand()) return inbox.take();
    auto until = Clock::time_point::max();
    if (is_following) until = next_look;
    if (is_running) until = std::min(until, playback.next(Clock::now()));
    return until == Clock::time_point::max() ? inbox.take_or_wait() : inbox.take_until(until);
  }

  /// What the owner wants, while something is being read or measured.
  void serve() {
    if (is_serving || Clock::now() - served < kServed) return;
    is_serving = true;
    for (const auto& control : inbox.take()) handle(control);
    play();
    show();
    publish();
    served = Clock::now();
    is_serving = false;
  }

  // What the owner asks for.

  void handle(const Control& control) {
    std::visit([this](const auto& c) { handle_control(c); }, control);
  }

  void handle_control(const Run& wanted) {
    const auto files = course.showable();
    if (files.empty()) return;
    if (place_in(files) + 1 == files.size()) {
      if (!wanted.goes_beyond_end) return;
      playhead = files.front();
    }
    is_running = true;
    is_live = false;
    start_playback();
  }
  void handle_control(const Pause&) { is_running = false; }
  void handle_control(const StepOnce& wanted) {
    is_running = is_live = false;
    const auto files = present(course.showable());
    if (files.empty()) return;
    const auto place = static_cast<std::int64_t>(place_in(files));
    const auto last = static_cast<std::int64_t>(files.size()) - 1;
    const std::int64_t wish = std::clamp(wanted.steps, -last, last);
    playhead = files[static_cast<std::size_t>(std::clamp<std::int64_t>(place + wish, 0, last))];
  }
  void handle_control(const SetSpeed& wanted) {
    speed = wanted;
    start_playback();
  }
  void handle_control(const RequestFrame& request) {
    frame_wanted = request.wanted;
    frame_wanted.inside = {};  // files hold no more than H
    frame_wanted.layer = -1;
  }
  void handle_control(const Seek& wanted) {
    is_running = is_live = false;
    const auto distance = [&](const RecordedFile* file) {
      return std::abs(static_cast<double>(course.step_of(*file)) - static_cast<double>(wanted.step));
    };
    const auto files = course.showable();
    const auto nearest = std::min_element(
        files.begin(), files.end(), [&](const auto* a, const auto* b) { return distance(a) < distance(b); });
    if (nearest != files.end()) playhead = *nearest;
  }
  // Snapshots have no steps of their own to be held at, and nothing to branch from.
  void handle_control(const SetCeiling&) {}
  void handle_control(const RequestRun&) {}
  void handle_control(const RequestBranch&) {}
  void handle_control(const GoLive&) {
    is_running = false;
    is_live = true;
  }
  void handle_control(const Follow& wanted) {
    is_following = wanted.is_on;
    next_look = Clock::now();
    if (!is_following) return;
    failure.clear();
    const auto files = course.showable();
    if (!files.empty() && place_in(files) + 1 == files.size() && !is_running) is_live = true;
  }

  // The playhead.

  std::vector<RecordedFile*> present(std::vector<RecordedFile*> files) const {
    std::erase_if(files, [](const auto* file) { return file->is_lost; });
    return files;
  }

  /// Where among them the playhead is: its own place, or that before it.
  std::size_t place_in(const std::vector<RecordedFile*>& files) const {
    if (playhead == nullptr) return 0;
    if (const auto own = std::find(files.begin(), files.end(), playhead); own != files.end())
      return static_cast<std::size_t>(own - files.begin());
    const auto after = std::find_if(files.begin(), files.end(), [&](const auto* file) {
      return course.step_of(*file) > course.step_of(*playhead);
    });
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, after - files.begin() - 1));
  }

  void start_playback() {
    playback.start(speed, playhead != nullptr ? course.step_of(*playhead) : 0, Clock::now());
  }

  void play() {
    if (!is_running) return;
    const auto files = present(course.showable());
    std::vector<std::int64_t> steps;
    for (const auto* file : files) steps.push_back(course.step_of(*file));
    const std::size_t place = place_in(files);
    const std::size_t due = playback.due(steps, place, is_taken(), Clock::now());
    if (due < files.size()) playhead = files[due];
    if (due + 1 < files.size()) return;
    is_running = false;
    is_live = is_following;
  }

  /// Whether the owner has looked at what is shown.
  bool is_taken() const {
    const auto newest = analyst.snapshot();
    return newest != nullptr && newest->embeddings == shown.embeddings && taken.load() == newest.get();
  }

  ReadFile key_of(const RecordedFile& file) const {
    return {file.found.path, file.found.bytes, file.found.written, course.step_of(file)};
  }

  /// Reads what the playhead stands at, unless it is shown, and has it analysed.
  void show() {
    if (is_live) go_to_newest();
    if (playhead == nullptr) return;
    const bool is_shown =
        shown.file == playhead && shown.read == key_of(*playhead) && shown.embeddings->task == playhead->task;
    if (!is_shown) {
      const bool is_unreadable = playhead->state == State::unreadable || playhead->state == State::refused;
      const bool is_known_to_be_lost = playhead->is_lost && playhead == shown.file;
      if (is_unreadable || is_known_to_be_lost || !load_playhead()) playhead = shown.file;
    }
    submit();
  }

  void go_to_newest() {
    const auto files = present(course.showable());
    const auto newest = std::find_if(files.rbegin(), files.rend(),
                                     [](const auto* file) { return file->state != State::unreadable; });
    if (newest != files.rend()) playhead = *newest;
  }

  bool load_playhead() {
    RecordedFile& file = *playhead;
    try {
      auto embeddings = load(file, work_in_hand.showing(course.step_of(file)));
      if (file.is_duplicate) return false;
      shown = {&file, key_of(file), std::move(embeddings)};
      return true;
    } catch (const Cancelled&) {
    } catch (const std::exception& error) {
      cannot_read(file, error);
    }
    return false;
  }

  void submit() {
    if (shown.embeddings == nullptr) return;
    const bool is_measured = shown.file->state == State::measured && shown.file->metrics;
    const Submitted now{shown.embeddings, frame_wanted, is_measured ? shown.file->measurement : 0};
    if (now == submitted) return;
    news.announce_task_of(*now.embeddings);
    analyst.submit(now.embeddings, now.wanted, is_measured ? *shown.file->metrics : Metrics());
    submitted = now;
  }

  // Reading and measuring.

  void look() {
    next_look = Clock::now() + options.patience;
    try {
      tell_of(course.adopt(newest_course(list_snapshots(path)), Clock::now()));
      lost_path.clear();
    } catch (const InputError& error) {
      if (std::exchange(lost_path, error.what()) != error.what())
        news.tell(Message::Level::warning, error.what());
    }
    for (auto* file : course.files())
      if (file->state == State::unreadable) file->state = State::waiting;
  }

  /// What is kept of the file, or what is read of it.
  std::shared_ptr<const Embeddings> load(RecordedFile& file, const TaskWork& task_work) {
    const ReadFile read = key_of(file);
    const auto before = course.task_before(file);
    const bool takes_over_the_same = before == file.inherited || before == file.task;
    const auto fits = [&](const std::shared_ptr<const Embeddings>& embeddings) {
      return embeddings != nullptr && embeddings->task == file.task && takes_over_the_same;
    };
    if (shown.file == &file && shown.read == read && fits(shown.embeddings)) return shown.embeddings;
    if (hand.file == &file && hand.read == read && fits(hand.embeddings)) return hand.embeddings;
    if (auto kept = cache.find(read); fits(kept)) return kept;
    auto embeddings = reader.read(course, file, task_work, [this](const auto& files) { tell_of(files); });
    cache.put(key_of(file), embeddings);
    return embeddings;
  }

  /// Reads and measures the next one.
  void take(RecordedFile& file) {
    work_in_hand.begin();
    try {
      auto embeddings = load(file, part_of_work(file, "Reading", 0.0, kReadingShare));
      hand = {&file, key_of(file), std::move(embeddings)};
      if (!file.is_duplicate) measure_hand(file);
    } catch (const Cancelled&) {
      skip_rest();
    } catch (const std::exception& error) {
      cannot_read(file, error);
    }
    hand = {};
    work_in_hand.count();
  }

  void measure_hand(RecordedFile& file) {
    if (playhead == nullptr) playhead = &file;
    show();  // the picture before the numbers
    Metrics metrics =
        measure(*hand.embeddings, MeasureDepth::record, part_of_work(file, "Measuring", kReadingShare, 1.0));
    course.record(file, std::move(metrics));
    announce_course(&file);
    show();
  }

  void cannot_read(RecordedFile& file, const std::exception& error) {
    std::error_code ignored;
    if (!fs::exists(file.found.path, ignored)) {
      file.is_lost = true;
      if (file.metrics)
        news.tell(Message::Level::warning,
                  fmt::format("{}: is not there any more; the picture stays", file.found.path.string()));
      else if (!is_following)
        first_problem(error.what());
      return;
    }
    const bool is_too_large = dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
    const std::string text = is_too_large
                                 ? fmt::format("{}: does not fit into memory", file.found.path.string())
                                 : std::string(error.what());
    const bool is_settled = Clock::now() - file.changed >= options.settled;
    const bool is_for_good = !is_following || is_too_large || is_settled;
    const bool is_news = file.problem != text || file.state != State::refused;
    tell_of(course.refuse(file, text, is_for_good));
    if (!is_for_good) return;
    problem = text;
    first_problem(text);
    if (is_news && text != told_problem) news.tell(Message::Level::error, told_problem = text);
  }

  void first_problem(const std::string& text) {
    if (first_refusal.empty()) first_refusal = text;
  }

  // The end of it.

  void end_work() {
    if (!work_in_hand.is_in_hand()) return;
    work_in_hand.end();
    if (shown.embeddings == nullptr && !is_following) fail(first_refusal);
  }

  void skip_rest() {
    if (inbox.is_closed()) return;
    std::int64_t left = 0;
    for (auto* file : course.files())
      if (file->is_to_be_measured()) {
        file->is_skipped = true;
        ++left;
      }
    work_in_hand.forget_cancelling();
    first_problem(fmt::format("{}: reading was cancelled", path.string()));
    if (left > 0)
      news.tell(Message::Level::info,
                fmt::format("Measuring was stopped: {} of {} snapshots are on the timeline",
                            course.count_recorded(), course.count()));
    end_work();
  }

  TaskWork part_of_work(const RecordedFile& file, const char* verb, double from, double to) {
    const auto left = std::count_if(course.files().begin(), course.files().end(),
                                    [](const auto* other) { return other->is_to_be_measured(); });
    return work_in_hand.part(verb, course.step_of(file), left, from, to, [this] { serve(); });
  }

  // What the owner is told.

  void announce_course(const RecordedFile* measured) {
    if (!news.has_begun()) return;
    const bool may_replace = course.next() == nullptr || Clock::now() - replaced > kCalm;
    auto events = course.announcements(may_replace);
    for (auto& event : events) {
      auto* recorded = std::get_if<Recorded>(&event);
      if (recorded != nullptr && measured != nullptr && recorded->record.step() == course.step_of(*measured))
        recorded->record.embeddings = hand.embeddings;
      if (recorded == nullptr) replaced = Clock::now();
      news.push(std::move(event));
    }
  }

  void tell_of(const std::vector<RecordedFile*>& duplicates) {
    for (const auto* file : duplicates) news.tell(Message::Level::error, problem = file->problem);
  }

  void fail(std::string text) {
    failure = std::move(text);
    news.release_messages();
  }

  void publish() {
    const auto files = course.showable();
    const bool is_last = !files.empty() && place_in(files) + 1 == files.size();
    RunnerStatus now;
    now.is_running = is_running;
    now.state = is_last && !is_running ? Engine::State::finished : Engine::State::ready;
    now.cross_entropy = std::numeric_limits<double>::quiet_NaN();
    if (shown.embeddings != nullptr) {
      now.step = shown.embeddings->step;
      if (shown.file->metrics) now.cross_entropy = shown.file->metrics->get("loss");
    }
    now.steps_per_second = is_running ? playback.steps_per_second() : 0.0;
    now.has_failed = !failure.empty();
    now.failure = failure;
    RecordingStatus& recording = now.recording.emplace();
    recording.path = path.string();
    recording.snapshots = course.count();
    recording.measured = course.count_recorded();
    recording.refused = course.count_refused();
    if (recording.refused > 0) recording.problem = problem;
    recording.is_following = is_following;
    recording.is_at_newest = is_live && is_last && shown.file == playhead;
    if (shown.file != nullptr) recording.facts = shown.file->facts;
    status.put(std::move(now));
  }

  const fs::path path;
  const RecordingOptions options;
  Channel<Control> inbox;
  RecordingNews news;
  Latest<RunnerStatus> status;
  std::atomic<const Snapshot*> taken{nullptr};  ///< the one the owner has asked for last
  RecordingWork work_in_hand;
  Analyst analyst;

  RecordingCourse course;
  RecordingReader reader;
  bool is_following = false;
  bool is_live = false;  ///< the playhead goes with the newest one
  Clock::time_point next_look{};
  std::string lost_path;  ///< why the path could not be looked at the last time

  RecordedFile* playhead = nullptr;
  Shown shown;
  Shown hand;  ///< the one being measured
  EmbeddingCache cache;
  FrameWanted frame_wanted;
  Submitted submitted;

  bool is_running = false;
  SetSpeed speed;
  Playback playback;

  bool is_serving = false;
  Clock::time_point served{};

  Clock::time_point replaced{};
  std::string problem;
  std::string first_refusal;
  std::string told_problem;
  std::string failure;

  std::thread thread;
};

Recording::Recording(fs::path path, RecordingOptions options)
    : impl_(std::make_unique<Impl>(std::move(path), options)) {}

Recording::~Recording() = default;

void Recording::send(Command) {}
void Recording::send(Control control) { impl_->inbox.push(std::move(control)); }
void Recording::cancel_preparation() {
  impl_->work_in_hand.cancel();
  impl_->analyst.cancel();
}
std::vector<Event> Recording::take_events() { return impl_->news.take(); }
std::shared_ptr<const Snapshot> Recording::snapshot() const {
  auto snapshot = impl_->analyst.snapshot();
  impl_->taken = snapshot.get();
  return snapshot;
}
RunnerStatus Recording::status() const {
  RunnerStatus status = impl_->status.get();
  status.preparation = impl_->work_in_hand.preparation();
  if (!status.preparation) status.preparation = impl_->analyst.preparation();
  return status;
}

}  // namespace gramscope
