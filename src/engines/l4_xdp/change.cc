#include "engines/l4_xdp/change.h"

#include <arpa/inet.h>

#include <algorithm>
#include <unordered_set>

#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/match.h"
#include "engines/l4_xdp/rings.h"
#include "engines/l4_xdp/write_each.h"
#include "engines/l4_xdp/writer.h"

namespace evenkeel::engines::l4_xdp {
namespace {

ek_real_server real_server_record(const desired::RealServer& want, uint32_t service, uint32_t generation) {
  ek_real_server record{};
  record.method = static_cast<ek_u8>(method_of(want.forwarding_method));
  record.port_be = htons(want.port);
  if (want.takes_new) record.flags |= EK_REAL_SERVER_TAKES_NEW;
  if (want.established == desired::Established::kKeep) record.flags |= EK_REAL_SERVER_KEEPS_ESTABLISHED;
  if (want.established == desired::Established::kReset) record.flags |= EK_REAL_SERVER_RESETS;
  if (want.failed) record.flags |= EK_REAL_SERVER_FAILED;
  record.service = service;
  record.weight = want.weight;
  record.minimum_connections = want.minimum_connections;
  record.maximum_connections = want.maximum_connections;
  record.generation = generation;
  record.address = to_abi(want.address);
  return record;
}

}  // namespace

std::vector<ObjectStatus> Change::run(std::span<const desired::VirtualService* const> services) {
  choose_slots(services);
  write_real_servers();
  compute_rings();
  write_rings(RingChange::kGrows);
  write_services();
  write_rings(RingChange::kShrinks);
  write_keys();
  remove_services();
  remove_real_servers();
  forget_translated();
  conclude();
  return std::move(failures_);
}

void Change::compare_with_in_force(Plan& plan) const {
  const auto found = ledger_.in_force.find(plan.id);
  if (found == ledger_.in_force.end()) return;
  const InForce& in_force = found->second;
  plan.has_same_keys = has_same_keys(in_force.want, *plan.want);
  plan.is_unchanged = in_force.is_complete && in_force.want == *plan.want;
}

void Change::choose_slots(std::span<const desired::VirtualService* const> services) {
  const std::vector<uint32_t> ids = match_services(ledger_, services);
  plans_.resize(services.size());
  for (size_t index = 0; index < services.size(); ++index) {
    Plan& plan = plans_[index];
    plan.want = services[index];
    plan.id = ids[index];
    if (plan.id != 0) {
      plan.generation = ledger_.services.at(plan.id).generation;
      compare_with_in_force(plan);
    } else if (const auto slot = ledger_.service_slots.take()) {
      plan.id = slot->id;
      plan.generation = slot->generation;
      plan.is_new = true;
    } else {
      fail_service(plan, "no place is free until others are removed; it will be tried again");
    }
    plan_by_service_.emplace(plan.id, index);
    if (plan.is_unchanged) {
      plan.members = ledger_.in_force.at(plan.id).members;
    } else {
      plan.members.assign(plan.want->real_servers.size(), 0);
    }
  }
}

void Change::collect_real_servers(size_t plan_index, std::vector<RealServerEntry>& entries,
                                  std::vector<RealServerWrite>& writes) {
  Plan& plan = plans_[plan_index];
  for (size_t member = 0; member < plan.members.size(); ++member) {
    const desired::RealServer& want = plan.want->real_servers[member];
    const bool translates = is_translated(method_of(want.forwarding_method));
    uint32_t id = ledger_.real_servers.find(plan.id, {want.address, want.port, translates});
    const ek_real_server* old = id == 0 ? nullptr : ledger_.real_servers.find(id);
    uint32_t generation = old == nullptr ? 0 : old->generation;
    if (old == nullptr) {
      const auto slot = ledger_.real_server_slots.take();
      if (!slot) {
        fail_member(plan, member, "no place is free until others are removed; it will be tried again");
        continue;
      }
      id = slot->id;
      generation = slot->generation;
    }
    RealServerEntry entry{.id = id, .record = real_server_record(want, plan.id, generation)};
    const auto next_hop = ledger_.next_hops.find(want.address);
    if (next_hop != ledger_.next_hops.end()) set_next_hop(entry, &next_hop->second);
    plan.members[member] = id;
    if (old != nullptr && same_bytes(*old, entry.record)) continue;
    entries.push_back(entry);
    writes.push_back({.plan = plan_index, .member = member, .is_new = old == nullptr});
  }
}

void Change::write_real_servers() {
  std::vector<RealServerEntry> entries;
  std::vector<RealServerWrite> writes;
  for (size_t index = 0; index < plans_.size(); ++index) {
    if (plans_[index].id != 0 && !plans_[index].is_unchanged) collect_real_servers(index, entries, writes);
  }
  clear_reused_slots(entries, writes);
  mark_translated(entries);
  const auto failures = write_each(entries, [this](auto part) { return tables_.write_real_servers(part); });
  std::vector<bool> has_failed(entries.size(), false);
  for (const EntryFailure& failure : failures) {
    has_failed[failure.entry] = true;
    fail_write(writes[failure.entry], failure.error);
  }
  for (size_t entry = 0; entry < entries.size(); ++entry) {
    if (!has_failed[entry]) ledger_.real_servers.put(entries[entry].id, entries[entry].record);
  }
}

// Before a packet can be translated, its answers must be looked for.
void Change::mark_translated(const std::vector<RealServerEntry>& entries) {
  std::vector<ek_address> addresses;
  for (const RealServerEntry& entry : entries) {
    if (is_translated(entry.record)) addresses.push_back(entry.record.address);
  }
  if (!addresses.empty()) tables_.add_translated(addresses);
}

// A slot that was used before gets its new generation first, and nothing else: from then on no connection of its last
// use can count in it, and its counts can be cleared. Killed in between, it is a free slot. Those that fail are left
// out.
void Change::clear_reused_slots(std::vector<RealServerEntry>& entries, std::vector<RealServerWrite>& writes) {
  std::vector<RealServerEntry> claims;
  for (size_t entry = 0; entry < entries.size(); ++entry) {
    if (!writes[entry].is_new || entries[entry].record.generation == 1) continue;
    RealServerEntry& claim = claims.emplace_back();
    claim.id = entries[entry].id;
    claim.record.generation = entries[entry].record.generation;
  }
  const auto clear = [this](std::span<const RealServerEntry> part) {
    std::vector<uint32_t> ids;
    for (const RealServerEntry& claim : part) ids.push_back(claim.id);
    auto written = tables_.write_real_servers(part);
    return written ? tables_.reset_real_servers(ids) : written;
  };
  for (const EntryFailure& failure : write_each(claims, clear)) {
    const auto failed = std::ranges::find(entries, claims[failure.entry].id, &RealServerEntry::id);
    const auto write = writes.begin() + (failed - entries.begin());
    fail_write(*write, failure.error);
    writes.erase(write);
    entries.erase(failed);
  }
}

void Change::fail_write(const RealServerWrite& write, const Error& error) {
  Plan& plan = plans_[write.plan];
  if (write.is_new) {
    ledger_.real_server_slots.release(plan.members[write.member]);
    plan.members[write.member] = 0;
  }
  fail_member(plan, write.member, retried(error));
}

// What is no longer translated costs its packets a look-up more than needed.
void Change::forget_translated() {
  tables_.write_translated(ledger_.real_servers.translated());
}

void Change::compute_rings() {
  for (Plan& plan : plans_) {
    if (plan.id == 0 || plan.is_unchanged) continue;
    std::vector<RingMember> members;
    for (size_t member = 0; member < plan.members.size(); ++member) {
      const uint32_t id = plan.members[member];
      if (id == 0) continue;
      const desired::RealServer& want = plan.want->real_servers[member];
      members.push_back({.id = static_cast<uint16_t>(id), .address = want.address, .weight = want.weight});
    }
    plan.ring = build_ring(plan.want->scheduler, members);
  }
}

void Change::write_rings(RingChange change) {
  std::vector<RingEntry> entries;
  std::vector<Plan*> owners;
  for (Plan& plan : plans_) {
    if (plan.id == 0 || plan.is_unchanged || plan.service_has_failed) continue;
    const auto old = ledger_.rings.find(plan.id);
    const RingPrint held = old == ledger_.rings.end() ? RingPrint{} : old->second;
    if (held == print_of(plan.ring)) continue;
    if ((plan.ring.size() >= held.length) != (change == RingChange::kGrows)) continue;
    entries.push_back({.service = plan.id, .ring = plan.ring});
    owners.push_back(&plan);
  }
  const auto failures = write_each(entries, [this](auto part) { return tables_.write_rings(part); });
  for (const EntryFailure& failure : failures) fail_service(*owners[failure.entry], retried(failure.error));
  for (size_t entry = 0; entry < entries.size(); ++entry) {
    if (!owners[entry]->service_has_failed) ledger_.rings[entries[entry].service] = print_of(entries[entry].ring);
  }
}

void Change::write_services() {
  std::vector<ServiceEntry> entries;
  std::vector<Plan*> owners;
  std::vector<uint32_t> fresh;
  for (Plan& plan : plans_) {
    if (plan.id == 0 || plan.is_unchanged || plan.service_has_failed) continue;
    tables_.write_sources(plan.id, sources_of(*plan.want));
    ServiceEntry entry{.id = plan.id, .record = service_record(*plan.want)};
    entry.record.generation = plan.generation;
    entry.record.ring_length = static_cast<ek_u32>(plan.ring.size());
    const auto old = ledger_.services.find(plan.id);
    if (old != ledger_.services.end() && same_bytes(old->second, entry.record)) continue;
    entries.push_back(entry);
    owners.push_back(&plan);
    if (plan.is_new) fresh.push_back(plan.id);
  }
  // Where the rotation starts does not matter: an error here harms nothing.
  if (!fresh.empty()) static_cast<void>(tables_.reset_services(fresh));
  const auto failures = write_each(entries, [this](auto part) { return tables_.write_services(part); });
  for (const EntryFailure& failure : failures) fail_service(*owners[failure.entry], retried(failure.error));
  for (size_t entry = 0; entry < entries.size(); ++entry) {
    if (!owners[entry]->service_has_failed) ledger_.services[entries[entry].id] = entries[entry].record;
  }
}

}  // namespace evenkeel::engines::l4_xdp
