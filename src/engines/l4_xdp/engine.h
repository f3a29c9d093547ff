#pragma once
// The layer-4 engine: keeps the pinned maps of the XDP program equal to desired::Layer4, and the program attached.
// On start it adopts what is pinned; nothing of the data plane stops when the process does. Not thread-safe; used from
// the control loop, except what reads counters, or reads, clears or sweeps the connection table, which may run in a
// worker.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "desired/state.h"
#include "engines/engine.h"
#include "engines/next_hop.h"
#include "model/operator_action.h"
#include "observed/connection.h"
#include "observed/snapshot.h"
#include "observed/source_ports.h"

namespace evenkeel::engines::l4_xdp {

class L4Engine final : public Engine<desired::Layer4> {
 public:
  struct Options {
    std::string pin_directory = "/sys/fs/bpf/evenkeel";  // a bpffs is mounted here when there is none
    uint64_t ipv4_connections = 1 << 20;                 // rounded to whole sets; only at creation of the maps
    uint64_t ipv6_connections = 1 << 18;
  };
  struct Interface {
    uint32_t index = 0;
    std::string name;
    bool leaves_checksums = false;  // frames may come from it with checksums that nobody has computed yet
  };

  // kUnsupported names what the kernel lacks. Adopts pinned maps of the same ABI; replaces the program in the links.
  static Result<std::unique_ptr<L4Engine>> open(const Options& options);
  ~L4Engine() override;  // closes; leaves everything pinned and forwarding

  std::vector<ObjectStatus> check(const desired::Layer4& want) const override;
  Result<ApplyReport> apply(const desired::Layer4& want) override;

  // Attaches to these, detaches from all others that this engine had attached to. Native mode if the driver can,
  // else generic with a notice. Object: "interface/eth0".
  ApplyReport attach(const std::vector<Interface>& interfaces);
  // Cheap: one map write per real server with that address, only if something changed.
  void set_next_hop(const NextHop& next_hop);

  // Frees expired connections so that counts are exact; the data plane does without when this is not called. In any
  // thread, one at a time.
  Result<> sweep();

  using ServiceReason = std::pair<std::string, std::string>;  // label of the virtual service, name of the reason
  struct Counters {
    std::map<model::RealServerKey, observed::Counters> real_servers;
    std::map<std::string, observed::Counters> virtual_services;  // totals, deleted real servers included
    std::map<std::string, uint64_t> half_open;                   // TCP connections, by virtual service
    std::vector<observed::Reason> reasons;
    std::map<ServiceReason, uint64_t> service_reasons;  // packets; those that happened
    uint64_t connection_table_size = 0, connection_table_used = 0;
  };
  // Who is to be counted.
  struct Counted {
    std::vector<uint32_t> real_servers;
    struct Service {
      uint32_t id = 0, generation = 0;
      std::string label;
      observed::Counters deleted;  // what its deleted real servers counted
    };
    std::vector<Service> services;
  };
  Counted counted() const;
  Result<Counters> counters(const Counted& counted) const;  // in any thread
  Result<Counters> counters() const { return counters(counted()); }
  // A page each; see ConnectionTable. In any thread.
  Result<observed::Page<observed::Connection>> connections(const observed::ConnectionFilter& filter,
                                                           uint64_t position) const;
  Result<observed::Page<observed::PersistenceEntry>> persistence(const observed::ConnectionFilter& filter,
                                                                 uint64_t position) const;
  Result<observed::ClearedPage> clear_persistence(const observed::ConnectionFilter& filter, uint64_t position) const;
  // SNAT's source ports in use, the fullest first: reads the whole connection table, for a worker.
  Result<std::vector<observed::SourcePorts>> source_ports() const;
  // No source address has more in use for a real server; from the live counts, so that it costs next to nothing.
  uint64_t most_source_ports() const;
  Result<observed::Explanation> explain(const observed::ExplainQuery& query) const;

 private:
  class Impl;
  explicit L4Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace evenkeel::engines::l4_xdp
