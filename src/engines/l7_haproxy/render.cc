#include "engines/l7_haproxy/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include "engines/l7_haproxy/server_line.h"
#include "engines/l7_haproxy/structure.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using model::Layer7Mode;
using model::Layer7Persistence;
using model::Layer7Scheduler;
using model::Layer7Service;

constexpr uint16_t kHttps = 443;

class Renderer {
 public:
  explicit Renderer(const RenderOptions& options) : options_(options) {}

  std::string render(const desired::Layer7& want, const std::string& name) {
    global(want, name);
    if (std::ranges::any_of(want.services, keeps_table)) peers();
    for (const auto& service : want.services) listen(service);
    return std::move(text_);
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += "    ";
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }

  static bool keeps_table(const desired::Layer7Service& service) {
    return service.configuration.persistence == Layer7Persistence::kSourceIp;
  }

  void global(const desired::Layer7& want, const std::string& name) {
    uint64_t connections = 0;
    for (const auto& service : want.services) connections += service.configuration.maximum_connections;
    text_ +=
        "# Written by evenkeeld, which replaces it at every change: use evenkeel or its API.\n"
        "global\n";
    line("description {}", name);
    line("log /{} local0", Paths::kLogSocket);
    line("user haproxy");
    line("group haproxy");
    line("chroot {}", options_.paths.empty());
    line("localpeer evenkeel");
    line("maxconn {}", std::clamp<uint64_t>(connections, 1000, options_.most_connections));
    line("stats socket {} mode 600 level admin expose-fd listeners", options_.paths.runtime_socket());
    line("# An old worker goes on for the connections that it has: print jobs are long.");
    line("hard-stop-after {}s", want.settings.old_worker_limit.count());
    line("mworker-max-reloads 50");
  }

  void peers() {
    text_ +=
        "\n# An old worker tells the new one which clients it remembers.\n"
        "peers evenkeel\n";
    line("peer evenkeel 127.0.0.1:7778");
  }

  void listen(const desired::Layer7Service& want) {
    const Layer7Service& service = want.configuration;
    text_ += fmt::format("\n# Virtual service {}\nlisten {}\n", service.label, service.label);
    binds(service);
    mode(service);
    log(service);
    scheduler(service);
    persistence(service);
    timeouts(service);
    redirection(service);
    for (size_t i = 0; i < service.real_servers.size(); ++i) {
      server(service, service.real_servers[i], want.real_servers[i].admission);
    }
    if (service.fallback_address) {
      line("server {} {} backup non-stick", model::kFallbackLabel,
           place(*service.fallback_address, service.fallback_port));
    }
  }

  // Transparent: the address need not be there yet, so that clients find the port open as soon as it is.
  void binds(const Layer7Service& service) {
    const char* const proxy = service.accept_proxy ? " accept-proxy" : "";
    for (const auto& range : service.ports.ranges()) {
      const std::string last = range.first == range.last ? "" : fmt::format("-{}", range.last);
      line("bind {}{} transparent{}", place(service.address, range.first), last, proxy);
    }
    line("maxconn {}", service.maximum_connections);
  }

  void mode(const Layer7Service& service) {
    const bool is_http = service.mode == Layer7Mode::kHttp;
    line("mode {}", is_http ? "http" : "tcp");
    if (!is_http) line("option tcpka");
    if (is_http) line("option idle-close-on-response");  // a reload closes no connection under a request
    if (is_http && service.x_forwarded_for) line("option forwardfor");
    line("{}option redispatch{}", service.redispatch ? "" : "no ", service.redispatch ? " 1" : "");
  }

  void log(const Layer7Service& service) {
    if (service.log == model::Layer7Log::kNone) return;
    line("log global");
    line("option {}", service.mode == Layer7Mode::kHttp ? "httplog" : "tcplog");
    if (service.log == model::Layer7Log::kAll) return;
    line("option dontlog-normal");
    line("option dontlognull");  // a port that is only tried is no error
  }

  void scheduler(const Layer7Service& service) {
    switch (service.scheduler) {
      case Layer7Scheduler::kWeightedLeastConnections:
        return line("balance leastconn");
      case Layer7Scheduler::kWeightedRoundRobin:
        return line("balance roundrobin");
      case Layer7Scheduler::kSourceHash:
        line("balance source");
        line("hash-type consistent");
    }
  }

  void persistence(const Layer7Service& service) {
    const auto seconds = service.persistence_timeout.count();
    switch (service.persistence) {
      case Layer7Persistence::kNone:
        return;
      case Layer7Persistence::kSourceIp:
        line("stick-table type {} size 100k expire {}s peers evenkeel", service.address.is_ipv4() ? "ip" : "ipv6",
             seconds);
        return line("stick on src");
      case Layer7Persistence::kHttpCookie:
        line("cookie {} insert indirect nocache httponly maxidle {}s", service.cookie_name, seconds);
    }
  }

  void timeouts(const Layer7Service& service) {
    line("timeout connect {}ms", service.connect_timeout.count());
    line("timeout client {}s", service.client_timeout.count());
    line("timeout server {}s", service.server_timeout.count());
    line("timeout queue {}s", service.server_timeout.count());
    line("timeout tunnel {}s", service.tunnel_timeout.count());
    if (service.mode != Layer7Mode::kHttp) return;
    line("timeout http-request {}s", service.request_timeout.count());
    line("timeout http-keep-alive {}s", service.client_timeout.count());
  }

  void redirection(const Layer7Service& service) {
    if (!service.force_https) return;
    const std::string port = service.https_port == kHttps ? "" : fmt::format(":{}", service.https_port);
    line("http-request redirect location https://%[req.hdr(host),host_only]{}%[pathq] code {}", port,
         service.redirect_code);
  }

  void server(const Layer7Service& service, const model::Layer7Server& server, desired::Admission admission) {
    const bool has_cookie = service.persistence == Layer7Persistence::kHttpCookie;
    line("server {} {}{}{}", server.label, server_arguments(service, server, effective_weight(server, admission)),
         has_cookie ? " cookie " + server.label : "", admission == desired::Admission::kNone ? " disabled" : "");
  }

  const RenderOptions& options_;
  std::string text_;
};

}  // namespace

std::string structure_name(const desired::Layer7& want, const RenderOptions& options) {
  const auto text = Renderer(options).render(structure(want), "");
  return fmt::format("evenkeel-{:016x}", std::hash<std::string>()(text));
}

std::string render(const desired::Layer7& want, const RenderOptions& options) {
  return Renderer(options).render(want, structure_name(want, options));
}

}  // namespace evenkeel::engines::l7_haproxy
