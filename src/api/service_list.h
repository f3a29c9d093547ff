#pragma once
// Where the virtual services of a layer stand in the document.

#include <vector>

#include "model/configuration.h"

namespace evenkeel::api {

template <class Service>
struct ServiceList;

template <>
struct ServiceList<model::VirtualService> {
  static constexpr const char* kName = "virtual_services";
  static auto& of(auto& configuration) { return configuration.virtual_services; }
};

template <>
struct ServiceList<model::Layer7Service> {
  static constexpr const char* kName = "layer7_services";
  static auto& of(auto& configuration) { return configuration.layer7_services; }
};

}  // namespace evenkeel::api
