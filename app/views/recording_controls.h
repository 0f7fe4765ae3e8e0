#pragma once

#include "app/observatory.h"
#include "app/ui/rect.h"

namespace gramscope::app {

/// The controls of a recording in the top bar, between the picker and the speed: play, one recorded step back and on.
/// Laid out from slot.min.x in its height; nothing where there is one snapshot only. Gives where they end.
float draw_transport(Observatory& observatory, const Rect& slot);

/// The switch that looks for new files, and how far reading has come; as much as ends before slot.max.x. Gives where they
/// end.
float draw_follow_switch(Observatory& observatory, const Rect& slot);

}  // namespace gramscope::app
