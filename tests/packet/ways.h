#pragma once
// Fixture of tests that run over forwarding methods and both families: who talks to whom, and what each sees.

#include <string>

#include "lab.h"

namespace evenkeel::packet {

constexpr uint16_t kClientPort = 40000;  // one that SNAT keeps if it is free

struct Way {
  ek_forwarding_method method;
  bool ipv6;
};

// Nat4, Tunnel6, ...
inline std::string name_of_way(const testing::TestParamInfo<Way>& info) {
  static const std::map<ek_forwarding_method, std::string> kNames = {{EK_METHOD_DIRECT_ROUTING, "DirectRouting"},
                                                                     {EK_METHOD_TUNNEL, "Tunnel"},
                                                                     {EK_METHOD_NAT, "Nat"},
                                                                     {EK_METHOD_SNAT, "Snat"}};
  return kNames.at(info.param.method) + (info.param.ipv6 ? "6" : "4");
}

inline auto translating_ways() {
  return testing::Values(Way{EK_METHOD_NAT, false}, Way{EK_METHOD_NAT, true}, Way{EK_METHOD_SNAT, false},
                         Way{EK_METHOD_SNAT, true});
}

inline auto all_ways() {
  return testing::Values(Way{EK_METHOD_DIRECT_ROUTING, false}, Way{EK_METHOD_DIRECT_ROUTING, true},
                         Way{EK_METHOD_TUNNEL, false}, Way{EK_METHOD_TUNNEL, true}, Way{EK_METHOD_NAT, false},
                         Way{EK_METHOD_NAT, true}, Way{EK_METHOD_SNAT, false}, Way{EK_METHOD_SNAT, true});
}

class WayLab : public Lab, public testing::WithParamInterface<Way> {
 protected:
  static bool ipv6() { return GetParam().ipv6; }
  static bool is_snat() { return GetParam().method == EK_METHOD_SNAT; }
  static bool is_translated() { return GetParam().method >= EK_METHOD_NAT; }

  static std::string virtual_address() { return ipv6() ? kVirtual6 : kVirtual4; }
  static std::string client_address() { return ipv6() ? kClient6 : kClient4; }
  static std::string client_address(uint32_t number) {
    return (ipv6() ? "fd77:2::" : "10.81.0.") + std::to_string(number);
  }
  static std::string real_address(size_t number = 1) {
    return (ipv6() ? "fd78::" : "10.78.0.") + std::to_string(20 + number);
  }
  // What the real server takes for the client.
  static std::string source_address() { return is_snat() ? virtual_address() : client_address(); }

  static Frame ip(const std::string& source, const std::string& destination) {
    return ipv6() ? Frame().ipv6(source, destination) : Frame().ipv4(source, destination);
  }
  static Frame request(const std::string& from = client_address()) { return ip(from, virtual_address()); }

  // The one with this number, by this test's method.
  static RealServerOptions real_server(size_t number = 1, uint32_t flags = kOnline) {
    RealServerOptions server;
    server.method = GetParam().method;
    if (server.method != EK_METHOD_DIRECT_ROUTING) server.address = real_address(number);
    server.tunnel_source = ipv6() ? "fd77::2" : "10.77.0.2";
    server.flags = flags;
    return server;
  }
  void serve(size_t count, const ServiceOptions& options = {}) {
    std::vector<RealServerOptions> list;
    for (size_t number = 1; number <= count; ++number) list.push_back(real_server(number));
    farm(list, options);
  }
};

}  // namespace evenkeel::packet
