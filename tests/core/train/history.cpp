#include "core/train/history.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/random/philox.h"
#include "core/train/engine.h"
#include "core/train/engine_impl.h"
#include "tests/core/train/small_run.h"

using namespace gramscope;

namespace {

/// The parameters of a branch point, as large as a test wants them.
struct Parameters final : Trainer::State {
  explicit Parameters(std::size_t size) : size_(size) {}
  std::size_t bytes() const override { return size_; }
  Trainer::OpenState open() const override { return {}; }

 private:
  std::size_t size_;
};

PastMoment moment(std::int64_t segment, std::int64_t step, Index columns = 8) {
  PastMoment made;
  made.segment = segment;
  made.step = step;
  made.metrics.add("loss", 1.0);
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->step = step;
  embeddings->h = MatrixD::Zero(4, columns);
  made.embeddings = std::move(embeddings);
  return made;
}

std::shared_ptr<EngineCheckpoint> branch_point(std::shared_ptr<const Trainer::State> parameters) {
  auto point = std::make_shared<EngineCheckpoint>();
  point->trainer = std::move(parameters);
  return point;
}

std::vector<const PastMoment*> all_of(const History& history) {
  std::vector<const PastMoment*> all;
  for (const PastMoment* at = history.first(); at != nullptr; at = history.next(at->key())) all.push_back(at);
  return all;
}

/// What is kept alive, counted by going through all of it: of everything, and of what embeddings and moments keep.
std::pair<std::size_t, std::size_t> counted(const History& history) {
  std::map<const void*, std::size_t> everything;
  std::map<const void*, std::size_t> by_embeddings;
  std::size_t own = 0;
  for (const auto* at : all_of(history)) {
    own += bytes_of(at->metrics);
    for (const auto& block : memory_blocks(*at->embeddings)) everything[block.what] = by_embeddings[block.what] = block.bytes;
    if (at->branch_point != nullptr)
      for (const auto& block : memory_blocks(*at->branch_point)) everything[block.what] = block.bytes;
  }
  const auto sum = [](const auto& blocks) {
    std::size_t bytes = 0;
    for (const auto& [what, size] : blocks) bytes += size;
    return bytes;
  };
  return {own + sum(everything), own + sum(by_embeddings)};
}

/// The fixed part of a moment, which counted() does not know.
std::size_t fixed_part() {
  History history;
  history.add(moment(0, 0));
  return history.bytes() - counted(history).first;
}

double place(std::int64_t step) { return std::log1p(static_cast<double>(step)); }

double largest_gap(const std::vector<std::int64_t>& steps) {
  double largest = 0.0;
  for (std::size_t i = 1; i < steps.size(); ++i) largest = std::max(largest, place(steps[i]) - place(steps[i - 1]));
  return largest;
}

std::string left_in(const History& history) {
  std::string text;
  for (const auto* at : all_of(history))
    text += std::to_string(at->segment) + ":" + std::to_string(at->step) + (at->branch_point != nullptr ? "* " : " ");
  return text;
}

/// A session of moments of all sizes, some sharing what they keep, with restarts, pins and steps recorded again.
template <class AfterEach>
History random_session(std::uint64_t seed, int count, std::size_t cap, const AfterEach& after_each) {
  Random random(seed);
  History history(cap);
  std::int64_t segment = 0;
  std::int64_t step = -1;
  std::shared_ptr<const Embeddings> last;
  std::shared_ptr<const EngineCheckpoint> peak;
  for (int i = 0; i < count; ++i) {
    if (random.below(100) == 0) ++segment, step = -1;
    const auto longest = 1 + static_cast<std::uint32_t>(std::max<std::int64_t>(0, step)) / 8;
    if (random.below(8) != 0 || step < 0) step += 1 + random.below(longest);
    PastMoment next = moment(segment, step, 1 + random.below(400));
    if (random.below(10) == 0 && last != nullptr) next.embeddings = last;
    last = next.embeddings;
    if (random.below(4) != 0) {
      auto point = branch_point(std::make_shared<Parameters>(random.below(20'000)));
      point->course.peak = peak;
      if (random.below(10) == 0) {
        auto flat = std::make_shared<EngineCheckpoint>(*point);
        flat->course.peak.reset();
        peak = flat;
      }
      next.branch_point = point;
    }
    if (random.below(20) == 0) history.pin(next.key(), Protection::mark);
    if (random.below(60) == 0) history.pin(next.key(), Protection::landmark);
    const auto key = next.key();
    history.add(std::move(next));
    if (random.below(50) == 0) history.unpin(key, Protection::landmark);
    after_each(history, random);
  }
  return history;
}

}  // namespace

TEST_CASE("history: the cap holds after every call, and counts what is kept alive once") {
  const auto fixed = fixed_part();
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    CAPTURE(seed);
    int calls = 0;
    const auto history = random_session(seed, 600, 300'000, [&](History& now, Random& random) {
      REQUIRE(now.bytes() <= now.cap());
      if (random.below(100) == 0) {
        now.set_cap(50'000 + random.below(400'000));
        REQUIRE(now.bytes() <= now.cap());
      }
      if (++calls % 10 != 0) return;
      const auto [everything, of_moments] = counted(now);
      REQUIRE(now.bytes() == everything + now.size() * fixed);
      REQUIRE(now.branch_point_bytes() == everything - of_moments);
      for (const auto* at : all_of(now)) REQUIRE(at->bytes <= now.bytes());
    });
    CHECK(history.size() > 5);
    CHECK(history.size() < 600);
  }
}

TEST_CASE("history: what is left depends on what was added and on the cap") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    std::string course;
    const auto note = [](std::string& into) {
      return [&into](History& now, Random&) { into += left_in(now) + "\n"; };
    };
    random_session(seed, 300, 200'000, note(course));
    // Other addresses this time.
    const std::vector<std::shared_ptr<Embeddings>> in_the_way(100, std::make_shared<Embeddings>());
    std::string again;
    random_session(seed, 300, 200'000, note(again));
    CHECK((course == again));
  }
}

TEST_CASE("history: thinned ten-thousandfold, what is left lies evenly in log(1 + step)") {
  History one(1u << 20);
  one.add(moment(0, 0));
  const auto each = one.bytes();
  for (const std::size_t places : {60u, 200u, 1000u}) {
    for (const std::int64_t stride : {1, 37}) {
      CAPTURE(places);
      CAPTURE(stride);
      History history(places * each + each / 2);
      for (std::int64_t i = 0; i < 10'000; ++i) {
        history.add(moment(0, i * stride));
        REQUIRE(history.bytes() <= history.cap());
      }
      const auto steps = history.steps(0);
      CHECK(steps.size() == places);
      CHECK(steps.front() == 0);
      CHECK(steps.back() == 9'999 * stride);
      // The early steps lie further apart than what is left need to: the even gap is that of the others.
      const auto native_gap = [&](std::int64_t i) { return place((i + 1) * stride) - place(i * stride); };
      double even = place(steps.back()) / static_cast<double>(places - 1);
      for (std::int64_t early = 0; native_gap(early) > even;) {
        ++early;
        const auto others = static_cast<std::int64_t>(places) - 1 - early;
        even = (place(steps.back()) - place(early * stride)) / static_cast<double>(others);
      }
      double largest = 0.0;
      for (std::size_t i = 1; i < steps.size(); ++i)
        if (steps[i] - steps[i - 1] > stride) largest = std::max(largest, place(steps[i]) - place(steps[i - 1]));
      CHECK(largest >= even);
      CHECK(largest <= 2.1 * even);
    }
  }
}

TEST_CASE("history: ends, peaks and pins stay; changes do not take everybody's place") {
  History one(1u << 20);
  one.add(moment(0, 0));
  const auto each = one.bytes();
  History history(50 * each);
  for (const std::int64_t step : {17, 2345, 2346, 2347}) history.pin({0, step}, Protection::mark);
  history.pin({0, 5000}, Protection::landmark);
  for (std::int64_t step = 0; step < 8'000; ++step) history.add(moment(0, step));
  for (const std::int64_t step : {0, 17, 2345, 2346, 2347, 5000, 7999}) CHECK(history.at({0, step}) != nullptr);
  history.unpin({0, 2346}, Protection::mark);
  for (std::int64_t step = 0; step < 8'000; ++step) history.add(moment(1, step));
  CHECK(history.at({0, 5000}) != nullptr);
  CHECK(history.at({0, 2346}) == nullptr);
  CHECK(history.at({0, 17}) != nullptr);
  CHECK(history.at({1, 0}) != nullptr);
  CHECK(history.last()->step == 7999);

  // A parameter that was moved over thousands of steps leaves half of the places to what is not marked.
  History dragged(60 * each);
  for (std::int64_t step = 0; step < 4'000; ++step) {
    if (step >= 2'000 && step < 3'000) dragged.pin({0, step}, Protection::mark);
    dragged.add(moment(0, step));
  }
  std::int64_t marked = 0;
  for (const auto step : dragged.steps(0)) marked += step >= 2'000 && step < 3'000 ? 1 : 0;
  CHECK(marked >= 10);
  CHECK(marked <= 31);
  CHECK(largest_gap(dragged.steps(0)) <= place(1));
}

TEST_CASE("history: the ends of segments that are over are protected no more, and restarts leave room for the run at hand") {
  History one(1u << 20);
  one.add(moment(0, 0));
  const auto each = one.bytes();
  History history(100 * each);
  for (std::int64_t segment = 0; segment < 500; ++segment)
    for (const std::int64_t step : {0, 1, 2, 3}) history.add(moment(segment, step));
  for (std::int64_t step = 0; step < 3'000; ++step) history.add(moment(500, step));
  const auto steps = history.steps(500);
  CHECK(steps.size() >= 50);
  CHECK(steps.front() == 0);
  CHECK(steps.back() == 2'999);
  CHECK(history.steps(0).empty());
  CHECK_FALSE(history.steps(499).empty());
}

TEST_CASE("history: the peak, the overtake and the collapse of a run stay, as they are known at its end") {
  History one(1u << 20);
  one.add(moment(0, 0));
  History history(12 * one.bytes());
  PhaseTracker phase;
  for (std::int64_t step = 0; step < 3'000; ++step) {
    const double t = static_cast<double>(step);
    Metrics metrics;
    metrics.add("cka_semantic", 0.5 + 0.4 * std::exp(-std::pow((t - 700.0) / 300.0, 2)));
    metrics.add("cka_symmetric", t / 3000.0);
    metrics.add("nc1_cdnv", 1.0);
    phase.observe(step, metrics);
    PastMoment next = moment(0, step);
    next.phase = phase;
    history.add(std::move(next));
  }
  REQUIRE(phase.peak_step() == 700);
  REQUIRE(phase.overtake_step());
  CHECK(history.at({0, *phase.peak_step()}) != nullptr);
  CHECK(history.at({0, *phase.overtake_step()}) != nullptr);
  CHECK(history.size() > 8);
}

TEST_CASE("history: what is found is what going through all of it finds") {
  Random random(3);
  for (int trial = 0; trial < 20; ++trial) {
    const auto history = random_session(static_cast<std::uint64_t>(trial), 150, 200'000, [](History&, Random&) {});
    const auto all = all_of(history);
    REQUIRE(all.size() == history.size());
    for (int i = 0; i < 300; ++i) {
      const MomentKey key = random.below(2) == 0
                                ? all[random.below(static_cast<std::uint32_t>(all.size()))]->key()
                                : MomentKey{random.below(4), random.below(2) == 0 ? random.below(20) : random.below(3'000)};
      const PastMoment* at = nullptr;
      const PastMoment* before = nullptr;
      const PastMoment* at_or_before = nullptr;
      const PastMoment* after = nullptr;
      const PastMoment* nearest = nullptr;
      const PastMoment* point = nullptr;
      std::size_t points = 0;
      for (const auto* m : all) {
        points += m->branch_point != nullptr ? 1 : 0;
        if (m->key() == key) at = m;
        if (m->key() < key) before = m;
        if (m->key() <= key) at_or_before = m;
        if (m->key() <= key && m->branch_point != nullptr) point = m;
        if (m->key() > key && after == nullptr) after = m;
        const auto distance = [&](const PastMoment* from) { return std::abs(place(from->step) - place(key.step)); };
        if (m->segment == key.segment && (nearest == nullptr || distance(m) < distance(nearest) - 1e-15)) nearest = m;
      }
      CHECK(history.at(key) == at);
      CHECK(history.previous(key) == before);
      CHECK(history.at_or_before(key) == at_or_before);
      CHECK(history.next(key) == after);
      CHECK(history.branch_point_at_or_before(key) == point);
      CHECK(history.nearest(key) == nearest);
      CHECK(history.branch_points() == points);
    }
  }
  const History nothing;
  CHECK(nothing.first() == nullptr);
  CHECK(nothing.last() == nullptr);
  CHECK(nothing.nearest({0, 3}) == nullptr);
  CHECK(nothing.at_or_before({0, 3}) == nullptr);
  CHECK(nothing.branch_point_at_or_before({0, 3}) == nullptr);
  CHECK(nothing.steps(0).empty());
}

TEST_CASE("history: embeddings and branch points have half each, and what the other leaves") {
  const auto fill = [](std::size_t parameters, Index columns) {
    History history(1'000'000);
    for (std::int64_t step = 0; step < 1'000; ++step) {
      PastMoment next = moment(0, step, columns);
      if (parameters > 0) next.branch_point = branch_point(std::make_shared<Parameters>(parameters));
      history.add(std::move(next));
    }
    return history;
  };
  const auto without = fill(0, 100);
  CHECK(without.bytes() > 990'000);
  CHECK(without.branch_points() == 0);
  // Large parameters: both kinds are pressed for room.
  const auto large = fill(20'000, 100);
  CHECK(large.bytes() <= 1'000'000);
  CHECK(large.branch_point_bytes() <= 520'000);
  CHECK(large.branch_point_bytes() >= 450'000);
  CHECK(large.branch_points() < large.size() / 2);
  CHECK(large.at({0, 0})->branch_point != nullptr);
  CHECK(large.last()->branch_point != nullptr);
  // Small ones: every moment keeps its own.
  const auto small = fill(100, 200);
  CHECK(small.branch_points() == small.size());
  // Hardly any embeddings: branch points take what these do not need.
  History few(1'000'000);
  for (std::int64_t step = 0; step < 15; ++step) {
    PastMoment next = moment(0, step, 1);
    next.branch_point = branch_point(std::make_shared<Parameters>(50'000));
    few.add(std::move(next));
  }
  CHECK(few.branch_points() == 15);
}

TEST_CASE("history: a step recorded again takes the place, a run that went back forgets, and too large a moment is refused") {
  History history(100'000);
  for (std::int64_t step = 0; step < 10; ++step) history.add(moment(0, step));
  const auto bytes = history.bytes();
  const auto again = moment(0, 9);
  CHECK(history.add(again));
  CHECK(history.size() == 10);
  CHECK(history.bytes() == bytes);
  CHECK(history.last()->embeddings == again.embeddings);
  CHECK(history.add(moment(0, 4)));
  CHECK(history.steps(0) == std::vector<std::int64_t>{0, 1, 2, 3, 4});
  CHECK_FALSE(history.add(moment(0, 5, 100'000)));
  CHECK_FALSE(history.add(PastMoment{}));  // without embeddings: as if it had not been asked for
  CHECK(history.size() == 5);

  // With too large a branch point the embeddings alone.
  PastMoment heavy = moment(0, 6);
  heavy.branch_point = branch_point(std::make_shared<Parameters>(200'000));
  CHECK(history.add(heavy));
  CHECK(history.last()->branch_point == nullptr);

  Remeasured found{0, 6, {}};
  found.metrics.add("loss", 2.0);
  found.metrics.add("sim_h_mm", 0.5);
  history.remeasure(found);
  CHECK(history.last()->metrics.get("sim_h_mm") == 0.5);
  CHECK(history.bytes() == counted(history).first + history.size() * fixed_part());
  history.remeasure(Remeasured{7, 7, {}});

  History copy = history;
  copy.forget_after({0, 2});
  CHECK(copy.steps(0) == std::vector<std::int64_t>{0, 1, 2});
  CHECK(history.last()->step == 6);
  copy.clear();
  CHECK(copy.bytes() == 0);
  CHECK(copy.is_empty());
  CHECK(copy.cap() == history.cap());
  CHECK(copy.add(moment(0, 0)));
}

TEST_CASE("history: from the branch point at or before any step, replay leads to exactly that step") {
  Config config = small_run(400);
  config.set("run.max_margin", std::string("never"));
  config.set("run.on_divergence", std::string("back_off"));
  History history(400'000);
  EngineHooks hooks;
  hooks.has_branch_points = true;
  hooks.listener = [&](const Event& event) {
    if (const auto* recorded = std::get_if<Recorded>(&event)) {
      history.add(moment_of(*recorded));
      CHECK(history.bytes() <= history.cap());
    } else if (const auto* changed = std::get_if<ConfigChanged>(&event)) {
      history.pin({changed->segment, changed->step}, Protection::mark);
    }
  };
  Engine engine(config, {}, hooks);
  for (const auto& command : std::vector<Command>{SetParameter{"reg.smoothing", 0.1}, SetParameter{"model.d", std::int64_t{5}},
                                                  Restart{}, SetParameter{"optimizer.lr", 1e6},
                                                  SetParameter{"optimizer.lr", 1.0}}) {
    engine.advance(60);
    engine.apply(command);
  }
  engine.advance(400);
  REQUIRE(history.branch_points() < history.size());
  REQUIRE(engine.segment() == 1);
  int replayed = 0;
  for (const PastMoment* at = history.first(); at != nullptr; at = history.next(at->key())) {
    const auto* from = history.branch_point_at_or_before(at->key());
    if (from == nullptr) continue;
    auto branch = Engine::branch_from(*from->branch_point, *engine.past(*from->branch_point));
    for (auto i = branch.commands().size(); i < engine.commands().size() && engine.commands()[i].tick <= at->tick; ++i) {
      branch.advance(engine.commands()[i].tick - branch.tick());
      branch.apply(engine.commands()[i].command);
      // Of the commands at this tick those after the moment was recorded are not for it.
      branch.settle();
      if (branch.segment() == at->segment && branch.step() == at->step) break;
    }
    branch.advance(at->tick - branch.tick());
    CHECK(branch.segment() == at->segment);
    CHECK(branch.step() == at->step);
    CHECK((branch.embeddings()->h == at->embeddings->h));
    CHECK((branch.embeddings()->w == at->embeddings->w));
    ++replayed;
  }
  CHECK(replayed > 20);
}

TEST_CASE("memory_blocks: parameters, the optimizer's state and matrices to their size, each once") {
  for (const char* precision : {"float", "double"}) {
    Config config = small_run(100);
    config.set("model.kind", std::string("ufm"));
    config.set("model.precision", std::string(precision));
    config.set("optimizer.kind", std::string("momentum"));
    Engine engine(config);
    engine.advance(20);
    engine.settle();
    const auto point = engine.branch_point();
    const auto blocks = memory_blocks(*point);
    std::set<const void*> places;
    for (const auto& block : blocks) CHECK(places.insert(block.what).second);
    // Parameters and one velocity, up to the padding of tensors and the fixed part.
    const auto found =
        std::find_if(blocks.begin(), blocks.end(), [&](const auto& b) { return b.what == point->trainer.get(); });
    REQUIRE(found != blocks.end());
    const auto parameters = engine.parameter_bytes().size();
    CHECK(found->bytes >= 2 * parameters);
    CHECK(found->bytes <= 2 * parameters + 1024);
    // The peak here is this step's own state or shares it with nobody but itself: never a second copy of the parameters.
    std::size_t states = 0;
    for (const auto& block : blocks) states += block.bytes == found->bytes ? 1 : 0;
    CHECK(states <= 2);
  }
  auto embeddings = std::make_shared<Embeddings>();
  const auto empty = bytes_of(memory_blocks(*embeddings));
  embeddings->h = MatrixD::Zero(10, 100);
  embeddings->w = MatrixD::Zero(30, 10);
  embeddings->bias = VectorD::Zero(30);
  embeddings->inside.layers.push_back({"Tokens", MatrixD::Zero(7, 100)});
  const auto more = bytes_of(memory_blocks(*embeddings)) - empty;
  CHECK(more == sizeof(double) * (1000 + 300 + 30 + 700) + sizeof(HiddenLayer) * embeddings->inside.layers.capacity());
}
