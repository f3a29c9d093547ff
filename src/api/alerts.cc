#include "api/handlers.h"
#include "api/reply.h"
#include "observed/json.h"

namespace evenkeel::api {
namespace json = boost::json;

Answer test_alerts(Call& call) {
  const auto tested = co_await call.context.control.test_alerts(call.request.peer.name);
  if (!tested) co_return refuse(tested.error());
  json::array channels;
  for (const auto& channel : *tested) channels.emplace_back(observed::to_json(channel));
  co_return reply(json::object{{"alerts", std::move(channels)}});
}

}  // namespace evenkeel::api
