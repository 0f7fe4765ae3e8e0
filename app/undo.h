#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/registry/config.h"
#include "core/train/command.h"
#include "core/train/event.h"

namespace gramscope::app {

/// What a run is set to.
struct Setting {
  Config config;       ///< resolved
  std::string preset;  ///< its name; empty: none
  friend bool operator==(const Setting&, const Setting&) = default;
};

/// A parameter's value before a change and after it; empty where the parameter did not apply.
struct Difference {
  std::string key;
  std::optional<Value> before;
  std::optional<Value> after;
};

/// One change by the user, as undoing and redoing need it.
struct UndoEntry {
  /// What Load has exchanged.
  struct Exchange {
    Setting before;
    Setting after;
  };

  std::string label;  ///< "Learning rate", "Load collapse"
  std::string from;   ///< "10"; empty for Load
  std::string to;     ///< "5"
  std::string key;    ///< of the parameter that was set; empty for Load
  std::vector<Difference> differences;  ///< with what the change moved along, by key; empty for Load
  std::shared_ptr<const Exchange> exchange;  ///< of Load
};

/// "Learning rate 10 → 5", "Load collapse".
std::string change_text(const UndoEntry& entry);

/// Whether the hand is still on the control it has moved: then what it sends next belongs to the same change.
enum class Hand { off, on };

/// The shortest list of commands after which a run set to `now` is set to `target`: nothing, one SetParameter (of `key`, if
/// that does), several where all of them are live, else a Load. Throws UsageError if `target` cannot be.
std::vector<Command> commands_between(const Setting& now, const Setting& target, const std::string& key);

/// What the user has changed of a run, to be undone and redone. It is told what is sent to the engine and what the engine
/// answers; what is undone is undone by ordinary commands, from wherever the run is by then. An entry counts once the engine
/// has confirmed it: what is refused, or changes nothing, leaves none. Undoing gives the entry's parameters the values that
/// they had before it, whatever they are now, and leaves all others as they are. Knows nothing of windows and threads.
class UndoStack {
 public:
  /// The oldest entries go first.
  static constexpr std::size_t kMostEntries = 1000;

  // What is sent, in order.
  /// The value as the engine will have it. While the hand is on its control all values are one change.
  void send(const SetParameter& change, Hand hand = Hand::off);
  /// The config must be resolved.
  void send(const Load& load);
  /// The hand has let go.
  void end_gesture();
  /// The last change goes on, if it was of that parameter: the second click of a double-click belongs to the first.
  void rejoin_gesture(const std::string& key);
  /// Commands that undo, or redo, the newest entry: to be sent, and then nothing else before is_under_way() ends. Empty where
  /// there is none, or nothing is left to do. Throws UsageError where the values cannot be any more; the entry stays.
  std::vector<Command> undo(const Setting& now);
  std::vector<Command> redo(const Setting& now);

  // What comes back, in the same order.
  /// An answer to what was sent, or a change by the engine itself (a longer run), which is no entry. `before` is what was in
  /// force until then.
  void confirm(const Setting& before, const ConfigChanged& changed);
  /// The engine is known to have worked off what was sent: what it has not answered changed nothing.
  void give_up();

  /// What comes from now on is the engine's own doing, where it is no answer still due.
  void forget_answered();

  /// Whether an undo, a redo or a Load is on its way; whether one of the first two is.
  bool is_under_way() const;
  bool is_undoing() const;
  /// The newest entry that can be undone, or redone; nullptr if there is none.
  const UndoEntry* next_undo() const { return done_.empty() ? nullptr : &done_.back(); }
  const UndoEntry* next_redo() const { return undone_.empty() ? nullptr : &undone_.back(); }
  std::size_t depth() const { return done_.size(); }
  std::size_t redo_depth() const { return undone_.size(); }

  /// "Undone: learning rate 5 → 10.": what has been undone or redone since this was last asked; empty if nothing.
  std::string take_news();
  /// The parameter whose value the engine has refused since this was last asked; empty if none.
  std::string take_refused();

 private:
  enum class Kind { change, load, undo, redo };
  struct Sent {
    Kind kind = Kind::change;
    std::vector<Command> commands;
    bool is_open = false;      ///< the hand is on its control
    bool has_entry = false;    ///< the newest of done_ is its own
    bool is_answered = false;  ///< as far as it has been sent
    std::optional<UndoEntry> entry;  ///< undo and redo: what is on its way to the other side
  };

  std::vector<Command> begin(Kind kind, std::deque<UndoEntry>& from, const Setting& now);
  void refuse();
  void extend(Sent& sent, const Setting& before, const ConfigChanged& changed);
  void arrive(Sent& sent);
  void push(UndoEntry entry);

  std::deque<UndoEntry> done_;
  std::deque<UndoEntry> undone_;
  std::deque<Sent> sent_;  ///< in order; those before the last one that was answered are gone
  std::string news_;
  std::string refused_;
};

}  // namespace gramscope::app
