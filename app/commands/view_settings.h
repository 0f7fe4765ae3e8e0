#pragma once

#include "app/run_tree.h"
#include "app/workspace.h"
#include "core/io/view_table.h"

namespace gramscope::app {

/// How the window looks at its runs, as the table [view] of a session:
///
///   panels                             the pictures of the centre: top left, top right, bottom left, bottom right
///   full_view                          the view shown alone; not there: none is
///   order, colour, theory_order        what contexts stand together by, as a factor's name, "label", "next_word", "support"
///                                      or "as_given"
///   target                             "semantic", "symmetric", "proxy" or "max_margin"; not there: what says most of the task
///   difference                         the target is subtracted
///   layer                              of the network, from 0; -1 for H
///   labels                             names in the projection
///   azimuth, elevation                 of its camera, in radians
///   zoom, pan                          of the same; pan in pixels, [right, down]
///   context_zoom, word_zoom            the part of a matrix that is seen: [left, top, side] as shares of its side
///   selected, selected_with            contexts, from 0; not there: none
///   playhead                           the step of the past that is shown; not there: where the run is
///   pace                               "log_time", "steps_per_second" or "maximum"
///   seconds_per_doubling, steps_per_second
///   scope                              what a change is made in of two runs side by side: "both", "shown" or "beside"
///
/// Of several runs it is that of the one shown. Reals have the fewest digits that give the same bits when they are read.
ViewTable view_table(const RunTree& tree, const Workspace& workspace);

/// Looks at the run that is shown as the table says. What it may be silent about (see above) is then not there; any other key
/// that is missing leaves things as they are, and so does a table without entries. The task of the run that is shown must be
/// the one that the table was written for. A playhead stands at the recorded step nearest to it that is remembered.
///
/// Checks all of it before it changes anything: throws InputError "file:line: view.key: problem" for a key that is none, a
/// value of the wrong kind, and one that is out of its range, which is named.
void apply_view(const ViewTable& table, RunTree& tree, Workspace& workspace);

}  // namespace gramscope::app
