// A request in, an answer out: routes, query, body, edits. Input: method, space, target, newline, body.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "api/router.h"
#include "base/clock.h"
#include "model/json.h"
#include "unit/api/fake_control.h"

namespace evenkeel::api {
namespace {

constexpr std::string_view kFarm = R"({"virtual_services": [
  {"label": "A", "address": "10.77.0.100", "ports": "445",
   "health_check": {"type": "negotiate", "request": "/health?Authorization=KEY-4711"},
   "real_servers": [{"label": "B", "address": "10.77.0.21"}, {"label": "C", "address": "10.77.0.22"}]}]})";

Request to_request(std::string_view input) {
  const size_t line_end = std::min(input.find('\n'), input.size());
  const std::string_view line = input.substr(0, line_end);
  const size_t space = std::min(line.find(' '), line.size());
  Request request;
  request.method = line.substr(0, space);
  request.target = line.substr(std::min(space + 1, line.size()));
  request.body = input.substr(std::min(line_end + 1, input.size()));
  request.peer = {1000, "fuzz", access::Role::kAdministrator, "local"};
  return request;
}

void check(bool holds) {
  if (!holds) std::abort();
}

void answer(std::string_view input) {
  boost::asio::io_context io;
  const FakeClock clock;
  FakeControl control(clock);
  control.commit(model::parse_configuration(kFarm).value(), "root", "");
  const Serve serve = serve_routes(control, clock);
  std::optional<Response> response;
  boost::asio::co_spawn(
      io, [&]() -> boost::asio::awaitable<void> { response = co_await serve(to_request(input)); },
      boost::asio::detached);
  io.run();
  check(response.has_value());
  check(response->status >= 200 && response->status < 500);
  check(response->stream != nullptr || boost::json::parse(response->body).is_object());
  const bool was_told = input.find("KEY-4711") != std::string_view::npos;  // what is asked may be said again
  check(was_told || response->body.find("KEY-4711") == std::string::npos);
}

}  // namespace
}  // namespace evenkeel::api

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  evenkeel::api::answer({reinterpret_cast<const char*>(data), size});
  return 0;
}
