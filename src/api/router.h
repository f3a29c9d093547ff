#pragma once
// From a request to the route that answers it.

#include <span>
#include <string_view>

#include "api/route.h"

namespace evenkeel::api {

class Router {
 public:
  // The table must outlive the router.
  Router(Context context, std::span<const Route> table) : context_(context), table_(table) {}

  // Always answers: 404 with the nearest route, 405 with Allow, 400 for a query that the route does not know, 401 and
  // 403 to who may not. What was changed is noted in the audit trail.
  boost::asio::awaitable<Response> serve(Request request) const;

 private:
  boost::asio::awaitable<void> note(const Request& request, const Query& query, const Response& response) const;

  Context context_;
  std::span<const Route> table_;
};

// All routes, over this daemon: what a Server serves. All must outlive it. `accounts` may be null.
Serve serve_routes(Control& control, const Clock& clock, access::Accounts* accounts = nullptr);

}  // namespace evenkeel::api
