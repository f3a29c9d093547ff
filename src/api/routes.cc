#include <fmt/format.h>

#include <array>

#include "api/change.h"
#include "api/handlers.h"
#include "api/route.h"
#include "model/layer7_service.h"

namespace evenkeel::api {
namespace {

constexpr std::array kConfigurationParameters{
    Parameter{"secrets", "`masked` (default) or `plain`, which only root may ask for"},
};
constexpr std::array kStatusParameters{
    Parameter{"servers", "`all` (default), or `none`: how many real servers are in which state, and no more of them"},
};
constexpr std::array kRevisionsParameters{
    Parameter{"limit", "1 to 10000, default 100"},
};
constexpr std::array kStatisticsParameters{
    Parameter{"object", "`system`, `virtual_service/LABEL` or `real_server/LABEL/LABEL`; required"},
    Parameter{"metric",
              "`bytes_in`, `bytes_out`, `connections`, `active`; of the system also `load`, `memory`; required"},
    Parameter{"from", "Unix time; default: an hour before `to`"},
    Parameter{"to", "Unix time; default: now"},
};
constexpr std::array kReasonsParameters{
    Parameter{"all", "`true`: also those that never happened"},
    Parameter{"virtual_service", "label: what happened to its packets alone"},
};
constexpr std::array kConnectionsParameters{
    Parameter{"virtual_service", "label"},
    Parameter{"real_server", "label"},
    Parameter{"client", "IP address or prefix"},
    Parameter{"state", "such as `ESTABLISHED`"},
    Parameter{"protocol", "`tcp` or `udp`"},
    Parameter{"layer", "`4` or `7`; default: both"},
    Parameter{"limit", "rows, from 1 on, default 1000"},
    Parameter{"format", "`json` (default) or `ndjson`: a line for each row"},
    Parameter{"names", "`true`: with host names"},
};
constexpr std::array kPersistenceParameters{
    Parameter{"virtual_service", "label"},
    Parameter{"real_server", "label"},
    Parameter{"client", "IP address or prefix"},
    Parameter{"layer", "`4` or `7`; default: both"},
    Parameter{"limit", "rows, from 1 on, default 1000"},
    Parameter{"format", "`json` (default) or `ndjson`: a line for each row"},
};
constexpr std::array kFollowLogParameters{
    Parameter{"virtual_service", "label"},
    Parameter{"real_server", "label"},
    Parameter{"status", "such as `503`, or `5xx`"},
    Parameter{"client", "IP address or prefix"},
};
constexpr std::array kLogParameters{
    Parameter{"virtual_service", "label"},
    Parameter{"real_server", "label"},
    Parameter{"status", "such as `503`, or `5xx`"},
    Parameter{"client", "IP address or prefix"},
    Parameter{"limit", "the newest lines, 1 to 5000, default 100"},
};
constexpr std::array kProgramLogParameters{
    Parameter{"limit", "the newest lines, 1 to 1000, default 200"},
    Parameter{"contains", "only lines with this text, in upper or lower case"},
};
constexpr std::array kFollowProgramLogParameters{kProgramLogParameters[1]};
constexpr std::array kClearPersistenceParameters{
    Parameter{"virtual_service", "label"},
    Parameter{"real_server", "label"},
    Parameter{"client", "IP address or prefix"},
    Parameter{"all", "`true`: every entry; instead of the others"},
};
constexpr std::array kExplainParameters{
    Parameter{"virtual_service", "label; required"},
    Parameter{"client", "IP:PORT; required"},
    Parameter{"port", "of the virtual service; default: its first"},
    Parameter{"protocol", "`tcp` or `udp`; default: the virtual service's"},
};

constexpr std::array kAddLayer7Parameters{
    kChangeParameters[0],
    kChangeParameters[1],
    kChangeParameters[2],
    kChangeParameters[3],
    Parameter{"udp_companion", "ports: adds a layer-4 virtual service for UDP on them too"},
};
constexpr std::array kCertificateParameters{
    Parameter{"dry_run", "`true`: only look whether it would do, and what HAProxy would take for it"},
};
constexpr std::array kArpParameters{
    Parameter{"virtual_address", "only this one; default: all"},
};
constexpr std::array kScriptParameters{
    Parameter{"real_server", "label or address; required"},
    Parameter{"system", "`linux` (default) or `windows`"},
    Parameter{"undo", "`true`: takes back what the script did"},
};

constexpr std::array kAuditParameters{
    Parameter{"limit", "1 to 1000, default 100"},
    Parameter{"before", "only entries with a smaller id: the page that follows"},
    Parameter{"user", "only of this one"},
};

constexpr auto kAnybody = access::Role::kNobody;
constexpr auto kViewer = access::Role::kViewer;
constexpr auto kOperator = access::Role::kOperator;
constexpr auto kAdministrator = access::Role::kAdministrator;

#define EVENKEEL_SERVICE "/api/v1/virtual-services/{label}"
#define EVENKEEL_SERVER EVENKEEL_SERVICE "/real-servers/{real_server}"
#define EVENKEEL_LAYER7 "/api/v1/layer7-services/{label}"
#define EVENKEEL_LAYER7_SERVER EVENKEEL_LAYER7 "/real-servers/{real_server}"

constexpr std::array kRoutes{
    Route{"GET", "/api/v1/status", get_status, kStatusParameters, "everything as it is now"},
    Route{"GET",
          "/api/v1/status/virtual-services/{label}",
          get_status_of_service<model::VirtualService>,
          {},
          "one virtual service of it, with its real servers"},
    Route{"GET",
          "/api/v1/status/layer7-services/{label}",
          get_status_of_service<model::Layer7Service>,
          {},
          "the same of layer 7"},
    Route{"GET", "/api/v1/counters", get_counters, {}, "counters per virtual service and real server, named reasons"},
    Route{"GET", "/api/v1/traffic", get_traffic, {}, "connections, packets and bytes per second"},
    Route{"GET", "/api/v1/statistics", get_statistics, kStatisticsParameters,
          "one number over time, from an hour to a year; the step follows from `from`"},
    Route{"GET", "/api/v1/system", get_system, {}, "the machine: load, memory, uptime"},
    Route{"GET", "/api/v1/reasons", get_reasons, kReasonsParameters,
          "why packets were not simply forwarded, and what to do about it"},
    Route{"GET", "/api/v1/connections", get_connections, kConnectionsParameters, "current connections"},
    Route{"GET", "/api/v1/persistence", get_persistence, kPersistenceParameters,
          "the clients that persistence remembers"},
    Route{"DELETE", "/api/v1/persistence", delete_persistence, kClearPersistenceParameters,
          "forgets them: their next new connection is scheduled anew", kOperator},
    Route{"GET", "/api/v1/source-ports", get_source_ports, {}, "source ports that SNAT has in use, the fullest first"},
    Route{"GET", "/api/v1/explain", get_explanation, kExplainParameters,
          "which real server this client would get, and why"},
    Route{"GET", "/api/v1/doctor/arp", get_arp_diagnosis, kArpParameters,
          "asks the segment who has the virtual addresses; what is wrong, and the remedies"},
    Route{"GET", "/api/v1/doctor/script", get_arp_script, kScriptParameters,
          "a script for a real server that makes it carry its virtual addresses quietly"},
    Route{"GET", "/api/v1/events", get_events, {}, "server-sent events; `Last-Event-ID` resumes"},
    Route{"POST", "/api/v1/alerts/test", test_alerts, {}, "sends a test message to all who get alerts, now", kOperator},
    Route{"GET", "/api/v1/web", get_web, {}, "where the web interface is, and its certificate"},
    Route{"PUT",
          "/api/v1/web/certificate",
          put_web_certificate,
          {},
          "another certificate for the web interface, or one of the stored ones, which it follows; open connections go "
          "on"},
    Route{"GET",
          "/api/v1/engines",
          get_engines,
          {},
          "HAProxy and nginx: running since when, version, process, last error"},
    Route{"GET",
          "/api/v1/engines/{name}/configuration",
          get_engine_configuration,
          {},
          "the file that it has read, as plain text, secrets masked"},
    Route{"POST",
          "/api/v1/engines/{name}/restart",
          restart_engine,
          {},
          "has it read its file again; open connections go on"},
    Route{"GET", "/api/v1/fallback-page", get_fallback_page, {}, "what clients see while no real server takes them"},
    Route{"PUT", "/api/v1/fallback-page", put_fallback_page, kChangeParameters, "another page for all"},
    Route{"GET", "/api/v1/schema", get_schema, {}, "JSON Schema of the configuration"},
    Route{"GET",
          "/api/v1/fields",
          get_fields,
          {},
          "every field of the configuration, for forms: label, help, default, range, choices"},
    Route{"GET", "/api/v1/openapi.json", get_openapi, {}, "OpenAPI 3.1 of all this"},
    Route{"GET", "/api/v1/configuration", get_configuration, kConfigurationParameters,
          "the whole configuration; `ETag` is its revision"},
    Route{"PUT", "/api/v1/configuration", put_configuration, kChangeParameters, "replaces the whole configuration"},
    Route{"PATCH", "/api/v1/configuration", patch_configuration, kChangeParameters,
          "changes the fields given (JSON merge patch), such as those of `alerts`; lists are given whole"},
    Route{
        "GET", "/api/v1/virtual-services", get_virtual_services<model::VirtualService>, {}, "the configuration of all"},
    Route{"POST", "/api/v1/virtual-services", post_virtual_service<model::VirtualService>, kChangeParameters,
          "adds one; a taken label is a conflict"},
    Route{"GET", EVENKEEL_SERVICE, get_virtual_service<model::VirtualService>, {}, "the configuration of one"},
    Route{"PATCH", EVENKEEL_SERVICE, patch_virtual_service<model::VirtualService>, kChangeParameters,
          "changes the fields given (JSON merge patch); `real_servers` may be given whole"},
    Route{"DELETE", EVENKEEL_SERVICE, delete_virtual_service<model::VirtualService>, kChangeParameters, "removes it"},
    Route{"POST", EVENKEEL_SERVICE "/duplicate", duplicate_virtual_service<model::VirtualService>, kChangeParameters,
          "a copy with its real servers, changed by the fields given: at least a label"},
    Route{"POST",
          EVENKEEL_SERVICE "/failback",
          fail_back,
          {},
          "operator action: the most preferred usable tier takes over again",
          kOperator},
    Route{"GET",
          EVENKEEL_SERVICE "/fallback-page",
          get_own_fallback_page<model::VirtualService>,
          {},
          "its own page, and the one that its clients see"},
    Route{"PUT", EVENKEEL_SERVICE "/fallback-page", put_own_fallback_page<model::VirtualService>, kChangeParameters,
          "a page of its own"},
    Route{"POST", EVENKEEL_SERVICE "/real-servers", post_real_server<model::VirtualService>, kChangeParameters,
          "adds one"},
    Route{"PATCH", EVENKEEL_SERVER, patch_real_server<model::VirtualService>, kChangeParameters,
          "changes the fields given"},
    Route{"DELETE", EVENKEEL_SERVER, delete_real_server<model::VirtualService>, kChangeParameters, "removes it"},
    Route{"GET",
          EVENKEEL_SERVER "/health",
          get_real_server_health,
          {},
          "why it is up or down, what to look at, and its last 50 probes"},
    Route{"POST",
          EVENKEEL_SERVER "/health/test",
          test_real_server,
          {},
          "makes one probe now, which nothing counts; fields of a health check in the body: as it would be with them",
          kOperator},
    Route{"POST", EVENKEEL_SERVER "/online", bring_online, {}, "operator action: health decides", kOperator},
    Route{"POST",
          EVENKEEL_SERVER "/drain",
          drain,
          {},
          "operator action: no new connections; `within`: then a halt",
          kOperator},
    Route{"POST", EVENKEEL_SERVER "/halt", halt, {}, "operator action: nothing at all", kOperator},
    Route{"GET",
          "/api/v1/layer7-services",
          get_virtual_services<model::Layer7Service>,
          {},
          "layer 7: the configuration of all; what follows is as above"},
    Route{"POST", "/api/v1/layer7-services", post_virtual_service<model::Layer7Service>, kAddLayer7Parameters,
          "adds one"},
    Route{"GET", EVENKEEL_LAYER7, get_virtual_service<model::Layer7Service>, {}, "the configuration of one"},
    Route{"PATCH", EVENKEEL_LAYER7, patch_virtual_service<model::Layer7Service>, kChangeParameters,
          "changes the fields given"},
    Route{"DELETE", EVENKEEL_LAYER7, delete_virtual_service<model::Layer7Service>, kChangeParameters, "removes it"},
    Route{"POST", EVENKEEL_LAYER7 "/duplicate", duplicate_virtual_service<model::Layer7Service>, kChangeParameters,
          "a copy with its real servers"},
    Route{"POST", EVENKEEL_LAYER7 "/udp-companion", post_udp_companion, kChangeParameters,
          "a layer-4 virtual service for UDP on the same address, with the same real servers"},
    Route{"GET",
          EVENKEEL_LAYER7 "/fallback-page",
          get_own_fallback_page<model::Layer7Service>,
          {},
          "its own page, and the one that its clients see"},
    Route{"PUT", EVENKEEL_LAYER7 "/fallback-page", put_own_fallback_page<model::Layer7Service>, kChangeParameters,
          "a page of its own"},
    Route{"POST", EVENKEEL_LAYER7 "/real-servers", post_real_server<model::Layer7Service>, kChangeParameters,
          "adds one"},
    Route{"PATCH", EVENKEEL_LAYER7_SERVER, patch_real_server<model::Layer7Service>, kChangeParameters,
          "changes the fields given"},
    Route{"DELETE", EVENKEEL_LAYER7_SERVER, delete_real_server<model::Layer7Service>, kChangeParameters, "removes it"},
    Route{"GET",
          "/api/v1/certificates",
          get_certificates,
          {},
          "all certificates: names, issuer, validity, who uses them; never a key"},
    Route{"POST", "/api/v1/certificates", post_certificate, kCertificateParameters,
          "adds one: `label`, and `pem` or `pkcs12` (base64) with its `password`; or completes a request"},
    Route{"POST", "/api/v1/certificates/self-signed", post_self_signed, kCertificateParameters,
          "makes key and certificate: `label`, `names`, `days`, `key`, parts of the subject"},
    Route{"POST", "/api/v1/certificates/requests", post_certificate_request, kCertificateParameters,
          "makes a key and a request (CSR) for an authority to sign"},
    Route{"POST", "/api/v1/certificates/acme", post_acme, kCertificateParameters,
          "one that an ACME server issues: `label`, `names`, `directory`, `agree`, and `challenge`, `hook`, `email`, "
          "`key`"},
    Route{"GET", "/api/v1/certificates/{label}", get_certificate, {}, "one, with its PEM or its request"},
    Route{"PUT", "/api/v1/certificates/{label}", put_certificate, kCertificateParameters,
          "replaces it by another: `pem` or `pkcs12`, `password`"},
    Route{"POST",
          "/api/v1/certificates/{label}/renew",
          renew_certificate,
          {},
          "has the ACME server issue it again now; how that fares is in the certificate"},
    Route{"DELETE",
          "/api/v1/certificates/{label}",
          delete_certificate,
          {},
          "removes it with its key; not while it is used"},
    Route{"GET", "/api/v1/layer7/workers", get_proxy_workers, {}, "HAProxy's workers, also those from before a reload"},
    Route{"GET", "/api/v1/logs", get_logs, {}, "the logs of evenkeeld, HAProxy's processes and nginx"},
    Route{"GET", "/api/v1/logs/haproxy", get_proxy_log, kLogParameters, "what HAProxy noted, oldest first"},
    Route{"GET", "/api/v1/logs/haproxy/live", follow_proxy_log, kFollowLogParameters,
          "the same as it comes, as server-sent events; `Last-Event-ID` resumes"},
    Route{"GET", "/api/v1/logs/{name}", get_log, kProgramLogParameters, "the lines of one of them, newest last"},
    Route{"GET", "/api/v1/logs/{name}/stream", follow_log, kFollowProgramLogParameters,
          "its lines as they come, as server-sent events"},
    Route{"GET", "/api/v1/revisions", get_revisions, kRevisionsParameters, "newest first"},
    Route{"GET", "/api/v1/revisions/{n}", get_revision, {}, "one with its configuration"},
    Route{"GET", "/api/v1/revisions/{n}/diff/{m}", get_revision_diff, {}, "what changed from n to m, as a plan"},
    Route{"POST", "/api/v1/revisions/{n}/restore", restore_revision, kChangeParameters,
          "makes its configuration the newest revision"},
    Route{"GET", "/api/v1/confirmation", get_confirmation, {}, "the change that waits to be confirmed; null: none"},
    Route{"POST", "/api/v1/confirmation/confirm", confirm, {}, "the change stays"},
    Route{"POST", "/api/v1/confirmation/revert", revert, {}, "the revision before it comes back now"},
    Route{"POST",
          "/api/v1/backup",
          post_backup,
          {},
          "all of this appliance as one document, encrypted with the `passphrase`"},
    Route{"POST", "/api/v1/restore", post_restore, {}, "takes all of that back: `backup`, `passphrase`, `dry_run`"},
    Route{"POST", "/api/v1/session", post_session, {}, "signs in: `user`, `password`, `code`", kAnybody},
    Route{"GET", "/api/v1/session", get_session, {}, "who is signed in"},
    Route{"DELETE", "/api/v1/session", delete_session, {}, "signs out", kViewer},
    Route{"GET", "/api/v1/users", get_users, {}, "who may sign in", kAdministrator},
    Route{"POST", "/api/v1/users", post_user, {}, "adds one: `name`, `role`, `source`, `password`"},
    Route{"GET", "/api/v1/users/{name}", get_user, {}, "one; others than oneself: administrator"},
    Route{"PATCH", "/api/v1/users/{name}", patch_user, {}, "changes the `role`"},
    Route{"DELETE", "/api/v1/users/{name}", delete_user, {}, "removes the user and ends the sessions"},
    Route{"POST",
          "/api/v1/users/{name}/password",
          post_password,
          {},
          "sets the `password`; one's own with `old_password`, others': administrator",
          kViewer},
    Route{"POST",
          "/api/v1/users/{name}/totp",
          post_totp,
          {},
          "begins a second factor; with a `code` of it: confirms it; others': administrator",
          kViewer},
    Route{"DELETE",
          "/api/v1/users/{name}/totp",
          delete_totp,
          {},
          "removes the second factor; others': administrator",
          kViewer},
    Route{"GET", "/api/v1/tokens", get_tokens, {}, "tokens of programs", kAdministrator},
    Route{"POST",
          "/api/v1/tokens",
          post_token,
          {},
          "makes one, shown now and never again: `label`, `role`, `expires_in`"},
    Route{"DELETE", "/api/v1/tokens/{id}", delete_token, {}, "removes it"},
    Route{"GET", "/api/v1/audit", get_audit, kAuditParameters, "who did what, newest first", kAdministrator},
};

#undef EVENKEEL_LAYER7_SERVER
#undef EVENKEEL_LAYER7
#undef EVENKEEL_SERVER
#undef EVENKEEL_SERVICE

const char* role_word(access::Role role) {
  return role == access::Role::kNobody ? "anybody" : to_string(role);
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

std::string to_markdown(std::span<const Route> table) {
  std::string text = "| method and path | what it does | query |\n|---|---|---|\n";
  for (const Route& route : table) {
    std::string parameters;
    for (const Parameter& parameter : route.parameters) {
      parameters += fmt::format("{}`{}`", parameters.empty() ? "" : " ", parameter.name);
    }
    const std::string role = route.exception ? fmt::format(" (*{}*)", role_word(*route.exception)) : "";
    text += fmt::format("| `{} {}` | {}{} | {} |\n", route.method, route.pattern, route.summary, role, parameters);
  }
  return text;
}

}  // namespace evenkeel::api
