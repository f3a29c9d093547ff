#include "observed/health.h"

#include <cmath>

#include "model/json.h"
#include "observed/json.h"

namespace evenkeel::observed {
namespace {

namespace json = boost::json;

// Milliseconds to a hundredth.
json::value in_milliseconds(std::optional<std::chrono::microseconds> duration) {
  if (!duration) return nullptr;
  return std::round(static_cast<double>(duration->count()) / 10.0) / 100.0;
}

json::value to_json(const std::optional<ProbeEvidence>& evidence) {
  if (!evidence) return nullptr;
  return json::object{{"reason", model::mask_secrets(evidence->reason)},
                      {"rule", evidence->rule},
                      {"request", evidence->request},
                      {"answer", evidence->answer},
                      {"connected_ms", in_milliseconds(evidence->connected)},
                      {"secured_ms", in_milliseconds(evidence->secured)},
                      {"first_byte_ms", in_milliseconds(evidence->first_byte)}};
}

}  // namespace

json::object to_json(const RealServerHealth& health) {
  json::array probes;
  probes.reserve(health.probes.size());
  for (const Probe& probe : health.probes) {
    probes.push_back(json::object{{"at", to_iso8601(probe.at)},
                                  {"ms", in_milliseconds(probe.duration)},
                                  {"outcome", probe.outcome},
                                  {"evidence", to_json(probe.evidence)}});
  }
  return {{"virtual_service", health.virtual_service},
          {"real_server", health.real_server.configuration.label},
          {"state", to_string(health.real_server.state)},
          {"since", to_iso8601(health.real_server.since)},
          {"sentence", model::mask_secrets(health.sentence)},
          {"look_at", model::mask_secrets(health.look_at)},
          {"probes", std::move(probes)}};
}

}  // namespace evenkeel::observed
