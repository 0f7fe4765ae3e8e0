#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/common_clock.h"
#include "app/observatory.h"

namespace gramscope::app {

/// The runs that the window has: the one it began with, and branches, each begun at a moment of another one's past. One of them
/// is shown, and maybe one beside it, which keeps its steps and its looks; the others rest.
///
/// All of them share the bytes that the past may take. A run that is the parent of others can be removed: they stand by
/// themselves.
class RunTree {
 public:
  /// Where a run of the tree comes from.
  struct Origin {
    std::optional<int> parent;  ///< empty for the first
    std::int64_t step = -1;    ///< of the parent; -1: it has still to come there again
    std::int64_t tick = 0;
    std::size_t commands = 0;  ///< of the parent's that belong to it
  };
  /// A run between two of its steps, as a session has it.
  struct Told {
    int id = 0;
    Origin origin;
    std::string title;
    RunTold run;
  };
  /// One that is to be there: its parent is the place of another in the list, one before it.
  struct Restored {
    Origin origin;
    std::unique_ptr<Observatory> observatory;
    std::string title = {};  ///< that it had
  };
  struct Run {
    int id = 0;
    Origin origin;
    std::unique_ptr<Observatory> observatory;
    bool goes_on = false;  ///< was running when another was shown instead
    std::string title = {};  ///< it had in a session, where its changes are not known any more
  };

  static constexpr int kTrunk = 0;
  /// Each has threads of its own.
  static constexpr std::size_t kMostRuns = 24;

  explicit RunTree(std::unique_ptr<Observatory> trunk, std::size_t history_cap = History::kDefaultCap);
  /// See replace().
  RunTree(std::vector<Restored> runs, std::size_t shown, std::optional<std::size_t> beside,
          std::size_t history_cap = History::kDefaultCap);
  ~RunTree();

  /// Once a frame: takes in what has come from all runs, makes the branches that are asked for, and takes the wishes that the
  /// views of the shown run have left in its Family.
  void update();

  Observatory& shown() { return *find(shown_)->observatory; }
  const Observatory& shown() const { return *find(shown_)->observatory; }
  int shown_id() const { return shown_; }
  /// nullptr: nothing is beside it.
  Observatory* beside() { return beside_ ? find(*beside_)->observatory.get() : nullptr; }
  std::optional<int> beside_id() const { return beside_; }
  Observatory& trunk() { return *runs_.front().observatory; }

  /// Each parent before its children.
  const std::vector<Run>& runs() const { return runs_; }
  const Run* find(int id) const;

  void show(int id);
  /// Shows a run beside the shown one, to the same clock; the shown one's own number ends that.
  void show_beside(int id);
  /// Not the first, which files are written of, and whose session holds the others.
  void remove(int id);
  /// Others in the place of all: the first is the trunk. `shown` and `beside` are places in the list.
  void replace(std::vector<Restored> runs, std::size_t shown, std::optional<std::size_t> beside);

  /// Has every run tell where it is. Snapshots of another program have nothing to tell.
  void ask_for_runs(bool are_stored);
  /// What they have told, once all have: in the order of runs(). Asked anew where runs have come or gone since.
  std::optional<std::vector<Told>> take_told();

  /// Whether a branch is on its way.
  bool is_branching() const { return branching_.has_value(); }

  /// What it is called in the tree.
  std::string title(const Run& run) const;

  void set_scope(ChangeScope scope) { scope_ = scope; }
  ChangeScope scope() const { return scope_; }

  void set_history_cap(std::size_t bytes);
  std::size_t history_cap() const { return history_cap_; }

 private:
  struct Branching {
    std::int64_t request = 0;
    int parent = 0;
    PastMoment moment;
    PastMoment from;  ///< the moment itself, or one before it with a branch point
    std::vector<SetParameter> changes;
    Hand hand = Hand::off;
    bool is_beside = false;
  };

  /// What all were asked.
  struct Asked {
    std::int64_t request = 0;
    bool are_stored = false;
    std::vector<int> runs;
    std::map<int, RunTold> told;
  };

  Run* find(int id);
  void adopt(std::vector<Restored> runs, std::size_t shown, std::optional<std::size_t> beside);
  std::vector<int> ids() const;
  void locate_origins();
  void begin_branch(Run& parent, Observatory::BranchWish wish, bool is_beside);
  void make_branch(const BranchReady& ready);
  void take_wishes();
  void pass_changes_on();
  void describe_family();
  void share_history();
  std::string details(const Run& run) const;
  int depth(const Run& run) const;
  /// The runs, each followed by its branches.
  std::vector<const Run*> in_order() const;

  std::vector<Run> runs_;
  int shown_ = kTrunk;
  std::optional<int> beside_;
  int next_id_ = 1;
  std::int64_t next_request_ = 1;
  std::optional<Branching> branching_;
  std::optional<Asked> asked_;
  ChangeScope scope_ = ChangeScope::both;
  CommonClock clock_;
  std::size_t history_cap_;
};

}  // namespace gramscope::app
