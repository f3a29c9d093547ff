#include "engines/network/proxied.h"

#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <sstream>

#include "base/state_file.h"

namespace evenkeel::engines::network {
namespace {

constexpr uint32_t kLoopbackIndex = 1;  // in every network namespace

void put_address(nlmsghdr* message, uint16_t type, const IpAddress& address) {
  if (address.is_ipv4()) {
    mnl_attr_put(message, type, 4, address.ipv4_bytes().data());
  } else {
    mnl_attr_put(message, type, 16, address.bytes().data());
  }
}

Request rule_request(uint16_t type, uint16_t flags, const desired::ProxiedServer& server) {
  Request request(type, flags);
  auto* fixed = static_cast<fib_rule_hdr*>(mnl_nlmsg_put_extra_header(request.header(), sizeof(fib_rule_hdr)));
  fixed->family = server.address.is_ipv4() ? AF_INET : AF_INET6;
  fixed->src_len = static_cast<uint8_t>(server.address.bits());
  fixed->action = FR_ACT_TO_TBL;
  const fib_rule_port_range ports{server.first_port, server.last_port};
  put_address(request.header(), FRA_SRC, server.address);
  mnl_attr_put_u32(request.header(), FRA_TABLE, kProxiedTable);
  mnl_attr_put_u32(request.header(), FRA_PRIORITY, kProxiedTable);
  mnl_attr_put_u8(request.header(), FRA_IP_PROTO, IPPROTO_TCP);
  mnl_attr_put(request.header(), FRA_SPORT_RANGE, sizeof ports, &ports);
  mnl_attr_put_u8(request.header(), FRA_PROTOCOL, kAddressProtocol);
  return request;
}

// "local default dev lo": every address is ours.
Request route_request(AddressFamily family) {
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
  auto* fixed = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(request.header(), sizeof(rtmsg)));
  const bool is_ipv4 = family == AddressFamily::kIpv4;
  fixed->rtm_family = is_ipv4 ? AF_INET : AF_INET6;
  fixed->rtm_type = RTN_LOCAL;
  fixed->rtm_scope = is_ipv4 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
  fixed->rtm_protocol = kAddressProtocol;
  mnl_attr_put_u32(request.header(), RTA_TABLE, kProxiedTable);
  mnl_attr_put_u32(request.header(), RTA_OIF, kLoopbackIndex);
  return request;
}

std::set<desired::ProxiedServer> difference(const std::set<desired::ProxiedServer>& from,
                                            const std::set<desired::ProxiedServer>& without) {
  std::set<desired::ProxiedServer> rest;
  std::ranges::set_difference(from, without, std::inserter(rest, rest.end()));
  return rest;
}

}  // namespace

std::set<desired::ProxiedServer> parse_proxied(std::string_view text) {
  std::set<desired::ProxiedServer> servers;
  std::istringstream lines{std::string(text)};
  std::string address;
  for (std::string line; std::getline(lines, line);) {
    desired::ProxiedServer server;
    std::istringstream words(line);
    words >> address >> server.first_port >> server.last_port;
    const auto parsed = IpAddress::parse(address);
    if (words.fail() || !parsed) continue;
    server.address = *parsed;
    servers.insert(server);
  }
  return servers;
}

std::string render_proxied(const std::set<desired::ProxiedServer>& servers) {
  std::string text;
  for (const auto& server : servers) {
    text += fmt::format("{} {} {}\n", server.address.to_string(), server.first_port, server.last_port);
  }
  return text;
}

ProxiedServers::ProxiedServers(NetlinkSocket& requests, const std::string& state_directory)
    : requests_(requests),
      path_(state_directory + "/transparent-proxy"),
      ours_(parse_proxied(read_state_file(path_))) {}

std::vector<ObjectStatus> ProxiedServers::arrange(const std::vector<desired::ProxiedServer>& want) {
  if (want.empty() && ours_.empty()) return {};
  const auto made = make({want.begin(), want.end()});
  if (made) return {};
  return {{"network/transparent_proxy", ObjectStatus::State::kFailed, to_string(made.error())}};
}

// Those that are there already are asked for again: somebody may have removed them.
Result<> ProxiedServers::make(const std::set<desired::ProxiedServer>& want) {
  std::set<desired::ProxiedServer> both = ours_;
  both.insert(want.begin(), want.end());
  if (both != ours_) {
    if (auto remembered = write_state_file(path_, render_proxied(both)); !remembered) return remembered;
  }
  std::vector<Request> requests;
  for (const auto& server : difference(ours_, want)) requests.push_back(rule_request(RTM_DELRULE, 0, server));
  const size_t removals = requests.size();
  ours_ = both;
  for (const AddressFamily family : {AddressFamily::kIpv4, AddressFamily::kIpv6}) {
    const auto is_of = [&](const auto& server) { return server.address.family() == family; };
    if (std::ranges::any_of(want, is_of)) requests.push_back(route_request(family));
  }
  for (const auto& server : want) requests.push_back(rule_request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, server));
  const auto errors = requests_.execute(requests);
  if (!errors) return fail(errors.error());
  for (size_t i = removals; i < errors->size(); ++i) {
    const int error = (*errors)[i];
    if (error == 0 || error == EEXIST) continue;
    return fail(system_error(error, "the kernel does not keep what real servers answer to clients here"));
  }
  ours_ = want;
  return write_state_file(path_, render_proxied(ours_));
}

}  // namespace evenkeel::engines::network
