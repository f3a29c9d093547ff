#include <boost/asio/this_coro.hpp>
#include <limits>

#include "api/event_stream.h"
#include "api/handlers.h"
#include "api/reply.h"

namespace evenkeel::api {
namespace {

Result<std::optional<uint64_t>> parse_last_event_id(const Request& request) {
  if (!request.last_event_id || request.last_event_id->empty()) return std::optional<uint64_t>();
  const auto id = parse_integer("Last-Event-ID", *request.last_event_id, 0, std::numeric_limits<int64_t>::max());
  if (!id) return fail(id.error());
  return std::optional<uint64_t>(static_cast<uint64_t>(*id));
}

}  // namespace

Answer get_events(Call& call) {
  const auto after = parse_last_event_id(call.request);
  if (!after) co_return refuse(after.error());
  const auto stream =
      std::make_shared<EventStream>(co_await boost::asio::this_coro::executor, call.context.event_limits, *after);
  const auto push = [weak = std::weak_ptr(stream)](const observed::Event& event) {
    if (const auto alive = weak.lock()) alive->push(event);
  };
  stream->hold(call.context.control.subscribe(*after, push));
  Response response;
  response.content_type = "text/event-stream";
  response.stream = stream;
  co_return response;
}

}  // namespace evenkeel::api
