#include "observed/json.h"

#include <cmath>

#include "model/json.h"
#include "model/names.h"

namespace evenkeel::observed {
namespace {

namespace json = boost::json;

double to_tenth(double rate) {
  return std::round(rate * 10.0) / 10.0;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(json::string(text));
}

template <class T, class ToJson>
json::object windows_to_json(const Windows<T>& windows, ToJson to_json_value) {
  const auto shown = [&](const std::optional<T>& window) { return window ? to_json_value(*window) : json::value(); };
  return {{"1s", shown(windows.second)}, {"10s", shown(windows.ten_seconds)}, {"60s", shown(windows.minute)}};
}

json::object lamp_to_json(const Lamp& lamp) {
  return {{"state", to_string(lamp.state)},
          {"since", to_iso8601(lamp.since)},
          {"reason", model::mask_secrets(lamp.reason)},
          {"last_probe", lamp.last_probe ? json::value(json::string(to_iso8601(*lamp.last_probe))) : nullptr}};
}

}  // namespace

const char* to_string(Lamp::State state) {
  switch (state) {
    case Lamp::State::kUp:
      return "up";
    case Lamp::State::kDown:
      return "down";
    case Lamp::State::kUnknown:
      return "unknown";
  }
  return "unknown";
}

const char* to_string(RealServerState state) {
  switch (state) {
    case RealServerState::kUp:
      return "up";
    case RealServerState::kStandby:
      return "standby";
    case RealServerState::kDown:
      return "down";
    case RealServerState::kUnknown:
      return "unknown";
    case RealServerState::kDrained:
      return "drained";
    case RealServerState::kHalted:
      return "halted";
    case RealServerState::kFailed:
      return "failed";
  }
  return "unknown";
}

const char* to_string(VirtualServiceState state) {
  switch (state) {
    case VirtualServiceState::kUp:
      return "up";
    case VirtualServiceState::kDegraded:
      return "degraded";
    case VirtualServiceState::kDown:
      return "down";
    case VirtualServiceState::kOffline:
      return "offline";
    case VirtualServiceState::kFailed:
      return "failed";
  }
  return "failed";
}

json::object to_json(const Counters& counters) {
  return {{"packets", counters.packets},    {"bytes", counters.bytes},       {"connections", counters.connections},
          {"active", counters.active},      {"inactive", counters.inactive}, {"packets_out", counters.packets_out},
          {"bytes_out", counters.bytes_out}};
}

json::object to_json(const Reason& reason) {
  return {{"name", reason.name}, {"description", reason.description}, {"packets", reason.packets}};
}

json::array to_json(const std::vector<ReasonCount>& reasons) {
  json::array rows;
  for (const ReasonCount& reason : reasons)
    rows.push_back(json::object{{"name", reason.name}, {"packets", reason.packets}});
  return rows;
}

json::object to_json(const model::OperatorAction& action) {
  return {{"state", model::to_string(action.state)},
          {"author", action.author},
          {"reason", model::mask_secrets(action.reason)},
          {"at", to_iso8601(action.at)},
          {"deadline", action.deadline ? json::value(json::string(to_iso8601(*action.deadline))) : nullptr}};
}

json::object header_to_json(const Snapshot& snapshot) {
  json::array notices;
  for (const Notice& notice : snapshot.notices) {
    notices.push_back(json::object{{"object", notice.object}, {"message", model::mask_secrets(notice.message)}});
  }
  json::array reasons;
  for (const Reason& reason : snapshot.reasons) reasons.emplace_back(to_json(reason));
  json::array alerts;
  for (const AlertStatus& channel : snapshot.alerts) alerts.emplace_back(to_json(channel));
  const json::object table{{"size", snapshot.connection_table_size}, {"used", snapshot.connection_table_used}};
  return {{"version", snapshot.version},   {"revision", snapshot.revision}, {"read_only", snapshot.read_only},
          {"at", to_iso8601(snapshot.at)}, {"notices", std::move(notices)}, {"connection_table", table},
          {"reasons", std::move(reasons)}, {"alerts", std::move(alerts)}};
}

json::object to_json(const Connection& connection) {
  const auto at_layer7 = [&](auto value) { return connection.layer == 7 ? json::value(value) : json::value(); };
  return {{"protocol", connection.protocol},
          {"expire", connection.expire.count()},
          {"state", connection.state},
          {"source", connection.source.to_string()},
          {"virtual", connection.virtual_endpoint.to_string()},
          {"destination", connection.destination.to_string()},
          {"source_address", text_or_null(connection.source_address ? connection.source_address->to_string() : "")},
          {"virtual_service", connection.virtual_service},
          {"real_server", connection.real_server},
          {"layer", connection.layer},
          {"age", at_layer7(connection.age.count())},
          {"bytes_in", at_layer7(connection.bytes_in)},
          {"bytes_out", at_layer7(connection.bytes_out)}};
}

json::object to_json(const PersistenceEntry& entry) {
  return {{"client", entry.key.empty() ? entry.client.to_string() : entry.key},
          {"expire", entry.expire.count()},
          {"confirmed", entry.is_confirmed},
          {"destination", entry.destination.to_string()},
          {"virtual_service", entry.virtual_service},
          {"real_server", entry.real_server}};
}

json::object to_json(const SourcePorts& ports) {
  json::array servers;
  for (const auto& key : ports.real_servers) {
    servers.push_back(json::object{{"virtual_service", key.virtual_service}, {"real_server", key.real_server}});
  }
  return {{"source_address", ports.source_address.to_string()},
          {"destination", ports.destination.to_string()},
          {"protocol", ports.protocol},
          {"used", ports.used},
          {"size", kSourcePorts},
          {"real_servers", std::move(servers)}};
}

void add_names(json::object& row, const Connection& connection) {
  row["source_name"] = text_or_null(connection.source_name);
  row["virtual_name"] = text_or_null(connection.virtual_name);
  row["destination_name"] = text_or_null(connection.destination_name);
}

json::object to_json(const Windows<Rate>& rates) {
  return windows_to_json(rates, [](const Rate& rate) -> json::value {
    return json::object{{"connections", to_tenth(rate.connections)},
                        {"packets", to_tenth(rate.packets)},
                        {"bytes", to_tenth(rate.bytes)},
                        {"packets_out", to_tenth(rate.packets_out)},
                        {"bytes_out", to_tenth(rate.bytes_out)}};
  });
}

json::object to_json(const Windows<double>& rates) {
  return windows_to_json(rates, [](double rate) -> json::value { return to_tenth(rate); });
}

json::object to_json(const Explanation& explanation) {
  return {{"decision", explanation.decision},
          {"sentence", model::mask_secrets(explanation.sentence)},
          {"virtual_service", explanation.virtual_service},
          {"real_server", explanation.real_server}};
}

json::object to_json(const ArpDiagnosis& diagnosis) {
  json::array claimants;
  for (const Claimant& claimant : diagnosis.claimants) {
    claimants.push_back(
        json::object{{"mac", claimant.mac.to_string()},
                     {"real_server", claimant.real_server},
                     {"address", claimant.address.is_unspecified() ? "" : claimant.address.to_string()}});
  }
  json::array keepers;
  for (const KeeperStatus& keeper : diagnosis.keepers) {
    keepers.push_back(json::object{{"virtual_service", keeper.virtual_service},
                                   {"real_server", keeper.real_server},
                                   {"address", keeper.address.to_string()},
                                   {"path_check", keeper.path ? json::value(lamp_to_json(*keeper.path)) : nullptr},
                                   {"half_open", keeper.half_open},
                                   {"claims_address", keeper.claims_address}});
  }
  return {{"address", diagnosis.address.to_string()},
          {"interface", diagnosis.interface},
          {"healthy", diagnosis.is_healthy()},
          {"claimants", std::move(claimants)},
          {"keepers", std::move(keepers)}};
}

json::object to_json(const Event& event) {
  return {{"id", event.id},
          {"at", to_iso8601(event.at)},
          {"kind", to_string(event.kind)},
          {"object", event.object},
          {"message", model::mask_secrets(event.message)}};
}

json::object to_json(const AlertStatus& alerts) {
  const auto time_or_null = [](const std::optional<WallTime>& at) {
    return at ? json::value(json::string(to_iso8601(*at))) : json::value();
  };
  return {{"channel", alerts.channel},
          {"waiting", alerts.waiting},
          {"last_sent", time_or_null(alerts.last_sent)},
          {"last_subject", model::mask_secrets(alerts.last_subject)},
          {"error", model::mask_secrets(alerts.error)},
          {"failed_at", time_or_null(alerts.failed_at)}};
}

}  // namespace evenkeel::observed
