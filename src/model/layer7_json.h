#pragma once
// A layer-7 virtual service alone, to JSON and back: what model/json.h is to the others.

#include "model/json.h"
#include "model/layer7_service.h"

namespace evenkeel::model {

boost::json::value to_json(const Layer7Service& service, Secrets secrets);
boost::json::value to_json(const Layer7Server& server, Secrets secrets);

// "$" in its problems' paths is that object.
Parsed<Layer7Service> parse_layer7_service(const boost::json::value& document);

}  // namespace evenkeel::model
