#pragma once
// Asks the real program, loaded a second time in a mode that changes nothing, what it would do with a client's first
// packet, and puts the answer in words. Control loop's thread.

#include <optional>

#include "engines/l4_xdp/labels.h"
#include "engines/l4_xdp/ledger.h"
#include "engines/l4_xdp/program.h"
#include "observed/snapshot.h"

namespace evenkeel::engines::l4_xdp {

class Explainer {
 public:
  // All outlive this.
  Explainer(const Program& program, const Tables& tables, const Ledger& ledger, const LabelBook& labels)
      : program_(program), tables_(tables), ledger_(ledger), labels_(labels) {}

  // kNotFound: no such virtual service; kInvalidArgument: the query contradicts itself.
  Result<observed::Explanation> explain(const observed::ExplainQuery& query);

 private:
  Result<ek_explanation> ask(const std::vector<uint8_t>& frame);

  const Program& program_;
  const Tables& tables_;
  const Ledger& ledger_;
  const LabelBook& labels_;
  std::optional<Program> explaining_;  // loaded at the first question
};

// What the sentence is made of besides the program's answer.
struct ExplanationContext {
  Endpoint client;
  Endpoint virtual_endpoint;
  std::string virtual_service, real_server;  // labels that belong to the answer's ids
  std::optional<model::Scheduler> scheduler;
  uint32_t weight = 0;  // of the real server
  Totals totals;        // of the real server
};
observed::Explanation to_words(const ek_explanation& answer, const ExplanationContext& context);

}  // namespace evenkeel::engines::l4_xdp
