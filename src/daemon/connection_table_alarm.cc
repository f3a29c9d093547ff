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
  const auto change = without_room_.update(now, without_room);
  sentence_ = without_room_.is_rising() ? sentence_of(without_room_.risen()) : "";
  if (change == RisingCount::Change::kNone) return std::nullopt;
  if (change == RisingCount::Change::kBegins) return Change{.is_full = true, .sentence = sentence_};
  return Change{.is_full = false,
                .sentence = fmt::format("new connections have found room for {} s", kEndsAfter.count())};
}

}  // namespace evenkeel::daemon
