#pragma once
// Changes of one object within the configuration. Only that object goes through JSON, so that a change costs the same
// in a small and in a big configuration; problems carry their path in the whole document nevertheless.

#include <boost/json.hpp>
#include <string_view>

#include "api/control.h"
#include "api/service_list.h"
#include "model/configuration.h"

namespace evenkeel::api {

// `Service` is model::VirtualService or model::Layer7Service: each has its own list in the document.
template <class Service>
Result<size_t> find_service(const model::Configuration& configuration, std::string_view label);
template <class Service>
Result<size_t> find_server(const Service& service, std::string_view label);

// The object as stored, changed by a merge patch in which masked secrets stand for the stored ones.
template <class Object>
boost::json::value patched(const Object& object, const boost::json::value& patch);

// Parses the document and puts it at `index`: in place of what is there, or at the end. A label that another one has is
// a conflict.
template <class Service>
Changed<model::Configuration> with_service(const model::Configuration& current, size_t index,
                                           const boost::json::value& document);
// The virtual service of that label, changed by a merge patch as patched() does.
template <class Service>
Changed<model::Configuration> with_patched_service(const model::Configuration& current, std::string_view label,
                                                   const boost::json::value& patch);
template <class Service>
Changed<model::Configuration> with_server(const model::Configuration& current, size_t service_index, size_t index,
                                          const boost::json::value& document);

}  // namespace evenkeel::api
