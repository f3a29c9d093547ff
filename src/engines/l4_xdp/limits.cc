#include "engines/l4_xdp/limits.h"

#include <algorithm>
#include <set>

#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/service_keys.h"

namespace evenkeel::engines::l4_xdp {
namespace {

static_assert(EK_MAX_REAL_SERVERS == 65535, "named in a message");

using Endpoint = std::pair<IpAddress, uint16_t>;

bool has_duplicates(const std::vector<desired::RealServer>& real_servers) {
  std::vector<Endpoint> endpoints;
  endpoints.reserve(real_servers.size());
  for (const desired::RealServer& server : real_servers) endpoints.emplace_back(server.address, server.port);
  std::ranges::sort(endpoints);
  return std::ranges::adjacent_find(endpoints) != endpoints.end();
}

class Check {
 public:
  std::vector<ObjectStatus> run(const desired::Layer4& want) {
    for (const desired::VirtualService& service : want.virtual_services) {
      if (auto reason = refusal(service))
        refuse(object_name(service), std::move(*reason));
      else
        check_real_servers(service);
    }
    return std::move(problems_);
  }

 private:
  std::optional<std::string> refusal(const desired::VirtualService& service) {
    if (!labels_.insert(service.label).second) return "two virtual services have this label: rename one";
    if (service.ports.ranges().empty()) return "it has no port: give it at least one";
    if (services_ + 1 >= EK_MAX_SERVICES) {
      return "more than " + std::to_string(EK_MAX_SERVICES - 1) + " virtual services: remove some";
    }
    if (auto reason = keys_.add(service, services_ + 1)) return reason;
    if (keys_.size() > EK_MAX_SERVICE_KEYS) {
      return "more than " + std::to_string(EK_MAX_SERVICE_KEYS) +
             " addresses and ports over all virtual services: write ports as long ranges";
    }
    ++services_;
    return std::nullopt;
  }

  void check_real_servers(const desired::VirtualService& service) {
    const bool has_twins = has_duplicates(service.real_servers);
    std::set<Endpoint> endpoints;
    for (const desired::RealServer& real_server : service.real_servers) {
      const char* reason = nullptr;
      if (real_server.address.family() != service.address.family())
        reason = "its address and the virtual service's are not both IPv4 or both IPv6: give it one that is";
      else if (has_twins && !endpoints.insert({real_server.address, real_server.port}).second)
        reason = "another real server of this virtual service has the same address and port: remove one";
      else if (real_servers_ == EK_MAX_REAL_SERVERS)
        reason = "more than 65535 real servers over all virtual services: remove some";
      else
        ++real_servers_;
      if (reason != nullptr) refuse(object_name(service, real_server), reason);
    }
  }

  void refuse(std::string object, std::string reason) {
    problems_.push_back({std::move(object), ObjectStatus::State::kFailed, std::move(reason)});
  }

  std::vector<ObjectStatus> problems_;
  std::set<std::string> labels_;
  ServiceKeys keys_;
  uint32_t services_ = 0, real_servers_ = 0;
};

}  // namespace

std::vector<ObjectStatus> check_limits(const desired::Layer4& want) {
  return Check().run(want);
}

}  // namespace evenkeel::engines::l4_xdp
