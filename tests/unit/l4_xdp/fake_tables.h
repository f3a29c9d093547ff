#pragma once
// The data plane's maps in memory: with a journal of what was written, and faults on demand.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engines/l4_xdp/service_keys.h"
#include "engines/l4_xdp/tables.h"

namespace evenkeel::engines::l4_xdp {

class FakeTables final : public Tables {
 public:
  std::map<uint32_t, ek_real_server> real_servers;
  std::map<uint32_t, ek_service> services;
  std::map<uint32_t, std::vector<uint16_t>> rings;
  std::map<ek_service_key, ek_service_value, KeyLess> keys;
  std::map<uint32_t, ek_sources> sources;
  std::map<uint32_t, ek_address> tunnel_sources;
  std::set<IpAddress> translated;
  std::map<uint32_t, Totals> totals;

  std::vector<std::string> journal;  // "real_server 1", "ring 1", "service 1", "key 80", "erase_key 80", ...
  std::function<bool(const std::string&)> fails = [](const std::string&) { return false; };  // asked with journal lines

  Result<> visit_real_servers(const std::function<void(const RealServerEntry&)>& visit) const override {
    for (const auto& [id, record] : real_servers) visit({.id = id, .record = record});
    return {};
  }
  Result<> visit_services(const std::function<void(const ServiceEntry&)>& visit) const override {
    for (const auto& [id, record] : services) visit({id, record});
    return {};
  }
  Result<> visit_keys(const std::function<void(const KeyEntry&)>& visit) const override {
    for (const auto& [key, value] : keys) visit({key, value});
    return {};
  }
  Result<std::vector<uint16_t>> read_ring(uint32_t service, uint32_t length) const override {
    const auto found = rings.find(service);
    if (found == rings.end() || length == 0) return std::vector<uint16_t>{};
    std::vector<uint16_t> ring = found->second;
    if (ring.size() > length) ring.resize(length);
    return ring;
  }
  Result<std::vector<Totals>> read_totals(std::span<const uint32_t> ids) const override {
    std::vector<Totals> values;
    for (const uint32_t id : ids) {
      const auto found = totals.find(id);
      values.push_back(found == totals.end() ? Totals{} : found->second);
    }
    return values;
  }

  Result<> write_real_servers(std::span<const RealServerEntry> entries) override {
    return each(entries, "real_server ", [this](const RealServerEntry& entry) {
      real_servers[entry.id] = entry.record;
      tunnel_sources[entry.id] = entry.tunnel_source;
    });
  }
  Result<> reset_real_servers(std::span<const uint32_t> ids) override {
    for (const uint32_t id : ids) {
      if (auto done = note("reset " + std::to_string(id)); !done) return done;
      totals.erase(id);
    }
    return {};
  }
  Result<> write_services(std::span<const ServiceEntry> entries) override {
    return each(entries, "service ", [this](const ServiceEntry& entry) { services[entry.id] = entry.record; });
  }
  Result<> reset_services(std::span<const uint32_t> ids) override {
    for (const uint32_t id : ids) {
      if (auto done = note("reset_service " + std::to_string(id)); !done) return done;
    }
    return {};
  }
  void write_sources(uint32_t service, const ek_sources& written) override { sources[service] = written; }
  void add_translated(std::span<const ek_address> addresses) override {
    for (const ek_address& address : addresses) translated.insert(from_abi(address));
  }
  void write_translated(std::span<const ek_address> addresses) override {
    translated.clear();
    add_translated(addresses);
  }
  Result<> write_rings(std::span<const RingEntry> entries) override {
    for (const RingEntry& entry : entries) {
      if (auto done = note("ring " + std::to_string(entry.service)); !done) return done;
      if (entry.ring.empty())
        rings.erase(entry.service);
      else
        rings[entry.service] = entry.ring;
    }
    return {};
  }
  Result<> write_keys(std::span<const KeyEntry> entries) override {
    for (const KeyEntry& entry : entries) {
      if (auto done = note("key " + name(entry.key)); !done) return done;
      keys[entry.key] = entry.value;
    }
    return {};
  }
  Result<> erase_keys(std::span<const ek_service_key> erased) override {
    for (const ek_service_key& key : erased) {
      if (auto done = note("erase_key " + name(key)); !done) return done;
      keys.erase(key);
    }
    return {};
  }

  // "10.0.0.1:80/6"
  static std::string name(const ek_service_key& key) {
    const auto port = static_cast<uint16_t>(key.port_be << 8 | key.port_be >> 8);
    return from_abi(key.address).to_string() + ":" + std::to_string(port) + "/" + std::to_string(key.protocol);
  }

 private:
  template <class Entry, class Do>
  Result<> each(std::span<const Entry> entries, const std::string& what, const Do& perform) {
    for (const Entry& entry : entries) {
      if (auto done = note(what + std::to_string(entry.id)); !done) return done;
      perform(entry);
    }
    return {};
  }
  Result<> note(const std::string& line) {
    if (fails(line)) return fail(ErrorCode::kResourceExhausted, "the map is full");
    journal.push_back(line);
    return {};
  }
};

}  // namespace evenkeel::engines::l4_xdp
