#include "core/train/analysis.h"

#include <doctest/doctest.h>

#include <thread>

#include "core/linalg/gram.h"
#include "core/tasks/attributes.h"
#include "core/train/analyst.h"
#include "tests/core/linalg/sample_matrices.h"
#include "tests/core/theory/random_task.h"

namespace gramscope {

namespace {

std::shared_ptr<const Embeddings> some_embeddings() {
  auto embeddings = std::make_shared<Embeddings>();
  embeddings->task = make_attributes(2, 3);
  embeddings->h = random_matrix(4, 9, 1);
  embeddings->w = random_matrix(9, 4, 2);
  embeddings->inside.layers = {{"Tokens", random_matrix(5, 9, 3)}};
  return embeddings;
}

}  // namespace

TEST_CASE("analysis: cosines without the mean taken off, and the logits, where they are asked for only") {
  const auto embeddings = some_embeddings();
  const auto plain = Analysis()(embeddings);
  CHECK(plain->logits.size() == 0);
  CHECK(plain->plain_gram_h.size() == 0);
  CHECK(plain->plain_gram_w.size() == 0);
  const auto wanted = Analysis()(embeddings, {.inside = {}, .logits = true, .plain_grams = true});
  CHECK((wanted->plain_gram_h.cast<double>() - cosine_gram(embeddings->h)).cwiseAbs().maxCoeff() < 1e-7);
  CHECK((wanted->plain_gram_w.cast<double>() - cosine_gram(embeddings->w.transpose())).cwiseAbs().maxCoeff() < 1e-7);
  CHECK((wanted->logits.cast<double>() - embeddings->w * embeddings->h).cwiseAbs().maxCoeff() < 1e-6);
  CHECK(wanted->gram_h == plain->gram_h);
  CHECK(wanted->gram_w == plain->gram_w);
}

TEST_CASE("analysis: the layer that is shown is the one whose plain cosines are") {
  const auto embeddings = some_embeddings();
  const auto snapshot = Analysis()(embeddings, {.inside = {}, .layer = 0, .plain_grams = true});
  CHECK(snapshot->layer == 0);
  CHECK((snapshot->plain_gram_h.cast<double>() - cosine_gram(embeddings->inside.layers[0].states)).cwiseAbs().maxCoeff() < 1e-7);
}

TEST_CASE("analysis: logits of more entries than anyone looks at are not kept") {
  const auto embeddings = std::make_shared<Embeddings>();
  const Index n = 2049;
  REQUIRE(n * n > kMostLogitCells);
  embeddings->task = one_word_each(n);
  embeddings->w = random_matrix(n, 1, 2);
  embeddings->h = random_matrix(1, n, 1);
  CHECK(Analysis()(embeddings, {.inside = {}, .logits = true})->logits.size() == 0);
}

TEST_CASE("analysis: the cosines of one context are its row of the whole matrix, of the layer that is shown") {
  const auto embeddings = some_embeddings();
  for (const int layer : {-1, 0}) {
    const auto snapshot = Analysis()(embeddings, {.inside = {}, .layer = layer, .context = 4});
    REQUIRE(snapshot->context == Index{4});
    REQUIRE(snapshot->context_cosines.size() == 9);
    CHECK((snapshot->context_cosines - snapshot->gram_h.col(4)).cwiseAbs().maxCoeff() < 1e-6f);
  }
  const auto beyond = Analysis()(embeddings, {.context = 9});
  CHECK(!beyond->context);
  CHECK(beyond->context_cosines.size() == 0);
}

TEST_CASE("analysis: the logits have the bias") {
  auto embeddings = std::make_shared<Embeddings>(*some_embeddings());
  embeddings->bias = VectorD::LinSpaced(9, 0.0, 8.0);
  const auto snapshot = Analysis()(embeddings, {.logits = true});
  const MatrixD expected = (embeddings->w * embeddings->h).colwise() + embeddings->bias;
  CHECK((snapshot->logits.cast<double>() - expected).cwiseAbs().maxCoeff() < 1e-6);
}

TEST_CASE("analysis: asked again for the same embeddings, what is new is made and what is not wanted goes") {
  const auto embeddings = some_embeddings();
  Analysis analyse;
  const auto first = analyse(embeddings, {.plain_grams = true, .context = 1});
  Metrics known;
  known.add("loss", 7.0);
  const auto second = analyse(embeddings, {.logits = true, .context = 2}, &known);
  CHECK(second->metrics.get("loss") == 7.0);
  CHECK(first->metrics.get("loss") != 7.0);
  CHECK(second->projection == first->projection);
  CHECK(second->plain_gram_h.size() == 0);
  const auto anew = Analysis()(embeddings, {.logits = true, .context = 2});
  CHECK(second->logits == anew->logits);
  CHECK(second->context_cosines == anew->context_cosines);
  CHECK(second->gram_h == anew->gram_h);
  const auto layer = analyse(embeddings, {.layer = 0});
  CHECK(layer->gram_h == Analysis()(embeddings, {.layer = 0})->gram_h);
}

TEST_CASE("analysis: known metrics are taken as they are, none where none are to be shown") {
  const Metrics none;
  CHECK(Analysis()(some_embeddings(), {}, &none)->metrics.values().empty());
}

TEST_CASE("analysis: embeddings without words, of another size from step to step, and of one context") {
  Analysis analyse;
  auto task = std::make_shared<Task>(*make_attributes(2, 3));
  for (const Index d : {4, 1, 7}) {
    auto embeddings = std::make_shared<Embeddings>();
    embeddings->task = task;
    embeddings->h = random_matrix(d, 9, 1);
    embeddings->w = MatrixD(0, d);
    const Metrics none;
    const auto snapshot = analyse(embeddings, {.logits = true, .plain_grams = true, .context = 0}, &none);
    CHECK(snapshot->gram_w.size() == 0);
    CHECK(snapshot->plain_gram_w.size() == 0);
    CHECK(snapshot->logits.size() == 0);
    CHECK(snapshot->gram_h.rows() == 9);
    CHECK(static_cast<Index>(snapshot->spectrum.size()) == std::min<Index>(d, 9));
    CHECK(snapshot->projection.allFinite());
  }
  auto one = std::make_shared<Embeddings>();
  auto single = std::make_shared<Task>();
  single->contexts = 1;
  single->context_names = {"0"};
  one->task = single;
  one->h = random_matrix(4, 1, 1);
  const Metrics none;
  const auto snapshot = analyse(one, {.context = 0}, &none);
  CHECK(snapshot->projection.cols() == 1);
  CHECK(snapshot->explained_variance_3 == 0.0);
}

TEST_CASE("analyst: hands on what is wanted of a frame") {
  Analyst analyst;
  analyst.submit(some_embeddings(), {.inside = {}, .layer = 0, .logits = true});
  while (!analyst.is_idle()) std::this_thread::yield();
  const auto snapshot = analyst.snapshot();
  REQUIRE(snapshot != nullptr);
  CHECK(snapshot->layer == 0);
  CHECK(snapshot->logits.cols() == 9);
}

TEST_CASE("analysis: rows of several contexts are of neighbours in the order that is asked for") {
  auto embeddings = std::make_shared<Embeddings>();
  const Index n = kMostGramRows + 2;
  auto task = std::make_shared<Task>();
  task->contexts = n;
  task->words = 0;
  embeddings->task = task;
  embeddings->h = random_matrix(2, n, 1);
  embeddings->w = MatrixD(0, 2);
  auto backwards = std::make_shared<std::vector<Index>>();
  for (Index j = n; j-- > 0;) backwards->push_back(j);
  Analysis analyse;
  const auto given = analyse(embeddings, {}, nullptr);
  const auto turned = analyse(embeddings, {.inside = {}, .order = backwards}, nullptr);
  CHECK(given->order == nullptr);
  CHECK(turned->order == backwards);
  CHECK(turned->block == 2);
  CHECK((turned->gram_h - given->gram_h.rowwise().reverse().colwise().reverse()).cwiseAbs().maxCoeff() < 1e-6f);
  CHECK(turned->spectrum.size() == given->spectrum.size());
  CHECK(analyse(embeddings, {}, nullptr)->gram_h == given->gram_h);
}

TEST_CASE("analyst: a picture does not wait for a count, which can be given up and is then not begun again") {
  auto embeddings = std::make_shared<Embeddings>();
  auto task = std::make_shared<Task>();
  task->contexts = 3000;
  embeddings->task = task;
  embeddings->h = random_matrix(250, task->contexts, 1);
  embeddings->w = random_matrix(5, 250, 2);
  Analyst analyst;
  const auto wait_until = [&](const auto& is_so) {
    while (!is_so()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  FrameWanted wanted{.inside = {}, .histogram = PairHistogramWanted{}};
  analyst.submit(embeddings, wanted, Metrics());
  wait_until([&] { return analyst.snapshot() != nullptr; });
  CHECK(analyst.snapshot()->histogram == nullptr);
  analyst.cancel();
  wait_until([&] { return analyst.is_idle(); });
  CHECK(analyst.snapshot()->histogram == nullptr);
  CHECK(!analyst.preparation());

  wanted.context = 7;
  analyst.submit(embeddings, wanted, Metrics());
  wait_until([&] { return analyst.is_idle(); });
  CHECK(analyst.snapshot()->context == Index{7});
  CHECK(analyst.snapshot()->histogram == nullptr);

  wanted.histogram = PairHistogramWanted{true, nullptr};
  analyst.submit(embeddings, wanted, Metrics());
  wait_until([&] { return analyst.is_idle(); });
  REQUIRE(analyst.snapshot()->histogram != nullptr);
  CHECK(analyst.snapshot()->histogram->points == 5);
}

}  // namespace gramscope
