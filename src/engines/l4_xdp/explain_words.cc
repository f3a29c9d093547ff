// An answer of the data plane, in words.
#include <array>

#include "engines/l4_xdp/explain.h"

namespace evenkeel::engines::l4_xdp {
namespace {

const char* reason_text(uint32_t reason) {
  static constexpr std::array<const char*, EK_REASONS_COUNT> kTexts{
#define EK_REASON_TEXT(id, name, text, remedy) text,
      EK_REASONS(EK_REASON_TEXT)
#undef EK_REASON_TEXT
  };
  return reason < kTexts.size() ? kTexts[reason] : "unknown reason";
}

std::string load_text(const ExplanationContext& context) {
  return std::to_string(context.totals.active) + " active of weight " + std::to_string(context.weight);
}

std::string scheduler_text(const ExplanationContext& context) {
  switch (context.scheduler.value_or(model::Scheduler::kWeightedLeastConnections)) {
    case model::Scheduler::kWeightedLeastConnections:
      return "weighted least connections, " + load_text(context);
    case model::Scheduler::kWeightedRoundRobin:
      return "weighted round robin, its turn comes next";
    case model::Scheduler::kSourceHash:
      return "source hash of the client's address";
    case model::Scheduler::kMaglev:
      return "Maglev hash of the connection's addresses and ports";
    case model::Scheduler::kDestinationHash:
      return "destination hash of the virtual address";
  }
  return "";
}

std::string skipped_text(uint32_t tries) {
  if (tries == 0) return "";
  return tries == 1 ? "; one real server before it cannot take connections"
                    : "; " + std::to_string(tries) + " real servers before it cannot take connections";
}

const char* decision_name(uint32_t decision) {
  static constexpr std::array<const char*, 7> kNames{"not_ours", "connection", "persistence", "scheduler",
                                                     "fallback", "drop",       "local"};
  return decision < kNames.size() ? kNames[decision] : "not_ours";
}

std::string sentence(const ek_explanation& answer, const ExplanationContext& context) {
  const std::string client = context.client.to_string();
  const std::string fresh = "a new connection from " + client + " to " + context.virtual_endpoint.to_string();
  switch (answer.decision) {
    case EK_DECISION_CONNECTION:
      return client + " has a connection to " + context.virtual_endpoint.to_string() + ": it stays on " +
             context.real_server;
    case EK_DECISION_PERSISTENCE:
      return fresh + " would go to " + context.real_server + ": persistence, this client was placed there before";
    case EK_DECISION_SCHEDULER:
      return fresh + " would go to " + context.real_server + ": " + scheduler_text(context) +
             skipped_text(answer.tries);
    case EK_DECISION_FALLBACK:
      return fresh + " would be answered by the load balancer itself: no real server of " + context.virtual_service +
             " takes connections";
    case EK_DECISION_DROP:
      return fresh + " would be dropped: " + reason_text(answer.reason);
    case EK_DECISION_LOCAL:
      return fresh + " would be left to the load balancer's own network stack: " + reason_text(answer.reason);
    default:
      return "no virtual service has " + context.virtual_endpoint.to_string() +
             " with this protocol: the load balancer's own network stack gets the packet";
  }
}

}  // namespace

observed::Explanation to_words(const ek_explanation& answer, const ExplanationContext& context) {
  return {.decision = decision_name(answer.decision),
          .sentence = sentence(answer, context),
          .virtual_service = context.virtual_service,
          .real_server = context.real_server};
}

}  // namespace evenkeel::engines::l4_xdp
