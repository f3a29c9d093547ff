#include "engines/l7_haproxy/structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "engines/l7_haproxy/persistence_lines.h"
#include "engines/l7_haproxy/server_line.h"
#include "engines/l7_haproxy/subsets.h"
#include "engines/l7_haproxy/tls_files.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using desired::Admission;
using model::Layer7Server;
using model::Layer7Service;

// With this many, a reload takes less time than the commands.
constexpr size_t kMostCommands = 500;

// What of a service is neither a real server's nor within reach of the runtime API. What HAProxy never hears of is not
// part of it.
Layer7Service own_structure(const Layer7Service& service) {
  Layer7Service own = service;
  own.interface.clear();
  own.health_check = {};
  own.slow_start = {};
  own.feedback = {};
  own.forget_on_drain = false;
  own.maximum_connections = 1;
  if (own.tls.is_on()) own.tls.certificates.resize(1);  // the others come and go
  own.fallback_page.clear();
  own.real_servers.clear();
  return own;
}

struct Member {
  const Layer7Service& service;
  const Layer7Server& server;
  const desired::Layer7Server& state;

  std::string name() const { return service.label + "/" + server.label; }
  uint16_t weight() const { return state.weight; }
  bool is_open() const { return state.admission != Admission::kNone; }
};

class Commands {
 public:
  // With the backends of their rules.
  std::optional<std::vector<std::string>> between(const desired::Layer7& from, const desired::Layer7& to) {
    const auto same = [](const desired::Layer7Service& a, const desired::Layer7Service& b) {
      return a.also_at == b.also_at && a.page == b.page &&
             own_structure(a.configuration) == own_structure(b.configuration);
    };
    if (!std::ranges::equal(from.services, to.services, same)) return std::nullopt;
    for (size_t i = 0; i < to.services.size(); ++i) {
      if (!change(from.services[i], to.services[i])) return std::nullopt;
    }
    if (commands_.size() > kMostCommands) return std::nullopt;
    return std::move(commands_);
  }

  std::vector<std::string> all(const desired::Layer7& want) {
    for (const auto& service : want.services) {
      set_maximum(service.configuration);
      for (size_t i = 0; i < service.real_servers.size(); ++i) {
        const Member member = member_of(service, i);
        set_address(member);
        set_weight(member);
        set_maximum(member);
        set_state(member);
      }
    }
    return std::move(commands_);
  }

 private:
  template <class... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    commands_.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  static Member member_of(const desired::Layer7Service& service, size_t i) {
    return {service.configuration, service.configuration.real_servers[i], service.real_servers[i]};
  }

  static std::optional<Member> find(const desired::Layer7Service& service, const std::string& label) {
    const auto& servers = service.configuration.real_servers;
    const auto found = std::ranges::find(servers, label, &Layer7Server::label);
    if (found == servers.end()) return std::nullopt;
    return member_of(service, static_cast<size_t>(found - servers.begin()));
  }

  bool change(const desired::Layer7Service& from, const desired::Layer7Service& to) {
    if (from.configuration.maximum_connections != to.configuration.maximum_connections) set_maximum(to.configuration);
    for (size_t i = 0; i < from.real_servers.size(); ++i) {
      const Member before = member_of(from, i);
      if (!find(to, before.server.label) && !remove(before)) return false;
    }
    for (size_t i = 0; i < to.real_servers.size(); ++i) {
      const Member after = member_of(to, i);
      const auto before = find(from, after.server.label);
      if (!(before ? change(*before, after) : add(after))) return false;
    }
    return true;
  }

  bool change(const Member& before, const Member& after) {
    if (before.server.minimum_connections != after.server.minimum_connections) return false;
    if (before.server.backup != after.server.backup) return false;
    const bool keeps_port = (before.server.port == 0) == (after.server.port == 0);
    if (!keeps_port) return false;
    if (before.server.address != after.server.address || before.server.port != after.server.port) set_address(after);
    if (before.weight() != after.weight()) set_weight(after);
    if (before.server.maximum_connections != after.server.maximum_connections) set_maximum(after);
    if (before.is_open() != after.is_open()) set_state(after);
    return true;
  }

  // HAProxy 2.6 gives a cookie only to servers that it reads from its file.
  bool add(const Member& member) {
    if (sets_cookie(member.service)) return false;
    add("add server {} {}", member.name(), server_arguments(member.service, member.server, member.weight()));
    if (member.is_open()) set_state(member);  // it comes disabled
    return true;
  }

  bool remove(const Member& member) {
    add("set server {} state maint", member.name());
    add("del server {}", member.name());
    return true;
  }

  void set_maximum(const Layer7Service& service) {
    if (is_subset(service)) return;
    add("set maxconn frontend {} {}", service.label, service.maximum_connections);
  }
  void set_maximum(const Member& member) {
    add("set maxconn server {} {}", member.name(), member.server.maximum_connections);
  }
  void set_address(const Member& member) {
    add("set server {} addr {}{}", member.name(), member.server.address.to_string(),
        member.server.port == 0 ? "" : fmt::format(" port {}", member.server.port));
  }
  void set_weight(const Member& member) { add("set server {} weight {}", member.name(), member.weight()); }
  void set_state(const Member& member) {
    add("set server {} state {}", member.name(), member.is_open() ? "ready" : "maint");
  }

  std::vector<std::string> commands_;
};

}  // namespace

desired::Layer7 structure(const desired::Layer7& want) {
  desired::Layer7 result = with_subsets(want);
  for (auto& service : result.services) {
    auto servers = std::move(service.configuration.real_servers);
    auto certificates = std::move(service.configuration.tls.certificates);
    service.configuration.tls.certificates = certificates;
    service.configuration = own_structure(service.configuration);
    service.configuration.tls.certificates = std::move(certificates);
    for (size_t i = 0; i < servers.size(); ++i) {
      Layer7Server server{.label = servers[i].label, .address = {}};
      server.port = servers[i].port == 0 ? 0 : 1;
      server.minimum_connections = servers[i].minimum_connections;
      server.backup = servers[i].backup;
      if (server.minimum_connections != 0) server.maximum_connections = 1;
      service.configuration.real_servers.push_back(std::move(server));
      service.real_servers[i] = {};
    }
  }
  return result;
}

std::optional<std::vector<std::string>> commands_between(const desired::Layer7& from, const desired::Layer7& to,
                                                         const Paths& paths) {
  if (from.challenge != to.challenge) return std::nullopt;
  auto tls = tls_commands(tls_files(from, paths), tls_files(to, paths));
  if (!tls) return std::nullopt;
  auto commands = Commands().between(with_subsets(from), with_subsets(to));
  if (!commands) return std::nullopt;
  commands->insert(commands->begin(), tls->first.begin(), tls->first.end());
  commands->insert(commands->end(), tls->last.begin(), tls->last.end());
  return commands;
}

std::vector<std::string> newly_halted(const desired::Layer7* from, const desired::Layer7& to) {
  std::set<std::string> before;
  const auto collect = [](const desired::Layer7& layer7, auto take) {
    for (const auto& service : with_subsets(layer7).services) {
      for (size_t i = 0; i < service.real_servers.size(); ++i) {
        if (!service.real_servers[i].ends_connections) continue;
        take(service.configuration.label + "/" + service.configuration.real_servers[i].label);
      }
    }
  };
  if (from != nullptr) collect(*from, [&](const std::string& name) { before.insert(name); });
  std::vector<std::string> halted;
  collect(to, [&](const std::string& name) {
    if (!before.contains(name)) halted.push_back(name);
  });
  return halted;
}

std::vector<std::string> commands_to(const desired::Layer7& want, const Paths& paths) {
  auto commands = tls_commands_to(tls_files(want, paths));
  std::ranges::move(Commands().all(with_subsets(want)), std::back_inserter(commands));
  return commands;
}

}  // namespace evenkeel::engines::l7_haproxy
