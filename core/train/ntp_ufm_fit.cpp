#include "core/train/ntp_ufm_fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "core/linalg/arithmetic.h"
#include "core/linalg/gram.h"
#include "core/models/ridge_path.h"
#include "core/registry/error.h"
#include "core/registry/registry.h"

namespace gramscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMostTime = 60.0;  ///< seconds that a fit may take for its least number of steps
constexpr std::int64_t kLeastSteps = 1'000;
constexpr std::int64_t kMostSteps = 200'000;
constexpr Index kMostDimension = 512;

/// Seconds that a step takes, as measured on one core: three products, the softmax, and what does not depend on the size.
/// It decides the number of steps, so it must not be measured anew.
double step_cost(Index words, Index contexts, Index d) {
  const double cells = static_cast<double>(words) * static_cast<double>(contexts);
  return 6.0 * cells * static_cast<double>(d) / 3e10 + 6e-9 * cells + 4e-6;
}

/// The largest ridge of the path, in units of the ridge limit: small enough for weak modes not to die out on it.
constexpr double kFirstRidge = 1e-2;
/// The learning rate, in units of 1/(ridge limit): with momentum 0.9 the strongest mode grows by two fifths in a step.
constexpr double kLearningRate = 0.04;
constexpr double kMomentum = 0.9;

/// The last ridge, in units of the ridge limit. A ridge lambda takes (1 - momentum)/(eta lambda) steps to be felt.
double last_ridge(std::int64_t steps) {
  return std::clamp(4.0 * (1.0 - kMomentum) / kLearningRate / static_cast<double>(steps), 1e-6, kFirstRidge);
}

/// Share of the steps on which the ridge falls; the rest is at the last one.
constexpr double kShareOfPath = 0.8;

constexpr int kMostHalvings = 12;

}  // namespace

NtpUfmPlan plan_ntp_ufm(const Task& task, double seconds) {
  NtpUfmPlan plan;
  if (!(task.ridge_limit > 0.0)) {
    plan.unavailable = "There is nothing to learn: what follows does not depend on the context.";
    return plan;
  }
  const Index d = std::clamp<Index>(task.words, 2, kMostDimension);
  const double cost = step_cost(task.words, task.contexts, d);
  if (cost * static_cast<double>(kLeastSteps) > kMostTime) {
    plan.unavailable = "The NTP-UFM is not fitted to tasks of this size.";
    return plan;
  }
  plan.steps = std::clamp(static_cast<std::int64_t>(seconds / cost), kLeastSteps, kMostSteps);
  const auto path_steps = static_cast<std::int64_t>(kShareOfPath * static_cast<double>(plan.steps));
  Config config;
  config.set("model.kind", std::string("ufm"));
  config.set("model.d", static_cast<std::int64_t>(d));
  config.set("model.init_scale", 0.01);
  config.set("model.precision", std::string("double"));
  config.set("optimizer.kind", std::string("momentum"));
  config.set("optimizer.momentum", kMomentum);
  config.set("optimizer.lr", kLearningRate / task.ridge_limit);
  config.set("reg.lambda_w", kFirstRidge * task.ridge_limit);
  config.set("reg.lambda_h", kFirstRidge * task.ridge_limit);
  config.set("reg.path", std::string("geometric"));
  config.set("reg.path_factor", last_ridge(plan.steps) / kFirstRidge);
  config.set("reg.path_steps", path_steps);
  config.set("run.steps", plan.steps);
  plan.config = resolve(config);
  return plan;
}

NtpUfmCourse::NtpUfmCourse(std::shared_ptr<const Task> task) : NtpUfmCourse(task, plan_ntp_ufm(*task)) {}

NtpUfmCourse::NtpUfmCourse(std::shared_ptr<const Task> task, NtpUfmPlan plan)
    : task_(std::move(task)), plan_(std::move(plan)) {
  if (plan_.unavailable.empty()) begin();
}

void NtpUfmCourse::begin() {
  trainer_ = make_trainer(plan_.config, task_);
  step_ = 0;
  most_objective_ = 2.0 * std::log(static_cast<double>(task_->words));
}

void NtpUfmCourse::begin_slower() {
  const double rate = 0.5 * learning_rate();
  if (rate * task_->ridge_limit < std::ldexp(kLearningRate, -kMostHalvings))
    throw RuntimeError("The NTP-UFM could not be fitted: it diverges at any learning rate.");
  plan_.config.set("optimizer.lr", rate);
  begin();
}

void NtpUfmCourse::advance(std::int64_t steps) {
  if (trainer_ == nullptr) return;
  const ComputeScope scope;
  for (; steps > 0 && step_ < plan_.steps; --steps) {
    Objective objective;
    const bool is_taken = trainer_->step(step_, objective) == Trainer::Step::taken;
    if (is_taken && objective.total() <= most_objective_)
      ++step_;
    else
      begin_slower();
  }
}

std::shared_ptr<const NtpUfmState> NtpUfmCourse::state() const {
  auto state = std::make_shared<NtpUfmState>();
  state->steps = plan_.steps;
  state->unavailable = plan_.unavailable;
  if (trainer_ == nullptr) return state;
  const ComputeScope scope;
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->task = task_;
  embeddings->step = step_;
  embeddings->tick = step_;
  embeddings->h = trainer_->context_embeddings();
  embeddings->w = trainer_->word_embeddings();
  RidgePath path;
  path.configure(plan_.config);
  state->ridge = plan_.config.real("reg.lambda_w") * path.share_at(step_);
  state->plain_gram_h = block_cosine_gram(embeddings->h, gram_block(embeddings->h.cols())).cast<float>();
  state->plain_gram_w = block_cosine_gram(embeddings->w.transpose(), gram_block(embeddings->w.rows())).cast<float>();
  state->embeddings = std::move(embeddings);
  return state;
}

NtpUfmFit::NtpUfmFit(std::shared_ptr<const Task> task) : NtpUfmFit(task, plan_ntp_ufm(*task)) {}

NtpUfmFit::NtpUfmFit(std::shared_ptr<const Task> task, NtpUfmPlan plan)
    : thread_([this, task = std::move(task), plan = std::move(plan)](const std::stop_token& stop) mutable {
        work(stop, std::move(task), std::move(plan));
      }) {}

NtpUfmFit::~NtpUfmFit() = default;

void NtpUfmFit::set_active(bool is_active) {
  {
    const std::lock_guard lock(mutex_);
    if (is_active == is_active_) return;
    is_active_ = is_active;
  }
  changed_.notify_one();
}

bool NtpUfmFit::wait_until_active(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  return changed_.wait(lock, stop, [this] { return is_active_; }) && !stop.stop_requested();
}

void NtpUfmFit::work(const std::stop_token& stop, std::shared_ptr<const Task> task, NtpUfmPlan plan) {
  try {
    NtpUfmCourse course(std::move(task), std::move(plan));
    train(stop, course);
  } catch (const std::exception& error) {
    auto failed = std::make_shared<NtpUfmState>();
    failed->unavailable = error.what();
    state_.put(std::move(failed));
  }
}

void NtpUfmFit::train(const std::stop_token& stop, NtpUfmCourse& course) {
  constexpr auto kSlice = std::chrono::milliseconds(10);
  constexpr auto kBetweenStates = std::chrono::milliseconds(120);
  Clock::duration making{};  // of the last state
  const auto put_state = [&] {
    const auto before = Clock::now();
    state_.put(course.state());
    making = Clock::now() - before;
  };
  put_state();
  auto last = Clock::now();
  while (!course.is_finished() && wait_until_active(stop)) {
    const auto begun = Clock::now();
    while (!course.is_finished() && !stop.stop_requested() && Clock::now() - begun < kSlice) course.advance(1);
    const auto now = Clock::now();
    // Cosines of large tasks take longer than many steps: a fifth of the time is enough for them.
    if (course.is_finished() || now - last >= std::max<Clock::duration>(kBetweenStates, 4 * making)) {
      put_state();
      last = Clock::now();
    }
    // The run and the window share the processor with this.
    std::this_thread::sleep_for((now - begun) / 3);
  }
}

}  // namespace gramscope
