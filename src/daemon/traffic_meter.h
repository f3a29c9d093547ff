#pragma once
// Rates from successive readings of the counters. Pure: the caller says when a reading was taken. Readings of the last
// ten seconds are kept as they come, older ones every ten seconds, so that thousands of real servers cost little
// memory.

#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engines/l4_xdp/engine.h"
#include "model/operator_action.h"
#include "observed/snapshot.h"

namespace evenkeel::daemon {

class TrafficMeter {
 public:
  // What is not in this reading is forgotten. What counts less than before was added anew: its rates start over.
  void add(SteadyTime at, const engines::l4_xdp::L4Engine::Counters& counters);

  // Per second, between the last reading and the one that is nearest to the window's length before it, if there is one
  // that is at least half as long before.
  observed::Windows<observed::Rate> of(const model::RealServerKey& real_server) const;
  observed::Windows<observed::Rate> of(const std::string& virtual_service) const;
  observed::Windows<double> of_reason(const std::string& name) const;
  observed::Windows<double> of_reason(const engines::l4_xdp::L4Engine::ServiceReason& of_service) const;

 private:
  using Totals = std::array<uint64_t, 5>;  // connections, packets, bytes, packets_out, bytes_out
  // Equal readings stand once: most real servers are idle most of the time.
  struct Run {
    Totals totals;
    uint32_t readings = 0;
  };
  using Series = std::vector<Run>;  // of the newest readings; the last one is that of times_.back()
  struct Reading {
    SteadyTime at;
    bool is_kept_long = false;
  };

  static Totals totals_of(const observed::Counters& counters);
  static void push(Series& series, const Totals& now);
  static size_t readings_of(const Series& series);
  static const Totals& reading_of(const Series& series, size_t reading);
  static void erase(Series& series, size_t reading);
  template <class Map>
  static void append(std::map<typename Map::key_type, Series>& all, const Map& read,
                     Totals (*totals)(const typename Map::mapped_type&));
  std::vector<size_t> outdated() const;
  template <class Key>
  void drop(std::map<Key, Series>& all, size_t reading) const;
  observed::Windows<observed::Rate> windows(const Series& series) const;
  template <class Key>
  observed::Windows<double> packets_of(const std::map<Key, Series>& all, const Key& key) const;
  std::optional<observed::Rate> rate(const Series& series, SteadyTime::duration window) const;

  std::vector<Reading> times_;  // oldest first
  std::map<model::RealServerKey, Series> real_servers_;
  std::map<std::string, Series> virtual_services_, reasons_;
  std::map<engines::l4_xdp::L4Engine::ServiceReason, Series> service_reasons_;
};

}  // namespace evenkeel::daemon
