#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "core/registry/error.h"
#include "core/registry/registry.h"
#include "core/tasks/corpus.h"
#include "core/tasks/corpus_text.h"
#include "tests/io/temporary_directory.h"

using namespace gramscope;
using namespace gramscope::test;

namespace {

std::string refusal(CorpusOptions options, const std::filesystem::path& path) {
  options.path = path.string();
  const auto message = message_of<InputError>([&] { make_corpus(options); });
  CHECK_MESSAGE(message.starts_with(options.path), message);
  return message.substr(std::min(message.size(), options.path.size()));
}

std::string refusal(const std::filesystem::path& path) { return refusal({}, path); }

}  // namespace

TEST_CASE("corpus: what cannot be read is told by name, with what to do") {
  const TemporaryDirectory directory;
  const auto file = directory / "text.txt";
  CHECK(contains(refusal(directory / "absent.txt"), ": there is no such file"));
  CHECK(contains(refusal(directory.path()), ": is a directory"));
  mkfifo((directory / "pipe").c_str(), 0600);
  CHECK(contains(refusal(directory / "pipe"), ": is not a regular file"));
  CHECK(contains(refusal("/dev/zero"), ": is not a regular file"));
  put(file, "");
  CHECK(contains(refusal(file), ": is empty"));
  put(file, " \n\t\n");
  CHECK(contains(refusal(file), ": has no words"));
  put(file, std::string("a b\0c", 5));
  CHECK(contains(refusal(file), ":1: byte 3 of the file is a NUL"));
  put(file, "a b\nc \xFFxx");
  CHECK(contains(refusal(file), ":2: byte 6 of the file (0xFF) is not valid UTF-8"));
  put(file, "\xFF\xFEh\x01i\x01");
  CHECK(contains(refusal(file), "UTF-16"));
  put(file, "\xFE\xFF\x01h\x01i");
  CHECK(contains(refusal(file), "UTF-16"));
  CHECK(contains(message_of<InputError>([] { read_corpus("small-storys", {}); }), "nearest: small-stories"));
}

TEST_CASE("corpus: a text too small for its settings is told which of them to change") {
  const TemporaryDirectory directory;
  const auto file = directory / "text.txt";
  put(file, "word");
  CHECK(contains(refusal(file), "only one distinct word, \"word\""));
  put(file, "word word word word");
  CHECK(contains(refusal(file), "only one distinct word"));
  put(file, "a b c");
  CorpusOptions options;
  options.context = 3;
  CHECK(contains(refusal(options, file),
                 "has 3 words, and contexts of 3 tokens need at least 4: lower task.context"));
  options.context = 1;
  CHECK(make_corpus({.path = file.string(), .context = 1})->contexts == 2);
  options.min_count = 2;
  CHECK(contains(refusal(options, file),
                 "occurs 2 times or more (the most frequent 1 time): lower task.min_count"));
  put(file, "a\nb\nc\n");
  options = {};
  options.boundary = CorpusBoundary::line;
  CHECK(contains(refusal(options, file), "has no line of two words or more: set task.boundaries = none"));
  put(file, "a b a b a b c");
  options = {};
  options.context = 1;
  options.min_count = 3;
  CHECK(make_corpus({.path = file.string(), .context = 1, .min_count = 3})->contexts == 2);
}

TEST_CASE("corpus: too many contexts are refused with the ways to fewer") {
  const TemporaryDirectory directory;
  std::string text;
  for (int i = 0; i < 200'003; ++i) text.append("w").append(std::to_string(i)).append(" ");
  put(directory / "text.txt", text);
  CorpusOptions options;
  options.path = (directory / "text.txt").string();
  options.context = 1;
  const auto message = message_of<InputError>([&] { make_corpus(options); });
  CHECK(contains(message, "200002 distinct contexts, more than 200000"));
  CHECK(contains(message, "task.min_count"));
  options.max_contexts = 100;
  CHECK(make_corpus(options)->contexts == 100);
}

TEST_CASE("corpus: work is reported from 0 to 1 without going back, and stops when asked") {
  const TemporaryDirectory directory;
  std::string text;
  for (int i = 0; i < 300'000; ++i) text.append("w").append(std::to_string(i % 977)).append(i % 13 == 0 ? "\n" : " ");
  put(directory / "long name.txt", text);
  CorpusOptions options;
  options.path = (directory / "long name.txt").string();
  int reports = 0;
  double last = 0.0;
  bool is_ascending = true;
  std::string first;
  TaskWork work;
  work.report = [&](double share, std::string_view what) {
    if (reports++ == 0) first = what;
    is_ascending = is_ascending && share >= last;
    last = share;
  };
  make_corpus(options, work);
  CHECK(reports > 10);
  CHECK(is_ascending);
  CHECK(last == 1.0);
  CHECK(first == "Reading long name.txt");

  // Stopped at any report, it makes nothing.
  for (const int at : {1, 3, reports - 2}) {
    std::stop_source stop;
    int count = 0;
    TaskWork stopped;
    stopped.stop = stop.get_token();
    stopped.report = [&](double, std::string_view) {
      if (++count == at) stop.request_stop();
    };
    CHECK_THROWS_AS(make_corpus(options, stopped), Cancelled);
    CHECK(count == at);
  }
}

TEST_CASE("corpus: one word or one context is not a number of them to ask for") {
  Config config;
  config.set("task.kind", Value{std::string("corpus")});
  config.set("model.kind", Value{std::string("ufm")});
  for (const char* key : {"task.vocabulary", "task.max_contexts"}) {
    Config bad = config;
    bad.set(key, Value{std::int64_t{1}});
    CHECK(contains(message_of<UsageError>([&] { resolve(bad); }), key));
    CHECK(with_change(resolve(config), key, Value{std::int64_t{1}}, nullptr).integer(key) == 2);
  }
  config.set("model.kind", Value{std::string("kernel_ufm")});
  CHECK(contains(message_of<UsageError>([&] { resolve(config); }), "latent factors"));
}
