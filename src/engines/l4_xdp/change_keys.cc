// The second half of a change: keys, removals, and the books.
#include <algorithm>
#include <set>

#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/change.h"
#include "engines/l4_xdp/write_each.h"

namespace evenkeel::engines::l4_xdp {

ServiceKeys Change::wanted_keys() const {
  ServiceKeys keys;
  for (const Plan& plan : plans_) {
    // A key must never lead to a service that is not there. Contradictions were refused before; what is left of them
    // here is an older version of a refused service, and it gives way.
    if (plan.id != 0 && ledger_.services.contains(plan.id)) keys.add(*plan.want, plan.id);
  }
  return keys;
}

// Then there is nothing to compare: with many services that takes most of the time of a small change.
bool Change::are_keys_in_force() const {
  return ledger_.keys_are_complete && plans_.size() == ledger_.services.size() &&
         std::ranges::all_of(plans_, &Plan::has_same_keys);
}

void Change::write_keys() {
  if (are_keys_in_force()) return;
  ledger_.keys_are_complete = true;  // until a failure says otherwise
  const ServiceKeys wanted = wanted_keys();
  std::vector<KeyEntry> changed;
  for (const auto& [key, target] : wanted.map()) {
    const KeyTarget* held = ledger_.keys.find(key);
    if (held == nullptr || !(*held == target)) changed.push_back({.key = key, .value = to_abi(target)});
  }
  std::set<size_t> failed;
  for (const EntryFailure& failure : write_each(changed, [this](auto part) { return tables_.write_keys(part); })) {
    failed.insert(failure.entry);
    fail_key(changed[failure.entry].key, from_abi(changed[failure.entry].value), retried(failure.error));
  }
  for (size_t entry = 0; entry < changed.size(); ++entry) {
    if (!failed.contains(entry)) ledger_.keys.put(changed[entry].key, from_abi(changed[entry].value));
  }
  erase_keys(wanted);
}

void Change::erase_keys(const ServiceKeys& wanted) {
  std::vector<ek_service_key> gone;
  for (const auto& [key, target] : ledger_.keys.map()) {
    if (wanted.find(key) == nullptr) gone.push_back(key);
  }
  std::set<size_t> failed;
  for (const EntryFailure& failure : write_each(gone, [this](auto part) { return tables_.erase_keys(part); })) {
    failed.insert(failure.entry);
    fail_key(gone[failure.entry], *ledger_.keys.find(gone[failure.entry]), retried(failure.error));
  }
  for (size_t entry = 0; entry < gone.size(); ++entry) {
    if (!failed.contains(entry)) ledger_.keys.erase(gone[entry]);
  }
}

void Change::remove_services() {
  if (are_keys_in_force()) return;  // so every service is wanted
  const std::vector<uint32_t> reachable = ledger_.keys.services();
  std::vector<ServiceEntry> gone;
  for (const auto& [id, record] : ledger_.services) {
    if (plan_by_service_.contains(id) || std::ranges::binary_search(reachable, id)) continue;
    ek_service freed{};
    freed.generation = record.generation;
    gone.push_back({.id = id, .record = freed});
  }
  std::set<size_t> failed;
  for (const EntryFailure& failure : write_each(gone, [this](auto part) { return tables_.write_services(part); })) {
    failed.insert(failure.entry);
    fail_removal(gone[failure.entry].id, retried(failure.error));
  }
  std::vector<RingEntry> rings;
  for (size_t entry = 0; entry < gone.size(); ++entry) {
    if (failed.contains(entry)) continue;
    const uint32_t id = gone[entry].id;
    ledger_.services.erase(id);
    ledger_.service_slots.release(id);
    ledger_.in_force.erase(id);
    ledger_.deleted.erase(id);
    labels_.erase_service(id);
    if (ledger_.rings.contains(id)) rings.push_back({.service = id, .ring = {}});
  }
  // A ring that stays behind is unreachable, and replaced when the slot is used again.
  const auto left = write_each(rings, [this](auto part) { return tables_.write_rings(part); });
  std::set<size_t> kept;
  for (const EntryFailure& failure : left) kept.insert(failure.entry);
  for (size_t entry = 0; entry < rings.size(); ++entry) {
    if (!kept.contains(entry)) ledger_.rings.erase(rings[entry].service);
  }
}

bool Change::is_any_real_server_unwanted() const {
  size_t wanted = 0;
  for (const Plan& plan : plans_) {
    if (plan.service_has_failed || !ledger_.services.contains(plan.id)) return true;
    wanted += plan.members.size() - static_cast<size_t>(std::ranges::count(plan.members, 0U));
  }
  return wanted != ledger_.real_servers.size();  // every wanted one is in the ledger
}

// A real server goes when nothing refers to it any more: its service is gone, or has a ring without it.
void Change::remove_real_servers() {
  if (!is_any_real_server_unwanted()) return;
  std::vector<bool> is_wanted(EK_MAX_REAL_SERVERS + 1, false);
  for (const Plan& plan : plans_) {
    for (const uint32_t id : plan.members) is_wanted[id] = true;
  }
  std::vector<RealServerEntry> gone;
  for (const uint32_t id : ledger_.real_servers.ids()) {
    const ek_real_server& record = *ledger_.real_servers.find(id);
    if (ledger_.services.contains(record.service)) {
      const Plan* plan = plan_of(record.service);
      if (is_wanted[id] || plan == nullptr || plan->service_has_failed) continue;
    }
    ek_real_server freed{};
    freed.generation = record.generation;
    freed.flags = EK_REAL_SERVER_RESETS;  // its connections are over, and TCP clients learn it at their next packet
    gone.push_back({.id = id, .record = freed});
  }
  keep_totals(gone);
  std::set<size_t> failed;
  for (const EntryFailure& failure : write_each(gone, [this](auto part) { return tables_.write_real_servers(part); })) {
    failed.insert(failure.entry);
    fail_removal(ledger_.real_servers.find(gone[failure.entry].id)->service, retried(failure.error));
  }
  for (size_t entry = 0; entry < gone.size(); ++entry) {
    if (failed.contains(entry)) continue;
    ledger_.real_servers.erase(gone[entry].id);
    ledger_.real_server_slots.release(gone[entry].id);
    labels_.erase_real_server(gone[entry].id);
  }
}

// The totals of a virtual service include what its deleted real servers counted; known to this process only.
void Change::keep_totals(const std::vector<RealServerEntry>& removed) {
  std::vector<uint32_t> ids;
  ids.reserve(removed.size());
  for (const RealServerEntry& entry : removed) ids.push_back(entry.id);
  const auto totals = tables_.read_totals(ids);
  if (!totals) return;  // a count that is lost must not keep a real server alive
  for (size_t index = 0; index < ids.size(); ++index) {
    const uint32_t service = ledger_.real_servers.find(ids[index])->service;
    if (!ledger_.services.contains(service)) continue;
    Totals& sum = ledger_.deleted[service];
    sum.packets += (*totals)[index].packets;
    sum.bytes += (*totals)[index].bytes;
    sum.connections += (*totals)[index].connections;
    sum.packets_out += (*totals)[index].packets_out;
    sum.bytes_out += (*totals)[index].bytes_out;
  }
}

void Change::conclude() {
  for (Plan& plan : plans_) {
    if (plan.id == 0 || plan.is_unchanged) continue;
    if (!ledger_.services.contains(plan.id)) {  // new, and it failed
      ledger_.service_slots.release(plan.id);
      continue;
    }
    InForce& in_force = ledger_.in_force[plan.id];
    // While the service itself failed, what it was before is still what is in force; but it must be tried again.
    if (!plan.service_has_failed || plan.is_new) {
      in_force.want = *plan.want;
      in_force.members = plan.members;
      set_labels(plan);
    }
    in_force.is_complete = !plan.has_failed;
  }
}

void Change::set_labels(const Plan& plan) {
  labels_.set_service(plan.id, plan.want->label);
  for (size_t member = 0; member < plan.members.size(); ++member) {
    if (plan.members[member] == 0) continue;
    labels_.set_real_server(plan.members[member], {plan.want->label, plan.want->real_servers[member].label});
  }
}

void Change::fail_service(Plan& plan, const std::string& reason) {
  if (!plan.service_has_failed) failures_.push_back({object_name(*plan.want), ObjectStatus::State::kFailed, reason});
  plan.has_failed = true;
  plan.service_has_failed = true;
}

void Change::fail_member(Plan& plan, size_t member, const std::string& reason) {
  plan.has_failed = true;
  failures_.push_back({object_name(*plan.want, plan.want->real_servers[member]), ObjectStatus::State::kFailed, reason});
}

void Change::fail_key(const ek_service_key& key, const KeyTarget& target, const std::string& reason) {
  ledger_.keys_are_complete = false;
  std::set<uint32_t> services;
  if (target.service != 0) services.insert(target.service);
  for (const ek_port_range& range : target.ranges) services.insert(range.service);
  const IpAddress address = from_abi(key.address);
  if (services.empty()) {  // the key of the address itself: it serves all that have it
    for (const Plan& plan : plans_) {
      if (plan.id != 0 && plan.want->address == address) services.insert(plan.id);
    }
  }
  if (services.empty())
    failures_.push_back({"virtual_address/" + address.to_string(), ObjectStatus::State::kFailed, reason});
  for (const uint32_t service : services) {
    if (Plan* plan = plan_of(service)) {
      fail_service(*plan, reason);
    } else {
      fail_removal(service, reason);
    }
  }
}

void Change::fail_removal(uint32_t service, const std::string& reason) {
  const std::string label = labels_.service(service);
  failures_.push_back({"virtual_service/" + (label.empty() ? "#" + std::to_string(service) : label),
                       ObjectStatus::State::kFailed, "cannot be removed wholly: " + reason});
}

Change::Plan* Change::plan_of(uint32_t service) {
  const auto found = plan_by_service_.find(service);
  return found == plan_by_service_.end() ? nullptr : &plans_[found->second];
}

}  // namespace evenkeel::engines::l4_xdp
