// The members of Observatory as far as views call them, standing in for the library's own: the linker takes these and
// leaves its in the archive.
#include "tests/app/fake_observatory.h"

#include <utility>

#include "core/linalg/gram.h"

namespace gramscope::app {

FakeRun& fake_run() {
  static FakeRun run;
  return run;
}

namespace {

/// The snapshot with what views have asked for of it, as the analyst would make it.
std::shared_ptr<const Snapshot> completed(const std::shared_ptr<const Snapshot>& snapshot, const FrameWanted& wanted) {
  static std::shared_ptr<const Snapshot> of;
  static FrameWanted as;
  static std::shared_ptr<const Snapshot> made;
  const bool is_rearranged = snapshot != nullptr && snapshot->block > 1 && snapshot->order != wanted.order;
  if (snapshot == nullptr || (!wanted.histogram && !wanted.classes && !wanted.context && !is_rearranged)) return snapshot;
  if (of == snapshot && as == wanted) return made;
  of = snapshot;
  as = wanted;
  auto more = std::make_shared<Snapshot>(*snapshot);
  const Embeddings& embeddings = *snapshot->embeddings;
  const MatrixD h = centre_columns(embeddings.h);
  more->histogram = pair_histogram(wanted.histogram, snapshot->task(), h, centre_columns(embeddings.w.transpose()));
  if (is_rearranged) {
    more->order = wanted.order;
    const std::span<const Index> order = wanted.order != nullptr ? std::span<const Index>(*wanted.order) : std::span<const Index>();
    more->gram_h = block_cosine_gram(h, more->block, order).cast<float>();
  }
  if (wanted.classes) more->classes = std::make_shared<const ClassTable>(class_table(embeddings));
  if (wanted.context && *wanted.context < h.cols()) {
    const MatrixD unit = unit_columns(h);
    more->context = wanted.context;
    more->context_cosines = (unit.transpose() * unit.col(*wanted.context)).cast<float>();
  }
  return made = more;
}

}  // namespace

Observatory::Observatory(const Config& config, std::string preset, bool, SetSpeed speed,
                         std::function<void(const Event&)> on_event, RunnerHooks)
    : on_event_(std::move(on_event)), config_(resolve(config)), preset_(std::move(preset)), speed_(speed) {
  update();
}

Observatory::Observatory(std::unique_ptr<RunSource>, SetSpeed speed, WeightReader) : speed_(speed) { update(); }

void Observatory::update() {
  if (task_ != fake_run().task) adopt_task(fake_run().task);
  view.wanted.order = block_order();
  targets_.adopt(view.wanted.order);
  snapshot_ = completed(fake_run().snapshot, view.wanted);
  status_ = fake_run().status;
  course_ = RecordedCourse(fake_run().records);
  theory_ = snapshot_ != nullptr ? snapshot_->embeddings->theory : nullptr;
  first_embeddings_ = fake_run().first_embeddings;
  layer_names_.clear();
  if (snapshot_ != nullptr)
    for (const auto& layer : snapshot_->embeddings->inside.layers) layer_names_.push_back(layer.name);
  requested_ = std::exchange(view.wanted, {});
  fake_run().wanted = requested_;
  fake_run().wants_ntp_ufm = std::exchange(view.wants_ntp_ufm, false);
  ntp_ufm_ = fake_run().ntp_ufm;
  auto solved = fake_run().max_margin;
  if (solved == nullptr && snapshot_ != nullptr) solved = snapshot_->embeddings->max_margin;
  if (max_margin_ != solved) adopt_max_margin(std::move(solved));
}

void Observatory::adopt_task(std::shared_ptr<const Task> task) {
  task_ = std::move(task);
  targets_.adopt(task_);
  max_margin_.reset();
}

void Observatory::adopt_max_margin(std::shared_ptr<const MaxMarginTheory> theory) {
  max_margin_ = std::move(theory);
  targets_.adopt(max_margin_);
}

void Observatory::set_parameter(const std::string& key, const Value& value, Hand) {
  fake_run().sent.push_back(key + " = " + to_string(value));
}
void Observatory::run() {}
void Observatory::pause() {}
void Observatory::toggle_running() {}
void Observatory::step(std::int64_t) {}
void Observatory::restart() {}
void Observatory::new_seed() {}
void Observatory::go_along(int direction) { fake_run().sent.push_back(direction < 0 ? "undo" : "redo"); }
void Observatory::load(const Config&, const std::string&) {}
void Observatory::open(std::unique_ptr<RunSource>) {}
void Observatory::seek(std::int64_t step) { fake_run().sent.push_back("seek " + std::to_string(step)); }
void Observatory::step_recorded(std::int64_t) {}
void Observatory::toggle_playing() {}
void Observatory::look_as(const Observatory&) {}
void Observatory::branch() { fake_run().sent.push_back("branch"); }
void Observatory::go_live() { fake_run().sent.push_back("go live"); }
bool Observatory::is_at_newest() const { return !is_recording() || status_.recording->is_at_newest; }
void Observatory::set_following(bool is_on) { fake_run().sent.push_back(is_on ? "follow" : "stop following"); }
void Observatory::set_speed(const SetSpeed&) {}
void Observatory::cancel_preparation() {}
void Observatory::tell(Message) {}
double Observatory::message_age() const { return 0.0; }

}  // namespace gramscope::app
