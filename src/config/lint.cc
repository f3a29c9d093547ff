#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "config/plan.h"
#include "config/validate_alerts.h"
#include "config/validate_layer7.h"
#include "config/validate_tls.h"
#include "model/check_kind.h"
#include "model/names.h"

namespace evenkeel::config {
namespace {

using model::ForwardingMethod;
using model::HealthCheck;
using model::HealthCheckType;
using model::Problem;
using model::Scheduler;
using model::VirtualService;

class Linter {
 public:
  explicit Linter(const model::Configuration& configuration)
      : configuration_(configuration),
        both_layers_(common_parts(configuration)),
        services_(both_layers_.empty() ? configuration.virtual_services : both_layers_) {}

  std::vector<Problem> lint() {
    for (index_ = 0; index_ < services_.size(); ++index_) {
      check_hairpin(services_[index_]);
      check_forwarding(services_[index_]);
      check_moving_weights(services_[index_]);
      check_health_checks(services_[index_]);
      check_panic(services_[index_]);
      check_real_servers(services_[index_]);
    }
    return std::move(warnings_);
  }

 private:
  bool is_layer7() const { return index_ >= configuration_.virtual_services.size(); }
  bool only_redirects() const {
    return is_layer7() && configuration_.layer7_services[index_ - configuration_.virtual_services.size()].force_https;
  }

  void warn(std::string_view field, std::string message, std::string hint) {
    const size_t layer4 = configuration_.virtual_services.size();
    const auto service = is_layer7() ? fmt::format("$.layer7_services[{}]", index_ - layer4)
                                     : fmt::format("$.virtual_services[{}]", index_);
    warnings_.push_back({fmt::format("{}{}", service, field), std::move(message), std::move(hint)});
  }

  // In direct routing and tunnels a real server holds the virtual address itself: what it sends there never leaves it.
  // Harmless between services with the same real servers; a trap where one service's servers are clients of the other,
  // as PaperCut's print servers are of its application servers.
  void check_hairpin(const VirtualService& service) {
    for (size_t i = 0; i < index_; ++i) {
      const VirtualService& other = services_[i];
      if (other.address != service.address) continue;
      const auto here = strangers(service, other);
      const auto there = strangers(other, service);
      if (here.empty() && there.empty()) continue;
      const auto& [stranger, own, unreachable] =
          here.empty() ? std::tuple(there.front(), &other, &service) : std::tuple(here.front(), &service, &other);
      warn(
          ".address",
          fmt::format("{} and {} share {} but not their real servers: {} holds that address for {}, so what it sends "
                      "to {} there stays on its own loopback",
                      other.label, service.label, service.address.to_string(), stranger, own->label,
                      unreachable->label),
          fmt::format("if real servers of one are clients of the other, give {} an address of its own", service.label));
      return;  // one such neighbour is reason enough
    }
  }

  // Labels of the real servers of `service` that hold its address and are not real servers of `other`.
  static std::vector<std::string> strangers(const VirtualService& service, const VirtualService& other) {
    if (!real_servers_hold_address(service.forwarding_method)) return {};
    std::set<IpAddress> known;
    for (const auto& server : other.real_servers) known.insert(server.address);
    std::vector<std::string> result;
    for (const auto& server : service.real_servers) {
      if (!known.contains(server.address)) result.push_back(server.label);
    }
    return result;
  }

  static bool real_servers_hold_address(ForwardingMethod method) {
    return method == ForwardingMethod::kDirectRouting || method == ForwardingMethod::kTunnel;
  }

  // What a method asks of the network and of the real servers, and what no look at the configuration can tell.
  void check_forwarding(const VirtualService& service) {
    switch (service.forwarding_method) {
      case ForwardingMethod::kDirectRouting:
        return;
      case ForwardingMethod::kNat:
        warn(".forwarding_method",
             "nat needs the answers to come back through the load balancer: it must be the default gateway of the real "
             "servers, and no client may be in their network",
             "set the real servers' default gateway to an address of the load balancer, or use snat");
        break;
      case ForwardingMethod::kSnat:
        break;
      case ForwardingMethod::kTunnel:
        return warn(".forwarding_method",
                    fmt::format("each real server needs {} on a tunnel interface, without answering ARP for it; a "
                                "packet grows by {} bytes on its way there",
                                service.address.to_string(), service.address.is_ipv4() ? 20 : 40),
                    "make the MTU between load balancer and real servers that much larger, or let the real servers "
                    "announce a TCP segment size that is that much smaller");
    }
    if (!service.one_packet) return;
    warn(".one_packet",
         fmt::format("with {} datagrams of a client go to the same real server all the same, since answers have to be "
                     "changed back: one_packet has no effect",
                     model::to_string(service.forwarding_method)),
         "leave it out, or use direct_routing");
  }

  void check_health_checks(const VirtualService& service) {
    check_health_check(service.health_check, ".health_check");
    for (size_t i = 0; i < service.more_checks.size(); ++i) {
      check_health_check(service.more_checks[i], fmt::format(".more_checks[{}]", i));
    }
    const bool is_on = service.health_check.type == HealthCheckType::kAlwaysOn;
    if (!is_on || service.more_checks.empty() || service.required_checks != 1) return;
    warn(".required_checks", "one check is enough, and always_on is one that always passes",
         "leave always_on out, or require every check");
  }

  void check_health_check(const HealthCheck& check, const std::string& path) {
    const bool is_probed = !model::is_constant(check) && check.type != HealthCheckType::kFollow;
    if (is_probed && check.timeout > check.interval) {
      warn(path + ".timeout", "the timeout is longer than the interval: a slow check delays the next one",
           "make the timeout shorter than the interval");
    }
    if (model::interval_of(check) != check.interval) {
      warn(path + ".interval",
           fmt::format("PaperCut's health API is asked every {} s, not every {} s, to spare the Application Server",
                       model::interval_of(check).count(), check.interval.count()),
           "write that interval, or set insist");
    }
    const auto useless = model::useless_fields(check);
    if (useless.empty()) return;
    warn(path + ".type",
         fmt::format("a {} check does not look at {}", model::kind_name(check), fmt::join(useless, ", ")),
         model::has_protocol(check.type) ? "leave those fields out" : "use negotiate, or leave those fields out");
  }

  // What stands by is passive for a reason that its checks know: all of it would be used.
  void check_panic(const VirtualService& service) {
    const auto& servers = service.real_servers;
    const bool has_tiers =
        std::ranges::any_of(servers, [&](const auto& server) { return server.priority != servers.front().priority; });
    if (service.panic_threshold > 0 && has_tiers) {
      warn(".panic_threshold", "in a panic the real servers of all tiers take connections, also those that stand by",
           "write 0 if only one of them may be active");
    }
    if (service.quorum > 1 && std::cmp_greater(service.quorum, servers.size())) {
      warn(".quorum", fmt::format("{} has only {} real servers: it is never up", service.label, servers.size()),
           "make the quorum smaller");
    }
  }

  void check_real_servers(const VirtualService& service) {
    if (service.real_servers.empty()) {
      if (only_redirects()) return;
      return warn(".real_servers", fmt::format("{} has no real server: only its fallback answers", service.label),
                  "add a real server");
    }
    const bool takes_none = std::all_of(service.real_servers.begin(), service.real_servers.end(),
                                        [](const auto& server) { return server.weight == 0; });
    if (takes_none) {
      warn(".real_servers",
           fmt::format("every real server of {} has weight 0: only its fallback answers", service.label),
           "give one a weight, such as 100");
    }
    check_tiers(service);
    for (size_t i = 0; i < service.real_servers.size(); ++i) {
      const auto& server = service.real_servers[i];
      if (server.minimum_connections == 0 || server.maximum_connections != 0) continue;
      warn(fmt::format(".real_servers[{}].minimum_connections", i),
           "a minimum without a maximum has no effect: the server is never full", "set maximum_connections too");
    }
  }

  void check_moving_weights(const VirtualService& service) {
    constexpr const char* kHint = "use it with weighted_least_connections or weighted_round_robin";
    const bool is_hashed = service.scheduler != Scheduler::kWeightedLeastConnections &&
                           service.scheduler != Scheduler::kWeightedRoundRobin;
    if (!is_hashed) return;
    const char* const scheduler = model::to_string(service.scheduler);
    if (service.slow_start.count() != 0) {
      warn(".slow_start",
           fmt::format("with {} every step of a slow start sends some clients to another real server", scheduler),
           kHint);
    }
    if (service.feedback.method != model::FeedbackMethod::kNone) {
      warn(".feedback.method",
           fmt::format("with {} every weight that an agent says sends some clients to another real server", scheduler),
           kHint);
    }
  }

  void check_tiers(const VirtualService& service) {
    const auto& servers = service.real_servers;
    const bool has_one_tier =
        std::ranges::all_of(servers, [&](const auto& server) { return server.priority == servers.front().priority; });
    if (has_one_tier && !service.failback) {
      warn(".failback", "all real servers have the same priority: there is no tier to stay with",
           "give those that stand by a higher priority number");
    }
    if (has_one_tier && service.minimum_usable > 1) {
      warn(".minimum_usable", "all real servers have the same priority: there is no tier to add",
           "give those that stand by a higher priority number");
    } else if (std::cmp_greater(service.minimum_usable, servers.size())) {
      warn(".minimum_usable",
           fmt::format("{} has only {} real servers: every tier is always in force", service.label, servers.size()),
           "make the minimum smaller");
    }
  }

  const model::Configuration& configuration_;
  std::vector<VirtualService> both_layers_;  // empty where there is only layer 4
  const std::vector<VirtualService>& services_;
  size_t index_ = 0;  // of the virtual service at hand
  std::vector<Problem> warnings_;
};

}  // namespace

std::vector<model::Problem> lint(const model::Configuration& configuration) {
  auto warnings = Linter(configuration).lint();
  std::ranges::move(lint_alerts(configuration), std::back_inserter(warnings));
  std::ranges::move(lint_tls(configuration), std::back_inserter(warnings));
  return warnings;
}

}  // namespace evenkeel::config
