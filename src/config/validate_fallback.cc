#include "config/validate_fallback.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/names.h"

namespace evenkeel::config {
namespace {

using model::FallbackMode;
using model::ForwardingMethod;
using model::Problem;
using model::VirtualService;

class FallbackValidator {
 public:
  FallbackValidator(const VirtualService& service, const std::string& path)
      : service_(service), fallback_(service.fallback), path_(path) {}

  std::vector<Problem> validate() {
    if (fallback_.mode != FallbackMode::kServer) {
      check_nothing_is_left_over();
    } else if (!fallback_.address) {
      refuse(".fallback.address", "the mode server needs the address of the server that answers",
             "give its address, or make the mode local");
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
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> validate_fallback(const VirtualService& service, const std::string& path) {
  return FallbackValidator(service, path).validate();
}

}  // namespace evenkeel::config
