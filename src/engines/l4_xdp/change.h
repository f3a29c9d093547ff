#pragma once
// One apply: from the accepted part of a desired state to the maps. Used by the Writer only.

#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engines/engine.h"
#include "engines/l4_xdp/labels.h"
#include "engines/l4_xdp/ledger.h"
#include "engines/l4_xdp/tables.h"

namespace evenkeel::engines::l4_xdp {

class Change {
 public:
  Change(Tables& tables, LabelBook& labels, Ledger& ledger) : tables_(tables), labels_(labels), ledger_(ledger) {}

  // `services` are free of contradictions (check_limits) and outlive the call. Returns the failed objects.
  std::vector<ObjectStatus> run(std::span<const desired::VirtualService* const> services);

 private:
  struct Plan {  // for one virtual service
    const desired::VirtualService* want = nullptr;
    uint32_t id = 0;                // 0: no slot was free
    uint32_t generation = 0;        // of the slot's use
    std::vector<uint32_t> members;  // ids, in the order of want->real_servers; 0: failed
    std::vector<uint16_t> ring;
    bool is_new = false;
    bool has_same_keys = false;       // as in force
    bool is_unchanged = false;        // exactly as in force: nothing to do
    bool has_failed = false;          // itself or one of its real servers
    bool service_has_failed = false;  // what it was before stays in force
  };
  struct RealServerWrite {
    size_t plan = 0, member = 0;
    bool is_new = false;
  };

  void choose_slots(std::span<const desired::VirtualService* const> services);
  void compare_with_in_force(Plan& plan) const;
  void write_real_servers();
  void collect_real_servers(size_t plan, std::vector<RealServerEntry>& entries, std::vector<RealServerWrite>& writes);
  void clear_reused_slots(std::vector<RealServerEntry>& entries, std::vector<RealServerWrite>& writes);
  void mark_translated(const std::vector<RealServerEntry>& entries);
  void forget_translated();
  void fail_write(const RealServerWrite& write, const Error& error);
  void compute_rings();
  // Before the records those rings that grow, after them those that shrink: a record's length never exceeds its ring's.
  enum class RingChange { kGrows, kShrinks };
  void write_rings(RingChange change);
  void write_services();
  bool are_keys_in_force() const;
  void write_keys();
  ServiceKeys wanted_keys() const;
  void erase_keys(const ServiceKeys& wanted);
  void remove_services();
  bool is_any_real_server_unwanted() const;
  void remove_real_servers();
  void keep_totals(const std::vector<RealServerEntry>& removed);
  void conclude();
  void set_labels(const Plan& plan);

  void fail_service(Plan& plan, const std::string& reason);
  void fail_member(Plan& plan, size_t member, const std::string& reason);
  void fail_key(const ek_service_key& key, const KeyTarget& target, const std::string& reason);
  void fail_removal(uint32_t service, const std::string& reason);
  Plan* plan_of(uint32_t service);

  Tables& tables_;
  LabelBook& labels_;
  Ledger& ledger_;
  std::vector<Plan> plans_;
  std::unordered_map<uint32_t, size_t> plan_by_service_;
  std::vector<ObjectStatus> failures_;
};

}  // namespace evenkeel::engines::l4_xdp
