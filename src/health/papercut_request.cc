#include "health/papercut_request.h"

namespace evenkeel::health {
namespace {

// Ready within a megabyte: a full disk is to stop a server, a merely busy one is not.
constexpr const char* kRequest = "/api/health/application-server/status?disk-threshold-mb=1";

}  // namespace

Target papercut_request(Target target) {
  if (target.check.request.empty()) target.check.request = kRequest;
  target.check.headers = "Authorization: " + target.check.secret;
  return target;
}

}  // namespace evenkeel::health
