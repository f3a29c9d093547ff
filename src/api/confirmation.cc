#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"

namespace evenkeel::api {

Answer get_confirmation(Call& call) {
  co_return reply(to_json(call.context.control.confirmation()));
}

Answer confirm(Call& call) {
  const auto confirmed = co_await call.context.control.confirm(call.request.peer.name);
  if (!confirmed) co_return refuse(confirmed.error());
  co_return reply(boost::json::object{{"confirmed", confirmed->revision}});
}

Answer revert(Call& call) {
  const auto result = co_await call.context.control.revert(call.request.peer.name);
  co_return result ? reply_change(*result, false) : refuse(result.error());
}

}  // namespace evenkeel::api
