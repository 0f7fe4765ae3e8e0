#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace gramscope {

/// Where a recorded step stands in a session: in order of time.
struct MomentKey {
  std::int64_t segment = 0;
  std::int64_t step = 0;
  friend auto operator<=>(const MomentKey&, const MomentKey&) = default;
};

/// How late a moment gives way.
enum class Protection {
  none,
  mark,      ///< after those that are not protected
  landmark,  ///< after all others
};

/// Says which of many recorded steps is missed least, so that those left lie evenly in log(1 + step).
///
/// A step's place is the distance of its two neighbours in log(1 + step), which is the gap that it would leave. Neighbours are
/// of one segment; beyond either end of a segment one is thought of at a distance of log 2, a doubling. The smallest gap goes
/// first, of equal ones the earlier step. With n steps of a segment left over a length U = log(1 + last) the smallest such gap
/// is at most 2U / (n - 2): no gap that thinning leaves is larger than about twice the even one.
///
/// The further back a segment, the coarser it gets: four segments back a gap counts half. A hundred restarts leave room for the
/// run at hand.
///
/// Protected steps go after all that are not; but marks beyond half of all steps go before those: a parameter that was moved
/// over a thousand steps does not take everybody's place. Both ends of the last segment are as landmarks, and go after those;
/// the newest step is the very last.
///
/// Each call takes the logarithm of the number of steps.
class LogThinning {
 public:
  /// Each step once.
  void insert(MomentKey key, Protection protection);
  void erase(MomentKey key);
  void protect(MomentKey key, Protection protection);

  bool contains(MomentKey key) const { return steps_.contains(key); }
  bool is_empty() const { return steps_.empty(); }
  std::size_t size() const { return steps_.size(); }
  /// The next one to go; there must be one.
  MomentKey next_to_go() const;
  /// The last one at or before; nullptr if there is none.
  const MomentKey* at_or_before(MomentKey key) const;

 private:
  enum Rank : std::size_t { kOrdinary, kMark, kLandmark, kFirst, kNewest, kRanks };
  struct Place {
    double worth = 0.0;
    MomentKey key;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Step {
    Protection protection = Protection::none;
    Rank rank = kOrdinary;
    double worth = 0.0;  ///< log2 of the gap, and a quarter for each segment
  };
  using Steps = std::map<MomentKey, Step>;

  void place(Steps::iterator at);
  void take_away(Steps::const_iterator at);
  /// Those whose place depends on the one at `at`, or on what has been there.
  void place_around(Steps::iterator at);

  Steps steps_;
  std::array<std::set<Place>, kRanks> places_;
};

}  // namespace gramscope
