#pragma once
// OpenAPI 3.1 of the API, from the tables of routes and fields: what programs that make clients read.

#include <boost/json.hpp>
#include <span>

#include "api/route.h"

namespace evenkeel::api {

boost::json::object openapi(std::span<const Route> table);

}  // namespace evenkeel::api
