#include "observed/engine.h"

#include "model/json.h"

namespace evenkeel::observed {
namespace json = boost::json;

json::object to_json(const EngineStatus& status) {
  const auto time = [](const std::optional<WallTime>& at) {
    return at ? json::value(json::string(to_iso8601(*at))) : json::value(nullptr);
  };
  json::value last_error = nullptr;
  if (status.last_error_at) {
    last_error = json::object{{"message", model::mask_secrets(status.last_error)}, {"at", time(status.last_error_at)}};
  }
  return {{"name", status.name},          {"wanted", status.is_wanted},
          {"running", status.is_running}, {"since", time(status.since)},
          {"version", status.version},    {"pid", status.pid == 0 ? json::value(nullptr) : json::value(status.pid)},
          {"restarts", status.restarts},  {"last_error", std::move(last_error)}};
}

}  // namespace evenkeel::observed
