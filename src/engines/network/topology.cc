#include "engines/network/topology.h"

#include <linux/if.h>
#include <linux/neighbour.h>

namespace evenkeel::engines::network {

bool Link::is_loopback() const {
  return (flags & IFF_LOOPBACK) != 0;
}

bool Link::is_up() const {
  return (flags & IFF_UP) != 0 && (flags & IFF_LOWER_UP) != 0;
}

bool Neighbour::has_mac() const {
  return (state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP)) != 0 &&
         !mac.is_zero();
}

bool Neighbour::has_failed() const {
  return (state & NUD_FAILED) != 0;
}

bool Neighbour::can_be_probed() const {
  return (state & (NUD_REACHABLE | NUD_STALE | NUD_DELAY)) != 0 && (flags & NTF_EXT_LEARNED) == 0;
}

}  // namespace evenkeel::engines::network
