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

  // Always answers: 404 with the nearest route, 405 with Allow, 400 for a query that the route does not know.
  boost::asio::awaitable<Response> serve(Request request) const;

 private:
  Context context_;
  std::span<const Route> table_;
};

// All routes, over this daemon: what a Server serves. Both must outlive it.
Serve serve_routes(Control& control, const Clock& clock);

}  // namespace evenkeel::api
