#pragma once
// What happened, for people and programs that follow along. Each kind is declared here and nowhere else.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/alerts.h"

namespace evenkeel::observed {

// Name in JSON, severity, and what it is about: itself, or, for an end, the event that began what ends here.
#define EVENKEEL_EVENTS(X)                                                                                            \
  X(kStarted, "started", kInformation, kStarted, "evenkeeld started")                                                 \
  X(kConfigurationCommitted, "configuration_committed", kInformation, kConfigurationCommitted,                        \
    "a new revision is in force")                                                                                     \
  X(kConfirmationAwaited, "confirmation_awaited", kInformation, kConfirmationAwaited,                                 \
    "a revision is in force that is taken back unless somebody confirms it")                                          \
  X(kChangeConfirmed, "change_confirmed", kInformation, kChangeConfirmed, "somebody confirmed the revision in force") \
  X(kChangeReverted, "change_reverted", kWarning, kChangeReverted,                                                    \
    "the revision before came back, since nobody confirmed the change or somebody took it back")                      \
  X(kRealServerUp, "real_server_up", kProblem, kRealServerDown, "a real server passed its check")                     \
  X(kRealServerDown, "real_server_down", kProblem, kRealServerDown, "a real server failed its check")                 \
  X(kFeedbackChanged, "feedback_changed", kWarning, kFeedbackChanged,                                                 \
    "an agent took its server out or back, or is silent")                                                             \
  X(kOperatorAction, "operator_action", kInformation, kOperatorAction,                                                \
    "an operator drained, halted or brought back a server")                                                           \
  X(kFallbackActive, "fallback_active", kProblem, kFallbackActive,                                                    \
    "no real server of a virtual service takes connections")                                                          \
  X(kFallbackInactive, "fallback_inactive", kProblem, kFallbackActive, "a real server takes connections again")       \
  X(kTierChanged, "tier_changed", kWarning, kTierChanged, "another tier of real servers takes the connections")       \
  X(kPanicBegan, "panic_began", kProblem, kPanicBegan, "too few real servers are healthy: all of them are used")      \
  X(kPanicEnded, "panic_ended", kProblem, kPanicBegan, "enough real servers are healthy again")                       \
  X(kObjectFailed, "object_failed", kProblem, kObjectFailed, "an engine refused an object")                           \
  X(kObjectRecovered, "object_recovered", kProblem, kObjectFailed, "an engine accepts an object that it had refused") \
  X(kNextHopChanged, "next_hop_changed", kInformation, kNextHopChanged,                                               \
    "a real server's MAC address or interface changed")                                                               \
  X(kPathUp, "path_up", kProblem, kPathDown, "a real server answers at the virtual address")                          \
  X(kPathDown, "path_down", kProblem, kPathDown, "a real server does not answer at the virtual address")              \
  X(kAddressConflict, "address_conflict", kProblem, kAddressConflict, "another machine claims a virtual address")     \
  X(kAddressUnique, "address_unique", kProblem, kAddressConflict, "nobody else claims the virtual address any more")  \
  X(kPersistenceCleared, "persistence_cleared", kInformation, kPersistenceCleared,                                    \
    "an operator had persistence entries forgotten")                                                                  \
  X(kSourcePortsScarce, "source_ports_scarce", kWarning, kSourcePortsScarce,                                          \
    "most source ports for a real server are in use")                                                                 \
  X(kSourcePortsRecovered, "source_ports_recovered", kWarning, kSourcePortsScarce,                                    \
    "enough source ports for a real server are free again")                                                           \
  X(kSourcePortsExhausted, "source_ports_exhausted", kProblem, kSourcePortsExhausted,                                 \
    "new connections find no source port")                                                                            \
  X(kSourcePortsAvailable, "source_ports_available", kProblem, kSourcePortsExhausted,                                 \
    "new connections find a source port again")                                                                       \
  X(kSynFlood, "syn_flood", kWarning, kSynFlood, "a virtual service has as many half-open connections as its limit")  \
  X(kSynFloodOver, "syn_flood_over", kWarning, kSynFlood, "a virtual service has few half-open connections again")    \
  X(kConnectionTableFull, "connection_table_full", kProblem, kConnectionTableFull,                                    \
    "new connections find no room in the connection table")                                                           \
  X(kConnectionTableHasRoom, "connection_table_has_room", kProblem, kConnectionTableFull,                             \
    "new connections find room in the connection table again")                                                        \
  X(kProxyStarted, "proxy_started", kProblem, kProxyEnded, "HAProxy was started")                                     \
  X(kProxyReloaded, "proxy_reloaded", kInformation, kProxyReloaded, "HAProxy took a new configuration")               \
  X(kProxyEnded, "proxy_ended", kProblem, kProxyEnded, "HAProxy ended and is started again")                          \
  X(kNginxStarted, "nginx_started", kProblem, kNginxEnded, "an nginx of ours was started")                            \
  X(kNginxReloaded, "nginx_reloaded", kInformation, kNginxReloaded, "an nginx of ours took a new configuration")      \
  X(kNginxEnded, "nginx_ended", kProblem, kNginxEnded, "an nginx of ours ended and is started again")                 \
  X(kWebCertificateReplaced, "web_certificate_replaced", kInformation, kWebCertificateReplaced,                       \
    "the web interface has another certificate")                                                                      \
  X(kWebCertificateFailed, "web_certificate_failed", kWarning, kWebCertificateFailed,                                 \
    "the web interface cannot use the stored certificate that it is to have, and goes on with its last one")          \
  X(kWebCertificateRecovered, "web_certificate_recovered", kWarning, kWebCertificateFailed,                           \
    "the web interface has the certificate that it is to have again")                                                 \
  X(kCertificateChanged, "certificate_changed", kInformation, kCertificateChanged,                                    \
    "a certificate was added, replaced or removed")                                                                   \
  X(kCertificateExpires, "certificate_expires", kWarning, kCertificateExpires,                                        \
    "a certificate that is used expires soon, or has expired")                                                        \
  X(kCertificateValid, "certificate_valid", kWarning, kCertificateExpires,                                            \
    "a certificate that was about to expire was replaced, or is not used any more")                                   \
  X(kAcmeFailed, "acme_failed", kWarning, kAcmeFailed, "an ACME server does not issue a certificate")                 \
  X(kAcmeRecovered, "acme_recovered", kWarning, kAcmeFailed, "an ACME server has issued a certificate after all")     \
  X(kOcspFailed, "ocsp_failed", kWarning, kOcspFailed, "the authority does not say that a certificate is good")       \
  X(kOcspRecovered, "ocsp_recovered", kWarning, kOcspFailed, "the authority says again that a certificate is good")   \
  X(kAlertFailed, "alert_failed", kInformation, kAlertFailed, "an alert could not be sent; none is sent about that")  \
  X(kAlertDelivered, "alert_delivered", kInformation, kAlertFailed, "alerts can be sent again")

enum class EventKind {
#define EVENKEEL_EVENT_ID(id, name, severity, about, description) id,
  EVENKEEL_EVENTS(EVENKEEL_EVENT_ID)
#undef EVENKEEL_EVENT_ID
};

const char* to_string(EventKind kind);
std::optional<EventKind> event_kind(std::string_view name);  // none: there is none of that name
const char* description_of(EventKind kind);
model::Severity severity_of(EventKind kind);
// The kind that began what this one ends; itself, if it ends nothing.
EventKind beginning_of(EventKind kind);
bool is_end(EventKind kind);           // something has come to an end
bool has_end(EventKind kind);          // something has begun that another kind will end
bool is_about_alerts(EventKind kind);  // no alert is sent about alerts

struct Event {
  uint64_t id = 0;  // rises by one; restarts with evenkeeld
  WallTime at;
  EventKind kind = EventKind::kStarted;
  std::string object;   // "virtual_service/MobilityPrint/real_server/PS1"; may be empty
  std::string message;  // one sentence, secrets masked
};

}  // namespace evenkeel::observed
