#pragma once
// The data plane that frames are fuzzed against: a virtual service of every kind on one address per family, in tables
// so small that they fill up.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data_plane.h"
#include "tuple.h"

namespace evenkeel::packet {

inline const std::string kFarm4 = "10.77.0.100", kFarm6 = "fd77::100";

enum FarmPort : uint16_t {
  kDirectPort = 445,  // and the other forwarding methods behind it, by number
  kPersistentPort = 500,
  kOnePacketPort,
  kLimitedPort,
  kFallbackPort,
  kHaltedPort,
  kOtherLinkPort,  // real servers behind another interface, and behind a VLAN
  kCookiePort,     // flooded from its first half-open connection on
  kTwicePort,      // as well
  kFirstRangePort = 9000,
  kLastRangePort = 9100,
};

constexpr uint32_t kFarmServers = 46;  // of both families

class Farm {
 public:
  Farm();

  DataPlane& plane() { return plane_; }
  // Forgets connections and time, and keeps the configuration.
  void forget();

  struct Server {
    RealServerOptions options;
    bool ipv6 = false;
    uint16_t port = 0;  // of its virtual service, whose one source address is the virtual address
  };
  const Server& server(uint32_t id) const { return servers_.at(id); }
  uint32_t server_count() const { return servers_.size() - 1; }  // their numbers are 1 and up

  // Port of the virtual service that packets to here belong to. 0: to none.
  static uint16_t service_port(const Tuple& tuple);
  // The real server's own end of a connection with this virtual port.
  Endpoint real_end(uint32_t id, uint16_t virtual_port) const;

  // What the connection table has of a client's connection.
  struct Record {
    uint32_t server = 0, created = 0, expires = 0;
    uint8_t state = 0;
    Endpoint source;  // what a server of NAT or SNAT takes for the client
    auto operator<=>(const Record&) const = default;
  };
  std::optional<Record> record(const Tuple& tuple) const;

  struct Counts {
    std::array<uint64_t, EK_REASONS_COUNT> reasons = {};
    std::vector<ek_counters> servers;  // by number
  };
  Counts counts() const;

 private:
  void serve(uint16_t port, const ServiceOptions& service, const std::vector<RealServerOptions>& servers);
  void serve_family(bool ipv6, uint16_t port, const ServiceOptions& service, std::vector<RealServerOptions> servers);
  void map_tables();

  DataPlane plane_;
  std::vector<Server> servers_;
  struct Table {
    void* memory;
    size_t size;
  };
  std::vector<Table> tables_;
};

}  // namespace evenkeel::packet
