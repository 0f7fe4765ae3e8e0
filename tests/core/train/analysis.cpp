#include "core/train/analysis.h"

#include <doctest/doctest.h>

#include <thread>

#include "core/linalg/gram.h"
#include "core/tasks/attributes.h"
#include "core/train/analyst.h"
#include "tests/core/linalg/sample_matrices.h"

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
  auto embeddings = std::make_shared<Embeddings>(*some_embeddings());
  auto task = std::make_shared<Task>(*embeddings->task);
  // Words that nothing is followed by.
  task->words = kMostLogitCells / 9 + 1;
  embeddings->task = task;
  embeddings->theory = std::make_shared<TaskTheory>(TaskTheory{
      .task = task, .supports = supports_of(task->targets, task->words), .proxy_undefined = "not here", .modes = {{}, "not here"}});
  embeddings->w = random_matrix(task->words, 1, 2);
  embeddings->h = random_matrix(1, 9, 1);
  CHECK(Analysis()(embeddings, {.inside = {}, .logits = true})->logits.size() == 0);
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

}  // namespace gramscope
