#include "config/validate_fallback.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/layer7_fallback.h"
#include "model/names.h"

namespace evenkeel::config {
namespace {

using model::FallbackMode;
using model::ForwardingMethod;
using model::Problem;
using model::VirtualService;

class FallbackValidator {
 public:
  FallbackValidator(const VirtualService& service, const std::string& path,
                    const std::vector<model::Layer7Service>& layer7_services)
      : service_(service),
        fallback_(service.fallback),
        path_(path),
        layer7_(model::layer7_fallback(service, layer7_services)) {}

  std::vector<Problem> validate() {
    check_page();
    if (fallback_.mode == FallbackMode::kPage || layer7_ != nullptr) check_can_listen();
    if (fallback_.mode != FallbackMode::kServer) {
      check_nothing_is_left_over();
    } else if (!fallback_.address) {
      refuse(".fallback.address", "the mode server needs the address of the server that answers",
             "give its address, or make the mode local");
    } else if (layer7_ != nullptr) {
      check_layer7_port();
      check_labels();
    } else {
      check_family();
      check_port();
      check_own_real_server();
      check_labels();
    }
    return std::move(problems_);
  }

 private:
  void refuse(const std::string& field, std::string message, std::string hint) {
    problems_.push_back({path_ + field, std::move(message), std::move(hint)});
  }

  ForwardingMethod method() const { return fallback_.masq ? ForwardingMethod::kNat : service_.forwarding_method; }

  void check_page() {
    constexpr uint16_t kHttp = 80;
    const auto is_http = [](const auto& range) { return range.first <= kHttp && kHttp <= range.last; };
    const bool has_http = !service_.ports.is_any() && std::ranges::any_of(service_.ports.ranges(), is_http);
    const bool has_page = fallback_.mode == FallbackMode::kPage || (fallback_.mode == FallbackMode::kLocal && has_http);
    if (fallback_.page.empty() || has_page) return;
    refuse(".fallback.page",
           fmt::format("with the mode {} and the ports {} the page is never shown", model::to_string(fallback_.mode),
                       service_.ports.to_string()),
           "make the mode page, or leave the page out");
  }

  void check_nothing_is_left_over() {
    if (!fallback_.address && fallback_.port == 0 && !fallback_.masq) return;
    refuse(".fallback.mode",
           fmt::format("with the mode {} there is no fallback server that an address, a port or masq could be of",
                       model::to_string(fallback_.mode)),
           "make the mode server, or leave those fields out");
  }

  void check_family() {
    if (fallback_.address->family() == service_.address.family()) return;
    refuse(".fallback.address",
           fmt::format("{} and the virtual address {} are not both IPv4 or both IPv6", fallback_.address->to_string(),
                       service_.address.to_string()),
           fmt::format("give an {} address", service_.address.is_ipv4() ? "IPv4" : "IPv6"));
  }

  void check_port() {
    if (fallback_.port == 0) return;
    if (method() == ForwardingMethod::kDirectRouting || method() == ForwardingMethod::kTunnel) {
      return refuse(".fallback.port",
                    fmt::format("with {} the packet reaches the fallback server unchanged, so its port cannot differ",
                                model::to_string(method())),
                    "write 0, or switch masq on");
    }
    const auto& ranges = service_.ports.ranges();
    if (ranges.size() == 1 && ranges[0].first == ranges[0].last) return;
    refuse(".fallback.port",
           fmt::format("the ports \"{}\" are several, and one port cannot stand for all of them",
                       service_.ports.to_string()),
           "write 0 for the port that the client asked for");
  }

  // What answers then, nginx or HAProxy, listens on the virtual service's own address and ports.
  void check_can_listen() {
    constexpr int kMost = 1024;
    const char* const who = layer7_ == nullptr ? "the fallback page" : "a layer-7 virtual service";
    if (service_.protocol == model::Protocol::kUdp) {
      return refuse(".fallback.mode", fmt::format("{} answers TCP, and this virtual service is UDP alone", who),
                    "use another server, or none");
    }
    int count = 0;
    for (const auto& range : service_.ports.ranges()) count += range.last - range.first + 1;
    if (!service_.ports.is_any() && count <= kMost) return;
    refuse(".fallback.mode", fmt::format("{} listens on each port by itself, on {} at most", who, kMost),
           "name the ports, or use another server");
  }

  // HAProxy takes the clients on the ports that they ask for.
  void check_layer7_port() {
    const auto& ranges = service_.ports.ranges();
    const bool is_same = ranges.size() == 1 && ranges[0].first == fallback_.port && ranges[0].last == fallback_.port;
    if (fallback_.port == 0 || is_same) return;
    refuse(".fallback.port",
           fmt::format("{} is a layer-7 virtual service: it is reached on the port that the client asked for",
                       layer7_->label),
           "write 0, and give its real servers the port where they listen");
  }

  // One machine behind one virtual service is reached in one way.
  void check_own_real_server() {
    for (const auto& server : service_.real_servers) {
      if (server.address != *fallback_.address || server.port != fallback_.port) continue;
      if (method() == service_.forwarding_method) return;
      refuse(".fallback.masq",
             fmt::format("{} is real server {}, which is reached by {}", fallback_.address->to_string(), server.label,
                         model::to_string(service_.forwarding_method)),
             "switch masq off");
    }
  }

  void check_labels() {
    const auto& servers = service_.real_servers;
    const auto taken = std::ranges::find(servers, model::kFallbackLabel, &model::RealServer::label);
    if (taken == servers.end()) return;
    refuse(fmt::format(".real_servers[{}].label", taken - servers.begin()),
           fmt::format("with a fallback server, \"{}\" is its label", model::kFallbackLabel),
           "give the real server another label");
  }

  const VirtualService& service_;
  const model::Fallback& fallback_;
  const std::string& path_;
  const model::Layer7Service* layer7_;  // the fallback, where it is one
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> validate_fallback(const VirtualService& service, const std::string& path,
                                       const std::vector<model::Layer7Service>& layer7_services) {
  return FallbackValidator(service, path, layer7_services).validate();
}

}  // namespace evenkeel::config
