#include "engines/l7_haproxy/ports.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "base/fd.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

int bind_ipv4(const Fd& socket, const Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  const auto bytes = endpoint.address.ipv4_bytes();
  std::memcpy(&address.sin_addr, bytes.data(), bytes.size());
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

int bind_ipv6(const Fd& socket, const Endpoint& endpoint) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(endpoint.port);
  std::memcpy(&address.sin6_addr, endpoint.address.bytes().data(), endpoint.address.bytes().size());
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// As HAProxy itself would.
void set_options(const Fd& socket, bool is_ipv4) {
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (is_ipv4) {
    ::setsockopt(socket.get(), IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
  } else {
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
  }
}

std::string reason_at(const IpAddress& address, const model::PortSet& ports) {
  for (const auto& range : ports.ranges()) {
    for (int port = range.first; port <= range.last; ++port) {
      const auto tried = try_port({address, static_cast<uint16_t>(port)});
      if (!tried) return to_string(tried.error());
    }
  }
  return {};
}

std::string reason_in(const desired::Layer7Service& service) {
  auto reason = reason_at(service.configuration.address, service.configuration.ports);
  for (const auto& other : service.also_at) {
    if (reason.empty()) reason = reason_at(other.address, other.ports);
  }
  return reason;
}

}  // namespace

// Bound and not listening, it gets no connections.
Result<> try_port(const Endpoint& endpoint) {
  const bool is_ipv4 = endpoint.address.is_ipv4();
  const Fd socket(::socket(is_ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return fail(system_error("cannot make a socket"));
  set_options(socket, is_ipv4);
  if ((is_ipv4 ? bind_ipv4(socket, endpoint) : bind_ipv6(socket, endpoint)) == 0) return {};
  return fail(system_error("another program on the load balancer has this port, so HAProxy cannot listen there",
                           endpoint.to_string()));
}

std::vector<ObjectStatus> leave_out_taken_responders(desired::HttpChallenge& challenge) {
  constexpr uint16_t kHttp = 80;
  std::vector<ObjectStatus> statuses;
  std::erase_if(challenge.addresses, [&](const IpAddress& address) {
    const auto tried = try_port({address, kHttp});
    if (tried) return false;
    statuses.push_back(
        {"engine/l7_haproxy", ObjectStatus::State::kFailed, "ACME is not answered: " + to_string(tried.error())});
    return true;
  });
  return statuses;
}

std::map<std::string, std::string> taken_ports(const desired::Layer7& want) {
  std::map<std::string, std::string> taken;
  for (const auto& service : want.services) {
    if (auto reason = reason_in(service); !reason.empty()) {
      taken.emplace(service.configuration.label, std::move(reason));
    }
  }
  return taken;
}

}  // namespace evenkeel::engines::l7_haproxy
