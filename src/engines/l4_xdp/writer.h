#pragma once
// Makes the maps equal to desired::Layer4, touching only what differs, in an order in which the data plane never meets
// half an object: real servers, rings, services, keys; removals the other way round. Control loop's thread.

#include <functional>

#include "desired/state.h"
#include "engines/engine.h"
#include "engines/l4_xdp/labels.h"
#include "engines/l4_xdp/ledger.h"
#include "engines/l4_xdp/tables.h"
#include "engines/next_hop.h"

namespace evenkeel::engines::l4_xdp {

class Writer {
 public:
  // Both outlive the writer.
  Writer(Tables& tables, LabelBook& labels) : tables_(tables), labels_(labels) {}

  // Once, before anything else: learns what the maps hold.
  Result<> recover() { return ledger_.recover(tables_); }
  // Failed objects keep their last good state as far as there is one; the next apply tries them again.
  ApplyReport apply(const desired::Layer4& want);
  // A next hop that is being looked for, or does not answer, keeps the last address known: a server may be alive all
  // the same. One that is not on-link is forgotten: a router would send the virtual address's packets back.
  void set_next_hop(const NextHop& next_hop);

  const Ledger& ledger() const { return ledger_; }

 private:
  void write_changed(const RealServerEntry& entry);

  Tables& tables_;
  LabelBook& labels_;
  Ledger ledger_;
};

// The record of a real server with this next hop, if it has one that its forwarding method can use.
void set_next_hop(RealServerEntry& entry, const NextHop* next_hop);

}  // namespace evenkeel::engines::l4_xdp
