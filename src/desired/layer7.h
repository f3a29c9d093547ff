#pragma once
// What the proxy of layer 7 should be. Part of desired::State.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/layer7_service.h"
#include "model/layer7_settings.h"

namespace evenkeel::desired {

// Whom a real server of layer 7 takes.
enum class Admission {
  kAll,
  kKnown,  // drained: clients that persistence brings back, and what is established
  kNone,   // down, halted or not checked yet; what is established goes on
};

struct Layer7Server {
  Admission admission = Admission::kNone;
  bool ends_connections = false;  // halted: what is established is cut
  uint16_t weight = 100;          // effective: less in a slow start, or when its agent says so; 0 when drained
  bool operator==(const Layer7Server&) const = default;
};

// A layer-4 virtual service whose fallback this is: the proxy answers there too.
struct AlsoAt {
  std::string virtual_service;
  IpAddress address;
  model::PortSet ports;
  bool operator==(const AlsoAt&) const = default;
};

struct Layer7Service {
  model::Layer7Service configuration;
  std::vector<Layer7Server> real_servers;  // one for each of the configuration's
  bool fallback_active = false;            // no real server takes all, and there is a fallback
  std::vector<AlsoAt> also_at = {};
  std::optional<Endpoint> page = {};  // its fallback page, where that is its fallback
  bool operator==(const Layer7Service&) const = default;
};

// A certificate as the proxy needs it.
struct Certificate {
  std::string chain;  // PEM
  std::string key;    // PEM: a secret. Empty: certificates of authorities
  std::string ocsp;   // the authority's word that it is good, DER; empty: not known yet
  bool can_be_stapled = false;
  std::string thumbprint = {};  // of our ACME account, for one that is issued by HTTP-01; else empty
  bool operator==(const Certificate&) const = default;
};
using Certificates = std::map<std::string, Certificate>;  // by label

// What ACME's HTTP-01 asks on port 80, which has one answer for all: "TOKEN.THUMBPRINT".
struct HttpChallenge {
  std::string thumbprint;            // empty: no certificate is issued that way
  std::vector<IpAddress> addresses;  // virtual ones on whose port 80 nothing else listens
  bool operator==(const HttpChallenge&) const = default;
};

struct Layer7 {
  std::vector<Layer7Service> services;
  Certificates certificates = {};  // that they name, as far as there are any
  model::Layer7Settings settings = {};
  HttpChallenge challenge = {};
  bool operator==(const Layer7&) const = default;
};

}  // namespace evenkeel::desired
