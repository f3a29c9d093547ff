#include "observed/health.h"

#include "api/handlers.h"
#include "api/reply.h"

namespace evenkeel::api {

Answer get_real_server_health(Call& call) {
  const auto health = call.context.control.health({call.capture("label"), call.capture("real_server")});
  if (!health) co_return refuse(health.error());
  co_return reply(observed::to_json(*health));
}

}  // namespace evenkeel::api
