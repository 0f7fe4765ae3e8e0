#pragma once

#include <memory>

#include "app/observatory.h"

namespace gramscope::app {

/// What the observatory of fake_observatory.cpp shows: set before it is made, taken over by update(). It has
/// no runner and no threads, so that a test decides what every frame sees.
struct FakeRun {
  std::shared_ptr<const Task> task;
  std::shared_ptr<const Snapshot> snapshot;  ///< nullptr: nothing has been analysed yet
  std::vector<Record> records = {};
  RunnerStatus status = {};
  std::shared_ptr<const Embeddings> first_embeddings = {};  ///< at step 0
  FrameWanted wanted = {};  ///< what the views of the frame before asked for
  std::shared_ptr<const MaxMarginTheory> max_margin = nullptr;
  std::shared_ptr<const NtpUfmState> ntp_ufm = nullptr;
  bool wants_ntp_ufm = false;     ///< what the views of the frame before asked for
  std::vector<std::string> sent = {};  ///< "key = value" of the parameters that views have set
};
FakeRun& fake_run();

}  // namespace gramscope::app
