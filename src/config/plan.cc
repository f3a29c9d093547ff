#include "config/plan.h"

#include <boost/json.hpp>
#include <set>

#include "config/matching.h"
#include "model/json.h"
#include "model/layer7_json.h"

namespace evenkeel::config {
namespace {

using Json = boost::json::value;
using model::Secrets;
using Kind = ObjectChange::Kind;

constexpr std::string_view kRealServers = "real_servers";

// Labels are unique over both layers: the same path stands for a virtual service of either.
template <class Service>
std::string path_of(const Service& service) {
  return "virtual_service/" + service.label;
}

template <class Service, class Server>
std::string path_of(const Service& service, const Server& server) {
  return path_of(service) + "/real_server/" + server.label;
}

std::string text_of(const Json& value) {
  return model::to_text(value, model::Layout::kOneLine);
}

// A text is long for both sides if it is for one.
FieldChange change_of(std::string field, const Json& from, const Json& to) {
  const auto* const old_text = from.if_string();
  const auto* const new_text = to.if_string();
  if (old_text == nullptr || new_text == nullptr || !(is_long(*old_text) || is_long(*new_text))) {
    return {std::move(field), text_of(from), text_of(to)};
  }
  return {std::move(field), size_in_words(*old_text), size_in_words(*new_text), text_change(*old_text, *new_text)};
}

// Compared with their secrets, shown without.
struct Side {
  const Json& plain;
  const Json& masked;
};

void compare(const std::string& prefix, Side from, Side to, std::vector<FieldChange>& changes) {
  for (const auto& [key, plain] : to.plain.get_object()) {
    if (key == kRealServers) continue;
    const Side old_value{from.plain.get_object().at(key), from.masked.get_object().at(key)};
    const Side new_value{plain, to.masked.get_object().at(key)};
    if (old_value.plain == new_value.plain) continue;
    const std::string field = prefix + std::string(key);
    if (plain.is_object()) {
      compare(field + ".", old_value, new_value, changes);
    } else {
      changes.push_back(change_of(field, old_value.masked, new_value.masked));
    }
  }
}

template <class T>
std::vector<FieldChange> compare(const T& from, const T& to) {
  const Json from_plain = model::to_json(from, Secrets::kPlain), from_masked = model::to_json(from, Secrets::kMasked);
  const Json to_plain = model::to_json(to, Secrets::kPlain), to_masked = model::to_json(to, Secrets::kMasked);
  std::vector<FieldChange> changes;
  compare("", {from_plain, from_masked}, {to_plain, to_masked}, changes);
  return changes;
}

template <class T>
std::vector<FieldChange> beside_defaults(const T& object) {
  std::vector<FieldChange> changes = compare(T{}, object);
  for (FieldChange& change : changes) {
    change.from.clear();
    change.text.reset();
  }
  return changes;
}

// Objects that stay but change places: the order is part of the configuration. None when they keep their order.
template <class T>
std::vector<FieldChange> compare_order(const std::string& field, const std::vector<T>& from,
                                       const Matches<T>& matches) {
  std::set<const T*> kept;
  boost::json::array old_order, new_order;
  for (const auto& [before, after] : matches.pairs) {
    if (before == nullptr) continue;
    kept.insert(before);
    new_order.emplace_back(after->label);
  }
  for (const T& before : from) {
    // Under its new label: a rename alone is no change of places.
    if (kept.contains(&before)) old_order.emplace_back(matches.renamed(before).label);
  }
  if (old_order == new_order) return {};
  return {{field, text_of(old_order), text_of(new_order)}};
}

// Services are compared one by one: as JSON, the whole would be large.
model::Configuration without_services(const model::Configuration& configuration) {
  model::Configuration rest;
  rest.auto_nat = configuration.auto_nat;
  rest.alerts = configuration.alerts;
  rest.certificate_warnings = configuration.certificate_warnings;
  rest.layer7 = configuration.layer7;
  rest.fallback_page = configuration.fallback_page;
  return rest;
}

class Planner {
 public:
  Plan plan(const model::Configuration& from, const model::Configuration& to) {
    auto fields = compare(without_services(from), without_services(to));
    for (auto& order : {plan_services("virtual_services", from.virtual_services, to.virtual_services),
                        plan_services("layer7_services", from.layer7_services, to.layer7_services)}) {
      fields.insert(fields.end(), order.begin(), order.end());
    }
    if (!fields.empty()) plan_.changes.push_back({Kind::kModified, "configuration", "", std::move(fields)});
    return std::move(plan_);
  }

 private:
  // What changed in their order.
  template <class Service>
  std::vector<FieldChange> plan_services(const std::string& list, const std::vector<Service>& from,
                                         const std::vector<Service>& to) {
    const auto matches = match(from, to);
    for (const auto& [before, after] : matches.pairs) {
      if (before == nullptr) {
        add(*after);
      } else {
        change(*before, *after);
      }
    }
    for (const Service* gone : matches.removed) remove(*gone);
    return compare_order(list, from, matches);
  }

  template <class Service>
  void add(const Service& service) {
    plan_.changes.push_back({Kind::kAdded, path_of(service), "", beside_defaults(service)});
    for (const auto& server : service.real_servers) add(service, server);
  }
  template <class Service, class Server>
  void add(const Service& service, const Server& server) {
    plan_.changes.push_back({Kind::kAdded, path_of(service, server), "", beside_defaults(server)});
  }
  template <class Service>
  void remove(const Service& service) {
    plan_.changes.push_back({Kind::kRemoved, path_of(service), "", {}});
    for (const auto& server : service.real_servers) remove(service, server);
  }
  template <class Service, class Server>
  void remove(const Service& service, const Server& server) {
    plan_.changes.push_back({Kind::kRemoved, path_of(service, server), "", {}});
  }

  template <class Service>
  void change(const Service& before, const Service& after) {
    if (before == after) return;
    const auto matches = match(before.real_servers, after.real_servers);
    auto fields = compare(before, after);
    auto order = compare_order(std::string(kRealServers), before.real_servers, matches);
    fields.insert(fields.end(), order.begin(), order.end());
    note_change(path_of(before), path_of(after), before.label == after.label, std::move(fields));
    for (const auto& [old_server, new_server] : matches.pairs) {
      if (old_server == nullptr) {
        add(after, *new_server);
      } else if (*old_server != *new_server) {
        note_change(path_of(before, *old_server), path_of(after, *new_server), old_server->label == new_server->label,
                    compare(*old_server, *new_server));
      }
    }
    for (const auto* gone : matches.removed) remove(before, *gone);
  }

  void note_change(const std::string& before, const std::string& after, bool has_same_label,
                   std::vector<FieldChange> fields) {
    if (fields.empty()) return;
    plan_.changes.push_back({Kind::kModified, after, has_same_label ? "" : before, std::move(fields)});
  }

  Plan plan_;
};

template <class Service>
void add_renames(const std::vector<Service>& from, const std::vector<Service>& to, std::vector<Rename>& result) {
  for (const auto& [before, after] : match(from, to).pairs) {
    if (before == nullptr) continue;
    for (const auto& [old_server, new_server] : match(before->real_servers, after->real_servers).pairs) {
      if (old_server == nullptr) continue;
      Rename rename{{before->label, old_server->label}, {after->label, new_server->label}};
      if (rename.from != rename.to) result.push_back(std::move(rename));
    }
  }
}

}  // namespace

Plan plan(const model::Configuration& from, const model::Configuration& to) {
  return Planner().plan(from, to);
}

std::vector<Rename> renames(const model::Configuration& from, const model::Configuration& to) {
  std::vector<Rename> result;
  add_renames(from.virtual_services, to.virtual_services, result);
  add_renames(from.layer7_services, to.layer7_services, result);
  return result;
}

}  // namespace evenkeel::config
