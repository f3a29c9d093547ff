#include "health/script_call.h"

#include <fmt/format.h>

#include "model/names.h"

namespace evenkeel::health {

std::vector<std::string> script_call(const Target& target, const std::string& directory) {
  return {fmt::format("{}/{}", directory, target.check.script), target.virtual_endpoint.address.to_string(),
          std::to_string(target.virtual_endpoint.port), target.address.to_string(), std::to_string(target.port)};
}

std::vector<std::string> script_environment(const Target& target) {
  return {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
          "HOME=/tmp",
          "TMPDIR=/tmp",
          "LANG=C.UTF-8",
          "EVENKEEL_VIRTUAL_SERVICE=" + target.key.virtual_service,
          "EVENKEEL_REAL_SERVER=" + target.key.real_server,
          "EVENKEEL_VIRTUAL_ADDRESS=" + target.virtual_endpoint.address.to_string(),
          fmt::format("EVENKEEL_VIRTUAL_PORT={}", target.virtual_endpoint.port),
          "EVENKEEL_REAL_ADDRESS=" + target.address.to_string(),
          fmt::format("EVENKEEL_REAL_PORT={}", target.port),
          fmt::format("EVENKEEL_PROTOCOL={}", model::to_string(target.served)),
          fmt::format("EVENKEEL_TIMEOUT={:g}", std::chrono::duration<double>(target.check.timeout).count())};
}

}  // namespace evenkeel::health
