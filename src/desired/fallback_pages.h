#pragma once
// Where the fallback pages answer. Part of desired::State.

#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "model/configuration.h"

namespace evenkeel::desired {

inline constexpr uint16_t kPagePort = 9081;  // of the page for all, at every address

struct FallbackPage {
  std::string virtual_service;      // whose own it is; empty: the page for all
  std::string html;                 // empty: the built-in one
  std::vector<Endpoint> endpoints;  // sorted
  bool operator==(const FallbackPage&) const = default;
};

struct FallbackPages {
  std::vector<FallbackPage> pages;  // none: no virtual service needs one
  bool operator==(const FallbackPages&) const = default;
};

FallbackPages compute_fallback_pages(const model::Configuration& configuration);

// Where HAProxy reaches the page of this virtual service: on an address of 127.0.0.0/8 of its own where it has one of
// its own. None: the page is not its fallback.
std::optional<Endpoint> page_endpoint(const model::Layer7Service& service);

}  // namespace evenkeel::desired
