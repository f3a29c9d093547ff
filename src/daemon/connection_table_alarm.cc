#include "daemon/connection_table_alarm.h"

#include <fmt/format.h>

namespace evenkeel::daemon {
namespace {

std::string sentence_of(uint64_t packets) {
  return fmt::format(
      "new connections find no room in the connection table ({} packets so far): they are forwarded by hash, and "
      "dropped with NAT and SNAT. Enlarge it (--connections, --connections-ipv6, when its maps are made), or "
      "shorten timeouts",
      packets);
}

}  // namespace

std::optional<ConnectionTableAlarm::Change> ConnectionTableAlarm::update(SteadyTime now, uint64_t without_room) {
  const uint64_t more = last_ && without_room > *last_ ? without_room - *last_ : 0;
  const bool was_full = !sentence_.empty();
  last_ = without_room;
  if (more > 0) {
    last_rise_ = now;
    since_begin_ = was_full ? since_begin_ + more : more;
    sentence_ = sentence_of(since_begin_);
    return was_full ? std::nullopt : std::optional(Change{.is_full = true, .sentence = sentence_});
  }
  if (!was_full || now - last_rise_ < kEndsAfter) return std::nullopt;
  sentence_.clear();
  return Change{.is_full = false,
                .sentence = fmt::format("new connections have found room for {} s", kEndsAfter.count())};
}

}  // namespace evenkeel::daemon
