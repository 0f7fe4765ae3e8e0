#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/context_groups.h"
#include "app/family.h"
#include "app/gl/draw_queue.h"
#include "app/gram_order.h"
#include "app/opening.h"
#include "app/past.h"
#include "app/recorded_course.h"
#include "app/targets.h"
#include "app/matrix_zoom.h"
#include "app/undo.h"
#include "core/registry/registry.h"
#include "core/train/ntp_ufm_fit.h"
#include "core/train/runner.h"
#include "core/train/snapshot.h"

namespace gramscope::app {

/// What the user has pointed at: shared by all views. Contexts and words are indices into the task's order.
struct Selection {
  std::optional<Index> context_a;  ///< selected by a click in any view
  std::optional<Index> context_b;  ///< the second of a selected pair (a Gram cell off the diagonal)
  std::optional<Index> hovered_a;  ///< under the mouse, this frame
  std::optional<Index> hovered_b;

  void clear() { *this = {}; }
  friend bool operator==(const Selection&, const Selection&) = default;
};

/// Orbit camera of the projection.
struct Camera {
  float azimuth = 0.7f;     ///< radians
  float elevation = 0.45f;  ///< radians
  float zoom = 1.0f;
  float pan_x = 0.0f;
  float pan_y = 0.0f;
  friend bool operator==(const Camera&, const Camera&) = default;
};

/// How the views look at the run; nothing here changes what is computed.
struct ViewState {
  /// What is asked for; where a task does not allow it, fitting() says what stands in.
  Grouping order;   ///< Gram rows that stand together
  Grouping colour;  ///< points of one colour
  int layer = -1;   ///< what the pictures of H show: -1 for H itself, else a layer of the network
  bool show_labels = true;
  std::optional<TargetKind> target;  ///< empty: what says most of the task, see fitting_target()
  bool is_difference = false;                ///< the Gram now minus the target
  MatrixZoom context_zoom;  ///< of all matrices over contexts, and over words where these are paired with contexts
  MatrixZoom word_zoom;     ///< of the others over words
  Grouping theory_order{Grouping::By::support};  ///< as `order`, where theory stands beside practice
  Camera camera;
  Selection selection;
  /// What the views drawn in this frame need in the next besides W and H. Taken and emptied by update().
  FrameWanted wanted;
  bool wants_ntp_ufm = false;  ///< the same of the fit of the NTP-UFM
  std::string browsing;  ///< the file parameter whose file is being chosen; empty: none
  friend bool operator==(const ViewState&, const ViewState&) = default;
};

/// A mark on the timeline: something changed here.
struct Mark {
  std::int64_t segment = 0;
  std::int64_t step = 0;
  std::string text;
  bool is_warning = false;
  std::string key;       ///< the parameter that changed; empty for other events
  std::string from;      ///< its value before
  double made_at = 0.0;  ///< seconds on a steady clock: changes of one drag become one mark
  std::size_t commands = 0;  ///< executed by then: tells a branch's own from those of the run that it left
};

/// Everything the window shows, as the UI thread holds it: where it comes from (a run of our own, or a recording of what
/// another program has written), what came back from there, and how it is looked at. Views read it and change `view`;
/// commands go to the source through the functions below. update() is called once a frame, before drawing.
class Observatory {
 public:
  /// On a run of our own. `on_event` sees every event of it, the first included, before the window does: what writes a
  /// run's files.
  Observatory(const Config& config, std::string preset, bool start_running, SetSpeed speed,
              std::function<void(const Event&)> on_event = {}, RunnerHooks hooks = {});
  /// On any source, which must have its first snapshot. `read_weights` is for the runs that may be opened later.
  Observatory(std::unique_ptr<RunSource> source, SetSpeed speed, WeightReader read_weights = {});

  /// On a branch that begins at a moment of that run's past, with how it was looked at and what had led there by then:
  /// `records` are those up to the moment.
  Observatory(const Observatory& parent, const PastMoment& moment, const std::vector<Record>& records,
              std::unique_ptr<Runner> branch);

  /// Takes in events, the newest snapshot and the status; asks for the next preview.
  void update();
  /// Of a run that is not on the screen no previews are made.
  void set_shown(bool is_shown) { is_shown_ = is_shown; }
  /// Looks at this run as at another one: camera, order, colours, what is pointed at as far as the tasks have it in common.
  void look_as(const Observatory& other);

  // Branches. They are made by whoever holds the runs; here is what they are to be.

  /// A branch that is asked for: from that moment, with these changes.
  struct BranchWish {
    PastMoment moment;
    std::vector<SetParameter> changes;
    Hand hand = Hand::off;  ///< of the last of them
  };
  /// Asks for a branch from the step shown, or from the newest recorded one. While the past is looked at, every change of a
  /// parameter does. Says so where none can be made.
  void branch();
  /// The same from the first moment of the segment.
  void branch_from_beginning();
  /// The same from the beginning, to be shown beside this run.
  void wish_twin() { family.wants_twin = true; }
  bool can_branch() const { return !is_recording() && !past_.history().is_empty(); }
  std::optional<BranchWish> take_branch_wish() { return std::exchange(branch_wish_, std::nullopt); }
  /// The branch takes over what was set here meanwhile.
  void forget_pending();
  /// What a branch's runner has around it.
  RunnerHooks branch_hooks() const { return {.read_weights = read_weights_}; }
  /// The source's answers to RequestRun and RequestBranch since the last call.
  std::vector<Event> take_answers() { return std::exchange(answers_, {}); }
  /// What was asked of the run by set_parameter(), undo() and redo() since the last call.
  struct SentChange {
    SetParameter change;
    Hand hand = Hand::off;
    int direction = 0;  ///< -1: an undo was asked for instead, 1: a redo
  };
  std::vector<SentChange> take_sent() { return std::exchange(sent_, {}); }
  /// The run that a change of a parameter is for: this one, or the one beside it. The panel of parameters shows that one's.
  Observatory& changed_run() {
    return family.beside != nullptr && family.scope == ChangeScope::beside ? *family.beside : *this;
  }
  const History& history() const { return past_.history(); }
  void set_history_cap(std::size_t bytes) { past_.set_cap(bytes); }

  // What is shown.
  /// Shows another source as soon as it has its first snapshot; until then, and if it fails, what is shown goes on.
  void open(std::unique_ptr<RunSource> source);
  /// From now on nothing else is opened: who tries is told why not.
  void keep_source(std::string reason) { reason_to_keep_ = std::move(reason); }
  bool is_opening() const { return opening_ != nullptr; }
  /// Whether status().preparation stands between the user and what was asked for. Not so where the other snapshots of a
  /// recording are measured while one is looked at.
  bool is_waiting() const {
    if (!status_.preparation) return false;
    return is_opening() || !is_recording() || snapshot_ == nullptr || snapshot_->step() != playhead();
  }
  /// Whether what is shown was recorded by another program: then there is no config, and nothing to train.
  bool is_recording() const { return status_.recording.has_value(); }

  // The run. What a recording has not does nothing there.
  /// `hand`: whether more values of the same change may follow, see end_gesture().
  void set_parameter(const std::string& key, const Value& value, Hand hand = Hand::off);
  void run();
  void pause();
  void toggle_running();
  /// That many steps, then pause; recorded ones in a recording, and where the past of a run is looked at.
  void step(std::int64_t steps = 1);
  void restart();
  void new_seed();
  /// Another experiment; it takes the place of a recording once its task is made.
  void load(const Config& config, const std::string& preset);
  void set_speed(const SetSpeed& speed);
  /// So many steps of the run itself, whatever of its past is looked at.
  void take_steps(std::int64_t steps) { source_->send(StepOnce{steps}); }
  /// See SetCeiling.
  void hold_at(std::optional<std::int64_t> step) { source_->send(SetCeiling{step}); }
  /// How often the run has begun at step 0.
  std::int64_t restarts() const { return restarts_; }
  void request_run(std::int64_t request, bool is_stored) { source_->send(RequestRun{request, is_stored}); }
  /// The moment that the branch begins from, to catch up from there; nothing where no branch point at or before is remembered.
  std::optional<PastMoment> request_branch(std::int64_t request, const PastMoment& moment);
  /// Stops the making of a task, or the opening of a recording; what is shown goes on as it was.
  void cancel_preparation();

  // What the user has changed, undone and redone by commands to the run as it is by then. An undo waits for the engine's answer
  // to what was sent before, and stops the making of a task that it would undo.
  void undo() { go_along(-1); }
  void redo() { go_along(1); }
  const UndoStack& changes() const { return changes_; }
  /// The hand has let go of the control: what comes next is another change.
  void end_gesture() { changes_.end_gesture(); }
  /// The second click of a double-click on the control of `key`.
  void rejoin_gesture(const std::string& key) { changes_.rejoin_gesture(key); }

  // The playhead: which of the recorded steps is shown. A run of our own goes on, or rests, whatever of its past is shown.
  bool has_playhead() const { return records().size() > 1; }
  /// The step shown, or the one on its way to be shown.
  std::int64_t playhead() const { return past_.is_shown() ? past_.step() : sought_ ? sought_->step : status_.step; }
  /// Whether a run's past is shown instead of what it is at.
  bool is_in_past() const { return past_.is_shown(); }
  /// Shows the recorded step nearest to that one that is remembered, and rests there; from a run's newest on, the run itself.
  void seek(std::int64_t step);
  /// So many recorded steps further, or back, and rests there; as far as there are any. After a run's newest, the run itself.
  void step_recorded(std::int64_t steps);
  /// Goes on through the recorded steps from the one shown, at the speed chosen, or rests again. In a recording that is what
  /// run() and pause() do; of a run, what is in the past.
  void toggle_playing();
  bool is_playing() const { return is_recording() ? status_.is_running : past_.is_playing(); }
  /// The newest step, and those that come after it.
  void go_live();
  /// Whether the newest step is shown, and where a recording is followed, whether the next will be when it comes.
  bool is_at_newest() const;
  /// Whether new files of a recording are looked for.
  void set_following(bool is_on);

  // What there is to draw.
  const Config& config() const { return config_; }
  const std::string& preset() const { return preset_; }
  /// What the run began with, before any command; empty for what is not a run of our own, and for a branch.
  struct Beginning {
    Config config;
    std::string preset;
  };
  const std::optional<Beginning>& beginning() const { return beginning_; }
  /// Of a run that was stored on its way.
  void set_beginning(Beginning beginning) { beginning_ = std::move(beginning); }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const Task& task() const { return *task_; }
  const std::shared_ptr<const Task>& shared_task() const { return task_; }
  const Targets& targets() const { return targets_; }
  /// The order of the contexts' rows: view.order, for the task.
  const GramOrder& context_order() const { return context_order_.of(task_, view.order); }
  /// Whether the rows of the snapshot's gram_h are in that order: of rows of several, it is made anew for another one.
  bool is_arranged(const Snapshot& snapshot) const { return snapshot.block == 1 || snapshot.order == block_order(); }
  /// Where a context stands among the rows of gram_h and of the targets, or, of rows of several, in the order that they are
  /// made of.
  Index context_place(Index context) const {
    return gram_block(task_->contexts) == 1 ? context : context_order().position[static_cast<std::size_t>(context)];
  }
  /// What the theory says of the task; nullptr before the engine has said so.
  const std::shared_ptr<const TaskTheory>& theory() const { return theory_; }
  /// L_mm of the task; nullptr while it is not solved.
  const std::shared_ptr<const MaxMarginTheory>& max_margin() const { return max_margin_; }
  /// W and H at step 0 of the current segment; nullptr where it did not begin there.
  const std::shared_ptr<const Embeddings>& first_embeddings() const { return first_embeddings_; }
  /// The NTP-UFM on this task: trained beside the run while views want it, resting while they do not; nullptr before its
  /// first state.
  const std::shared_ptr<const NtpUfmState>& ntp_ufm() const { return ntp_ufm_; }
  const Snapshot* snapshot() const { return snapshot_.get(); }
  const RunnerStatus& status() const { return status_; }
  const SetSpeed& speed() const { return speed_; }
  /// Recorded steps of the current segment, in order.
  const std::vector<Record>& records() const { return course_.records(); }
  const RecordedCourse& course() const { return course_; }
  /// Another number whenever the course has changed.
  std::int64_t course_revision() const { return course_revision_; }
  const std::vector<Mark>& marks() const { return marks_; }
  /// The newest message to the user, and the seconds since it came.
  const Message* message() const { return message_ ? &*message_ : nullptr; }
  double message_age() const;
  /// Tells the user something that does not come from the run.
  void tell(Message message);
  /// The layers of the network from the tokens to H, which is the last; empty for models without any.
  const std::vector<std::string>& layer_names() const { return layer_names_; }

  ViewState view;
  Family family;  ///< this run among the others that there are
  DrawQueue draws;

  /// The run of our own; nullptr where a recording is shown.
  Runner* runner() { return dynamic_cast<Runner*>(source_.get()); }

 private:
  void handle(const Event& event);
  void add(const Recorded& recorded);
  void handle(const ConfigChanged& changed);
  void send_parameter(const std::string& key, const Value& value, Hand hand = Hand::off);
  void wish_branch(const PastMoment* moment);
  void handle(const Finished& finished);
  void handle(const CourseReplaced& replaced);
  void count_to_segment_of(const Record& record);
  void begin_opening(std::unique_ptr<Opening> opening);
  void follow_opening();
  void show(std::unique_ptr<RunSource> source);
  void adopt_config();
  void mark(const ConfigChanged& changed);
  void show_pending(const std::string& key, const Value& value);
  void settle_pending();
  void go_along(int direction);
  void follow_changes();
  void send_undoing(const std::vector<Command>& commands);
  void request_frame();
  void look_back();
  void leave_past();
  /// What context_order() is for rows of several contexts; nullptr before there is a task.
  BlockOrder block_order() const { return task_ != nullptr ? context_order_.blocks(task_, view.order) : nullptr; }
  void fit_ntp_ufm();
  void adopt_task(std::shared_ptr<const Task> task);
  void adopt_theory_of(const Embeddings& embeddings);
  void adopt_max_margin(std::shared_ptr<const MaxMarginTheory> theory);

  /// A value that was sent and not yet confirmed: shown until the engine's answer to it comes.
  struct Pending {
    Value value;
    double sent_at = 0.0;
  };

  /// A recorded step that was asked for and is not shown yet.
  struct Sought {
    std::int64_t step = 0;
    double sent_at = 0.0;
  };

  /// Ends what is not needed any more, which may take a moment, where nobody waits for it.
  template <class Done>
  void retire(std::unique_ptr<Done> done) {
    if (done != nullptr) retiring_ = std::jthread([done = std::move(done)]() mutable { done.reset(); });
  }

  std::jthread retiring_;  ///< first: what is left to end goes on ending while the rest does
  std::function<void(const Event&)> on_event_;
  WeightReader read_weights_;
  std::string reason_to_keep_;
  std::unique_ptr<RunSource> source_;
  std::unique_ptr<Opening> opening_;
  std::optional<Sought> sought_;
  Past past_;
  std::optional<BranchWish> branch_wish_;
  std::vector<Event> answers_;
  std::vector<SentChange> sent_;
  bool is_shown_ = true;
  Config confirmed_;  ///< the engine's
  Config config_;     ///< the same with what is pending
  std::map<std::string, Pending> pending_;
  std::string preset_;
  std::optional<Beginning> beginning_;
  bool is_beginning_ = true;  ///< the source has not yet told its config
  std::vector<Parameter> parameters_;
  std::shared_ptr<const Task> task_;
  Targets targets_;
  mutable KeptOrder context_order_{order_contexts};
  std::shared_ptr<const TaskTheory> theory_;
  std::shared_ptr<const MaxMarginTheory> max_margin_;
  std::shared_ptr<const Embeddings> first_embeddings_;
  std::unique_ptr<NtpUfmFit> ntp_ufm_fit_;  ///< from the first time that a view wants it until the task changes
  std::shared_ptr<const NtpUfmState> ntp_ufm_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::vector<std::string> layer_names_;
  FrameWanted requested_;
  RunnerStatus status_;
  SetSpeed speed_;
  std::int64_t segment_ = 0;
  std::int64_t restarts_ = 0;
  std::int64_t course_revision_ = 0;
  RecordedCourse course_;
  std::vector<Mark> marks_;
  std::size_t commands_ = 0;   ///< executed by the run, as far as it has told
  std::size_t inherited_ = 0;  ///< of them, by the run that this one branched from
  std::optional<Message> message_;
  double message_time_ = 0.0;
  bool has_changed_ = false;  ///< a command was executed since the last preview was asked for
  UndoStack changes_;
  int wanted_changes_ = 0;  ///< to be redone, or undone where negative, once nothing is pending
  std::vector<std::string> untold_;  ///< messages about what undoing moves along: it says itself what it has done
  bool is_backing_off_ = false;      ///< the next change is the engine's own
};

}  // namespace gramscope::app
