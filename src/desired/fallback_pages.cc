#include "desired/fallback_pages.h"

#include <algorithm>
#include <functional>

namespace evenkeel::desired {
namespace {

using model::FallbackMode;

constexpr uint16_t kHttp = 80;

// Port 80 speaks HTTP, so the page answers there without being asked for. Of other ports only people know.
std::vector<Endpoint> endpoints_of(const model::VirtualService& service) {
  const auto mode = service.fallback.mode;
  const bool has_page = mode == FallbackMode::kPage || mode == FallbackMode::kLocal;
  const bool is_off = service.health_check.type == model::HealthCheckType::kAlwaysOff;
  if (!has_page || is_off || service.protocol == model::Protocol::kUdp || service.ports.is_any()) return {};
  std::vector<Endpoint> endpoints;
  for (const auto& range : service.ports.ranges()) {
    for (int port = range.first; port <= range.last; ++port) {
      if (mode == FallbackMode::kPage || port == kHttp) {
        endpoints.push_back({service.address, static_cast<uint16_t>(port)});
      }
    }
  }
  return endpoints;
}

// As rarely the same for two labels as one in 16 million.
IpAddress own_address(const std::string& label) {
  const size_t hash = std::hash<std::string>()(label);
  const auto byte = [&](int shift) { return static_cast<uint8_t>(hash >> shift); };
  constexpr uint8_t kLoopback = 127;
  constexpr uint8_t kNever = 128;  // so that it is neither 127.0.0.1 nor the like
  return IpAddress::from_ipv4({kLoopback, static_cast<uint8_t>(byte(0) | kNever), byte(8), byte(16)});
}

}  // namespace

std::optional<Endpoint> page_endpoint(const model::Layer7Service& service) {
  if (service.mode != model::Layer7Mode::kHttp || service.fallback_address) return std::nullopt;
  const auto common = IpAddress::from_ipv4({127, 0, 0, 1});
  return Endpoint{service.fallback_page.empty() ? common : own_address(service.label), kPagePort};
}

FallbackPages compute_fallback_pages(const model::Configuration& configuration) {
  FallbackPages result;
  FallbackPage common{.virtual_service = "", .html = configuration.fallback_page, .endpoints = {}};
  bool is_needed = false;
  const auto add = [&](const std::string& label, const std::string& html, std::vector<Endpoint> endpoints) {
    is_needed = true;
    if (html.empty()) {
      common.endpoints.insert(common.endpoints.end(), endpoints.begin(), endpoints.end());
    } else {
      result.pages.push_back({label, html, std::move(endpoints)});
    }
  };
  for (const auto& service : configuration.virtual_services) {
    auto endpoints = endpoints_of(service);
    if (!endpoints.empty()) add(service.label, service.fallback.page, std::move(endpoints));
  }
  for (const auto& service : configuration.layer7_services) {
    const auto own = page_endpoint(service);
    if (!own) continue;
    std::vector<Endpoint> endpoints;
    if (!service.fallback_page.empty()) endpoints.push_back(*own);
    add(service.label, service.fallback_page, std::move(endpoints));
  }
  if (!is_needed) return {};
  common.endpoints.push_back({IpAddress(), kPagePort});
  common.endpoints.push_back({IpAddress::from_ipv6({}), kPagePort});
  std::ranges::sort(common.endpoints);
  result.pages.insert(result.pages.begin(), std::move(common));
  return result;
}

}  // namespace evenkeel::desired
