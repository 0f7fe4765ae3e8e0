#include "core/train/ntp_ufm_fit.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>

#include "core/random/philox.h"
#include "core/tasks/attributes.h"
#include "core/tasks/support.h"
#include "core/theory/proxy_gram.h"

using namespace gramscope;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const Task> soft_task() {
  SupportShape shape;
  shape.vocabulary = 8;
  shape.contexts = 12;
  shape.support_size = 2;
  shape.contexts_per_support = 2;
  return make_support(shape);
}

bool are_same_bits(const MatrixD& a, const MatrixD& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(double)) == 0;
}

std::shared_ptr<const NtpUfmState> wait_until_final(const NtpUfmFit& fit) {
  for (int i = 0; i < 60'000; ++i) {
    const auto state = fit.state();
    if (state != nullptr && state->is_final()) return state;
    std::this_thread::sleep_for(1ms);
  }
  return nullptr;
}

}  // namespace

TEST_CASE("plan_ntp_ufm: room for any logits, a ridge below the limit, and a path") {
  for (const auto& task : {make_attributes(2, 2), make_attributes(3, 3), soft_task()}) {
    const NtpUfmPlan plan = plan_ntp_ufm(*task);
    CHECK(plan.unavailable.empty());
    CHECK(plan.config.integer("model.d") >= task->words - 1);
    CHECK(plan.config.real("reg.lambda_w") == plan.config.real("reg.lambda_h"));
    CHECK(plan.config.real("reg.lambda_w") < 0.1 * task->ridge_limit);
    CHECK(plan.config.real("reg.path_factor") < 1.0);
    CHECK(plan.config.integer("reg.path_steps") < plan.steps);
    CHECK(plan_ntp_ufm(*task).steps == plan.steps);
  }
}

TEST_CASE("plan_ntp_ufm: says why there is no fit") {
  Task nothing_to_learn = *make_attributes(2, 2);
  nothing_to_learn.ridge_limit = 0.0;
  CHECK_FALSE(plan_ntp_ufm(nothing_to_learn).unavailable.empty());
  Task too_large = *make_attributes(2, 2);
  too_large.words = 20'000;
  too_large.contexts = 100'000;
  CHECK_FALSE(plan_ntp_ufm(too_large).unavailable.empty());
  const NtpUfmCourse course(std::make_shared<Task>(nothing_to_learn));
  CHECK(course.is_finished());
  CHECK(course.state()->is_final());
  CHECK(course.state()->embeddings == nullptr);
}

TEST_CASE("NtpUfmCourse: one-hot labels give the simplex, in W and in H") {
  const auto task = make_attributes(3, 2);
  NtpUfmCourse course(task, plan_ntp_ufm(*task, 0.1));
  course.advance(course.plan().steps);
  REQUIRE(course.is_finished());
  const auto state = course.state();
  CHECK(state->is_final());
  for (const auto* gram : {&state->plain_gram_h, &state->plain_gram_w}) {
    REQUIRE(gram->rows() == 8);
    for (Index j = 0; j < 8; ++j)
      for (Index i = 0; i < 8; ++i) CHECK((*gram)(i, j) == doctest::Approx(i == j ? 1.0 : -1.0 / 7.0).epsilon(2e-2));
  }
}

TEST_CASE("NtpUfmCourse: contexts of equal supports become parallel, and the proxy is near") {
  const auto task = soft_task();
  NtpUfmCourse course(task, plan_ntp_ufm(*task, 0.1));
  course.advance(course.plan().steps);
  const auto state = course.state();
  const Supports supports = supports_of(task->targets, task->words);
  const MatrixD proxy = proxy_context_cosines(supports);
  const MatrixD gram = state->plain_gram_h.cast<double>();
  CHECK(gram.cwiseProduct(proxy).sum() / (gram.norm() * proxy.norm()) > 0.95);
  for (Index j = 0; j < task->contexts; ++j)
    for (Index i = 0; i < j; ++i)
      if (supports.of_context[static_cast<std::size_t>(i)] == supports.of_context[static_cast<std::size_t>(j)])
        CHECK(gram(i, j) > 0.9);
}

TEST_CASE("NtpUfmCourse: an unstable course begins anew with half the rate, and arrives") {
  const auto task = make_attributes(2, 2);
  NtpUfmPlan plan = plan_ntp_ufm(*task, 0.01);
  const double rate = plan.config.real("optimizer.lr");
  plan.config.set("optimizer.lr", 1000.0 * rate);
  NtpUfmCourse course(task, plan);
  for (int i = 0; i < 100 && !course.is_finished(); ++i) course.advance(1000);
  REQUIRE(course.is_finished());
  CHECK(course.learning_rate() < 1000.0 * rate);
  CHECK(course.state()->plain_gram_h(0, 1) == doctest::Approx(-1.0 / 3.0).epsilon(1e-2));
}

TEST_CASE("NtpUfmFit: ends with the bits of the course, however often it rests") {
  const auto task = soft_task();
  const NtpUfmPlan plan = plan_ntp_ufm(*task, 0.02);
  NtpUfmCourse course(task, plan);
  course.advance(1234);
  course.advance(10'000);
  NtpUfmFit undisturbed(task, plan);
  NtpUfmFit disturbed(task, plan);
  Random random(3);
  for (int i = 0; i < 20; ++i) {
    disturbed.set_active(i % 2 == 1);
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(3000)));
    if (const auto state = disturbed.state()) CHECK(state->embeddings->step <= plan.steps);
  }
  disturbed.set_active(true);
  for (const auto* fit : {&undisturbed, &disturbed}) {
    const auto state = wait_until_final(*fit);
    REQUIRE(state != nullptr);
    CHECK(state->embeddings->step == plan.steps);
    CHECK(state->embeddings->task == task);
    CHECK(are_same_bits(state->embeddings->h, course.state()->embeddings->h));
    CHECK(are_same_bits(state->embeddings->w, course.state()->embeddings->w));
  }
}

TEST_CASE("NtpUfmFit: its destruction ends a fit that would take for ever, at work and at rest") {
  const auto task = make_attributes(2, 2);
  NtpUfmPlan plan = plan_ntp_ufm(*task);
  plan.steps = std::int64_t{1} << 50;
  for (const bool is_active : {true, false}) {
    NtpUfmFit fit(task, plan);
    fit.set_active(is_active);
    std::this_thread::sleep_for(20ms);
    const auto state = fit.state();
    CHECK_FALSE((state != nullptr && state->is_final()));
  }
}

TEST_CASE("NtpUfmFit: a fit that cannot be says why") {
  NtpUfmPlan plan;
  plan.unavailable = "too large";
  const NtpUfmFit fit(make_attributes(2, 2), plan);
  const auto state = wait_until_final(fit);
  REQUIRE(state != nullptr);
  CHECK(state->unavailable == "too large");
}
