#include "engines/l7_haproxy/reload_reason.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <vector>

#include "engines/l7_haproxy/structure.h"
#include "model/layer7_json.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using desired::Layer7;
using model::Layer7Service;

constexpr size_t kMostParts = 3;

std::map<std::string, const Layer7Service*> by_label(const Layer7& layer7) {
  std::map<std::string, const Layer7Service*> services;
  for (const auto& service : layer7.services) services.emplace(service.configuration.label, &service.configuration);
  return services;
}

// The fields of which HAProxy hears from its file alone.
std::vector<std::string> fields_between(const Layer7Service& from, const Layer7Service& to) {
  const auto before = model::to_json(from, model::Secrets::kPlain).as_object();
  const auto after = model::to_json(to, model::Secrets::kPlain).as_object();
  std::vector<std::string> fields;
  for (const auto& [name, value] : after) {
    const auto* const old = before.if_contains(name);
    if (old == nullptr || *old != value) fields.emplace_back(name);
  }
  return fields;
}

}  // namespace

std::string reload_reason(const Layer7& from, const Layer7& to) {
  const Layer7 old_structure = structure(from);
  const Layer7 new_structure = structure(to);
  const auto before = by_label(old_structure);
  const auto after = by_label(new_structure);
  std::vector<std::string> parts;
  for (const auto& [label, service] : after) {
    const auto known = before.find(label);
    if (known == before.end()) {
      parts.push_back(fmt::format("virtual service {} is new", label));
    } else if (const auto fields = fields_between(*known->second, *service); !fields.empty()) {
      parts.push_back(fmt::format("virtual service {}: {}", label, fmt::join(fields, ", ")));
    }
  }
  for (const auto& [label, service] : before) {
    if (!after.contains(label)) parts.push_back(fmt::format("virtual service {} goes", label));
  }
  if (from.settings != to.settings) parts.emplace_back("old_worker_limit");
  if (from.challenge != to.challenge) parts.emplace_back("who answers ACME on port 80");
  if (parts.empty())
    parts.emplace_back("that is quicker than so many commands, or HAProxy reads it from its file alone");
  if (parts.size() > kMostParts) {
    parts.at(kMostParts - 1) = fmt::format("and {} more", parts.size() - kMostParts + 1);
    parts.resize(kMostParts);
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

}  // namespace evenkeel::engines::l7_haproxy
