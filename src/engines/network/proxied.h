#pragma once
// Transparent proxying: what real servers answer to clients is kept here, because the proxy has spoken to them in the
// clients' names. A routing rule for each real server's ports, to a table in which every address is the load balancer's
// own. No packet filter takes part in it. Rules of ours are in a file before they are made, so that those of an earlier
// process are removed when they are no longer wanted.

#include <set>
#include <string>
#include <vector>

#include "desired/state.h"
#include "engines/engine.h"
#include "engines/network/netlink.h"

namespace evenkeel::engines::network {

// Where a rule sends packets: the number of the table is also the rules' priority.
inline constexpr uint32_t kProxiedTable = 30120;

// One line each: "10.0.0.21 8080 8080". Lines that are not such are left out.
std::set<desired::ProxiedServer> parse_proxied(std::string_view text);
std::string render_proxied(const std::set<desired::ProxiedServer>& servers);

class ProxiedServers {
 public:
  ProxiedServers(NetlinkSocket& requests, const std::string& state_directory);

  // "network/transparent_proxy" where the kernel does not do it.
  std::vector<ObjectStatus> arrange(const std::vector<desired::ProxiedServer>& want);

 private:
  Result<> make(const std::set<desired::ProxiedServer>& want);

  NetlinkSocket& requests_;
  std::string path_;
  std::set<desired::ProxiedServer> ours_;
};

}  // namespace evenkeel::engines::network
