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

json::object to_json(const Probe& probe) {
  return {{"check", probe.check},
          {"at", to_iso8601(probe.at)},
          {"ms", in_milliseconds(probe.duration)},
          {"outcome", probe.outcome},
          {"evidence", to_json(probe.evidence)}};
}

// Masked where it was made: within a command line a key's end cannot be told any more.
json::value command_or_null(const std::string& command) {
  return command.empty() ? json::value(nullptr) : json::value(json::string(command));
}

}  // namespace

json::object to_json(const TestResult& result) {
  json::object object{{"virtual_service", result.virtual_service}, {"real_server", result.real_server}};
  for (auto& [key, value] : to_json(result.probe)) object[key] = std::move(value);
  object["look_at"] = model::mask_secrets(result.look_at);
  object["repeat_with"] = command_or_null(result.repeat_with);
  return object;
}

json::object to_json(const RealServerHealth& health) {
  json::array probes;
  probes.reserve(health.probes.size());
  for (const Probe& probe : health.probes) probes.emplace_back(to_json(probe));
  return {{"virtual_service", health.virtual_service},          {"real_server", health.real_server.configuration.label},
          {"state", to_string(health.real_server.state)},       {"since", to_iso8601(health.real_server.since)},
          {"sentence", model::mask_secrets(health.sentence)},   {"look_at", model::mask_secrets(health.look_at)},
          {"repeat_with", command_or_null(health.repeat_with)}, {"probes", std::move(probes)}};
}

}  // namespace evenkeel::observed
