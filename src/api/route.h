#pragma once
// What the API offers. Each route is declared once, in routes.cc: dispatch, errors and the table in docs/api.md all
// come from that.

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/accounts.h"
#include "api/control.h"
#include "api/event_stream.h"
#include "api/http.h"
#include "api/query.h"
#include "base/clock.h"

namespace evenkeel::api {

// What handlers work on; outlives every call.
struct Context {
  Control& control;
  const Clock& clock;
  EventStream::Limits event_limits;
  access::Accounts* accounts = nullptr;  // null: their store cannot be read
};

// One request on its way through a handler.
struct Call {
  const Context& context;
  const Request& request;
  Query query;
  std::map<std::string, std::string, std::less<>> captures;  // of the pattern: "label" -> "MobilityPrint"

  const std::string& capture(std::string_view name) const { return captures.find(name)->second; }
};

using Handler = boost::asio::awaitable<Response> (*)(Call&);

struct Parameter {
  std::string_view name;
  std::string_view summary;
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/api/v1/virtual-services/{label}"
  Handler handler;
  std::span<const Parameter> parameters;
  std::string_view summary;
  std::optional<access::Role> exception = std::nullopt;  // who may, where it is not the rule

  // Viewers look, administrators change.
  access::Role role() const {
    return exception.value_or(method == "GET" ? access::Role::kViewer : access::Role::kAdministrator);
  }
};

std::span<const Route> routes();

// The table of docs/api.md.
std::string to_markdown(std::span<const Route> table);

}  // namespace evenkeel::api
