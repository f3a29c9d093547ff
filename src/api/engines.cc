// The programs that do an engine's work: how they stand, what they are told, and having it read again.

#include "api/handlers.h"
#include "api/reply.h"

namespace evenkeel::api {
namespace json = boost::json;

Answer get_engines(Call& call) {
  json::array engines;
  for (const auto& status : call.context.control.engines()) engines.emplace_back(to_json(status));
  co_return reply(engines);
}

Answer get_engine_configuration(Call& call) {
  auto text = co_await call.context.control.engine_configuration(call.capture("name"));
  if (!text) co_return refuse(text.error());
  Response response;
  response.body = std::move(*text);
  response.content_type = "text/plain; charset=utf-8";
  co_return response;
}

Answer restart_engine(Call& call) {
  const auto restarted = co_await call.context.control.restart_engine(call.capture("name"), call.request.peer.name);
  if (!restarted) co_return refuse(restarted.error());
  co_return reply(json::object{{"sentence", restarted->sentence}, {"engine", to_json(restarted->engine)}});
}

}  // namespace evenkeel::api
