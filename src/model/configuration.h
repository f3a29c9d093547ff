#pragma once
// The whole configuration: what one revision holds. A value; nothing in it is ever changed in place.

#include <string>
#include <vector>

#include "model/alerts.h"
#include "model/auto_nat.h"
#include "model/layer7_service.h"
#include "model/layer7_settings.h"
#include "model/virtual_service.h"

namespace evenkeel::model {

struct Configuration {
  std::vector<VirtualService> virtual_services;
  AutoNat auto_nat = {};
  Alerts alerts = {};
  std::string certificate_warnings = "30,14,7,1";  // days before a certificate's end; empty: none
  std::vector<Layer7Service> layer7_services = {};
  Layer7Settings layer7 = {};
  std::string fallback_page = {};  // HTML; empty: the built-in one

  bool operator==(const Configuration&) const = default;
};

}  // namespace evenkeel::model
