#include "engines/l7_haproxy/subsets.h"

#include <algorithm>
#include <string>
#include <utility>

namespace evenkeel::engines::l7_haproxy {
namespace {

constexpr char kSign = ':';

bool names(const model::Layer7Rule& rule, const std::string& label) {
  const auto labels = model::split_list(rule.servers);
  return std::ranges::find(labels, label) != labels.end();
}

// A cookie of its own: else whoever uses two rules in turn would lose, with each, the real server that the other knows.
desired::Layer7Service subset(const desired::Layer7Service& whole, const model::Layer7Rule& rule) {
  desired::Layer7Service part = whole;
  auto& service = part.configuration;
  service.label += kSign + rule.label;
  service.ports = {};
  service.cookie_name += "-" + rule.label;
  service.force_https = false;
  service.rules.clear();
  service.header_rules.clear();
  service.manual_configuration.clear();
  service.real_servers.clear();
  part.real_servers.clear();
  for (size_t i = 0; i < whole.real_servers.size(); ++i) {
    if (!names(rule, whole.configuration.real_servers[i].label)) continue;
    service.real_servers.push_back(whole.configuration.real_servers[i]);
    part.real_servers.push_back(whole.real_servers[i]);
  }
  return part;
}

void add(const observed::Layer7Traffic& more, observed::Layer7Traffic& sum) {
  sum.connections += more.connections;
  sum.queued += more.queued;
  sum.total += more.total;
  sum.rate += more.rate;
  sum.request_rate += more.request_rate;
  sum.bytes_in += more.bytes_in;
  sum.bytes_out += more.bytes_out;
  sum.connect_errors += more.connect_errors;
  sum.server_errors += more.server_errors;
}

std::string without_rule(const std::string& label) {
  return label.substr(0, label.find(kSign));
}

}  // namespace

desired::Layer7 with_subsets(const desired::Layer7& want) {
  desired::Layer7 result = want;
  result.services.clear();
  for (const auto& service : want.services) {
    result.services.push_back(service);
    for (const auto& rule : service.configuration.rules) {
      if (rule.action == model::RuleAction::kUseServers) result.services.push_back(subset(service, rule));
    }
  }
  return result;
}

bool is_subset(const model::Layer7Service& service) {
  return service.label.find(kSign) != std::string::npos;
}

void merge_subsets(observed::Layer7Report& report) {
  const auto merge = [](auto& rows, auto is_part, auto whole_of) {
    auto parts = rows;
    std::erase_if(parts, [&](const auto& row) { return !is_part(row.first); });
    std::erase_if(rows, [&](const auto& row) { return is_part(row.first); });
    for (const auto& [key, traffic] : parts) add(traffic, rows[whole_of(key)]);
  };
  std::erase_if(report.virtual_services, [](const auto& row) { return row.first.starts_with(kResponder); });
  merge(
      report.virtual_services, [](const std::string& label) { return label.find(kSign) != std::string::npos; },
      without_rule);
  merge(
      report.real_servers,
      [](const model::RealServerKey& key) { return key.virtual_service.find(kSign) != std::string::npos; },
      [](const model::RealServerKey& key) {
        return model::RealServerKey{without_rule(key.virtual_service), key.real_server};
      });
}

}  // namespace evenkeel::engines::l7_haproxy
