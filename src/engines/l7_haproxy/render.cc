#include "engines/l7_haproxy/render.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <string_view>

#include "engines/l7_haproxy/blame.h"
#include "engines/l7_haproxy/lines.h"
#include "engines/l7_haproxy/persistence_lines.h"
#include "engines/l7_haproxy/rule_lines.h"
#include "engines/l7_haproxy/server_line.h"
#include "engines/l7_haproxy/structure.h"
#include "engines/l7_haproxy/subsets.h"
#include "engines/l7_haproxy/tls_line.h"
#include "model/layer7_names.h"
#include "model/layer7_rule_names.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using model::Layer7Mode;
using model::Layer7Scheduler;
using model::Layer7Service;

constexpr uint16_t kHttp = 80;
constexpr uint16_t kHttps = 443;
constexpr int kSecondsOfMonth = 30 * 86400;
constexpr const char* kCompressed =
    "text/html text/plain text/css text/xml text/javascript application/json application/javascript application/xml "
    "image/svg+xml";

bool is_http(const Layer7Service& service) {
  return service.mode == Layer7Mode::kHttp;
}

class Renderer {
 public:
  explicit Renderer(const RenderOptions& options) : options_(options) {}

  // With the backends of rules.
  std::string render(const desired::Layer7& want, const std::string& name) {
    global(want, name);
    const auto has_table = [](const auto& service) { return keeps_table(service.configuration); };
    if (std::ranges::any_of(want.services, has_table)) peers();
    for (const auto& service : want.services) {
      if (is_subset(service.configuration)) {
        backend(service);
      } else {
        listen(service, want.challenge);
      }
    }
    for (const auto& address : want.challenge.addresses) responder(address, want.challenge);
    return std::move(text_);
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    lines_.add(format, std::forward<Arguments>(arguments)...);
  }

  static bool speaks_tls(const desired::Layer7Service& service) {
    return service.configuration.tls.is_on() || service.configuration.server_tls.enabled;
  }

  void global(const desired::Layer7& want, const std::string& name) {
    uint64_t connections = 0;
    bool is_privileged = false;
    for (const auto& service : want.services) {
      if (!is_subset(service.configuration)) connections += service.configuration.maximum_connections;
      is_privileged = is_privileged || service.configuration.transparent_proxy;
    }
    text_ +=
        "# Written by evenkeeld, which replaces it at every change: use evenkeel or its API.\n"
        "global\n";
    line("description {}", name);
    line("log /{} local0", Paths::kLogSocket);
    if (is_privileged) {
      line("# Not as user haproxy: to speak in clients' names takes root's rights.");
    } else {
      line("user haproxy");
      line("group haproxy");
    }
    line("chroot {}", options_.paths.empty());
    line("localpeer evenkeel");
    line("maxconn {}", std::clamp<uint64_t>(connections, 1000, options_.most_connections));
    line("stats socket {} mode 600 level admin expose-fd listeners", options_.paths.runtime_socket());
    if (std::ranges::any_of(want.services, speaks_tls)) {
      line("# Of certificates that have no path of their own in what follows.");
      line("ca-base {}", options_.paths.tls());
      line("tune.ssl.default-dh-param 2048");
    }
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

  // Which they are is in a file of its own; here it is for reading, and a part of the structure.
  static std::string certificates(const Layer7Service& service) {
    if (!service.tls.is_on()) return "";
    return fmt::format(" with {}certificates {}", service.tls.ocsp_stapling ? "stapled " : "",
                       fmt::join(service.tls.certificates, ", "));
  }

  void listen(const desired::Layer7Service& want, const desired::HttpChallenge& challenge) {
    const Layer7Service& service = want.configuration;
    text_ += fmt::format("\n# Virtual service {}{}\nlisten {}\n", service.label, certificates(service), service.label);
    binds(service);
    for (const auto& other : want.also_at) also_bind(service, other);
    line("maxconn {}", service.maximum_connections);
    mode(service);
    log(service);
    scheduler(service);
    timeouts(service);
    if (is_http(service) && service.ports.contains(kHttp)) answer(challenge);
    requests(service);
    add_persistence(service, lines_);
    add_choice(service, lines_);
    servers(want);
    manual(service);
  }

  // Where no virtual service listens. No label has a colon.
  void responder(const IpAddress& address, const desired::HttpChallenge& challenge) {
    text_ += fmt::format("\n# Answers ACME's HTTP-01\nfrontend {}{}\n", kResponder, address.to_string());
    line("bind {} transparent", place(address, kHttp));
    line("maxconn 100");
    line("mode http");
    line("timeout client 10s");
    line("timeout http-request 5s");
    answer(challenge);
    line("http-request return status 404");
  }

  // Before all that could refuse it or send it elsewhere. The token is the question's: whoever asks gets an answer that
  // is of use to the account's owner alone.
  void answer(const desired::HttpChallenge& challenge) {
    if (challenge.thumbprint.empty()) return;
    line(
        "http-request return status 200 content-type text/plain lf-string \"%[path,field(4,/)].{}\" "
        "if {{ path -m reg ^/[.]well-known/acme-challenge/[A-Za-z0-9_-]+$ }}",
        challenge.thumbprint);
  }

  // What a rule has chosen of a virtual service's real servers.
  void backend(const desired::Layer7Service& want) {
    const Layer7Service& service = want.configuration;
    text_ += fmt::format("\nbackend {}\n", service.label);
    mode(service);
    scheduler(service);
    server_timeouts(service);
    add_persistence(service, lines_);
    servers(want);
  }

  // Transparent: the address need not be there yet, so that clients find the port open as soon as it is.
  void binds(const Layer7Service& service) {
    const std::string more = (service.accept_proxy ? " accept-proxy" : "") + bind_tls(service, options_.paths);
    // Without it, HAProxy goes on in HTTP/2 when a client begins with that.
    const char* const version = is_http(service) && !service.http.h2 ? " proto h1" : "";
    for (const auto& range : service.ports.ranges()) {
      const std::string last = range.first == range.last ? "" : fmt::format("-{}", range.last);
      line("bind {}{} transparent{}{}", place(service.address, range.first), last, more, version);
    }
  }

  void also_bind(const Layer7Service& service, const desired::AlsoAt& other) {
    line("# Fallback of virtual service {}", other.virtual_service);
    Layer7Service there = service;
    there.address = other.address;
    there.ports = other.ports;
    there.accept_proxy = false;  // clients come straight to it
    binds(there);
  }

  // What holds in listen sections and in the backends of rules alike.
  void mode(const Layer7Service& service) {
    line("mode {}", is_http(service) ? "http" : "tcp");
    if (service.tcp_keepalive) line("option tcpka");
    if (is_http(service)) line("option idle-close-on-response");  // a reload closes no connection under a request
    line("{}option redispatch{}", service.redispatch ? "" : "no ", service.redispatch ? " 1" : "");
    if (service.full_connections) line("fullconn {}", *service.full_connections);
    if (is_http(service)) connections(service.http);
  }

  void connections(const model::Layer7Http& http) {
    switch (http.connections) {
      case model::ConnectionMode::kKeepAlive:
        break;  // HAProxy's own default
      case model::ConnectionMode::kServerClose:
        line("option http-server-close");
        break;
      case model::ConnectionMode::kClose:
        line("option httpclose");
    }
    if (http.reuse != model::ConnectionReuse::kSafe) line("http-reuse {}", model::to_string(http.reuse));
    if (http.pretend_keepalive) line("option http-pretend-keepalive");
    if (http.accept_invalid) line("option accept-invalid-http-response");
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

  void timeouts(const Layer7Service& service) {
    server_timeouts(service);
    line("timeout client {}s", service.client_timeout.count());
    if (!is_http(service)) return;
    line("timeout http-request {}s", service.request_timeout.count());
    line("timeout http-keep-alive {}s", service.client_timeout.count());
  }

  void server_timeouts(const Layer7Service& service) {
    line("timeout connect {}ms", service.connect_timeout.count());
    line("timeout server {}s", service.server_timeout.count());
    line("timeout queue {}s", service.server_timeout.count());
    line("timeout tunnel {}s", service.tunnel_timeout.count());
  }

  // In the order in which HAProxy comes to it. Rules see what the client has sent.
  void requests(const Layer7Service& service) {
    if (is_http(service)) {
      if (service.http.accept_invalid) line("option accept-invalid-http-request");
      if (service.http.compression) compression();
      redirection(service);
    }
    add_rules(service, lines_);
    if (is_http(service)) {
      forwarded_for(service);
      strict_transport(service.http);
      add_header_rules(service, lines_);
    }
  }

  void compression() {
    line("compression algo gzip");
    line("compression type {}", kCompressed);
  }

  void forwarded_for(const Layer7Service& service) {
    if (!service.x_forwarded_for) return;
    const auto known = service.http.client_x_forwarded_for;
    if (known == model::ClientForwardedFor::kReplace) line("http-request del-header x-forwarded-for");
    line("option forwardfor{}", known == model::ClientForwardedFor::kKeep ? " if-none" : "");
  }

  // Also in answers of HAProxy's own.
  void strict_transport(const model::Layer7Http& http) {
    if (!http.hsts) return;
    line("http-after-response set-header strict-transport-security max-age={}", http.hsts_months * kSecondsOfMonth);
  }

  void redirection(const Layer7Service& service) {
    if (!service.force_https) return;
    const std::string port = service.https_port == kHttps ? "" : fmt::format(":{}", service.https_port);
    line("http-request redirect location https://%[req.hdr(host),host_only]{}%[pathq] code {}", port,
         service.redirect_code);
  }

  void servers(const desired::Layer7Service& want) {
    const Layer7Service& service = want.configuration;
    for (size_t i = 0; i < service.real_servers.size(); ++i) {
      server(service, service.real_servers[i], want.real_servers[i]);
    }
    if (service.fallback_address) {
      line("server {} {} backup{}", model::kFallbackLabel, place(*service.fallback_address, service.fallback_port),
           service.fallback_persistent ? "" : " non-stick");
    } else if (want.page) {
      line("# The fallback page, which nginx serves");
      line("server {} {} backup non-stick", model::kFallbackLabel, want.page->to_string());
    }
  }

  void server(const Layer7Service& service, const model::Layer7Server& server, const desired::Layer7Server& state) {
    line("server {} {}{}{}", server.label, server_arguments(service, server, state.weight),
         sets_cookie(service) ? " cookie " + server.label : "",
         state.admission == desired::Admission::kNone ? " disabled" : "");
  }

  void manual(const Layer7Service& service) {
    if (service.manual_configuration.empty()) return;
    text_ += fmt::format("{}\n", kManualMark);
    std::string_view rest = service.manual_configuration;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      line("{}", rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  const RenderOptions& options_;
  std::string text_;
  Lines lines_{text_};
};

}  // namespace

std::string structure_name(const desired::Layer7& want, const RenderOptions& options) {
  const auto text = Renderer(options).render(structure(want), "");
  return fmt::format("evenkeel-{:016x}", std::hash<std::string>()(text));
}

std::string render(const desired::Layer7& want, const RenderOptions& options) {
  return Renderer(options).render(with_subsets(want), structure_name(want, options));
}

}  // namespace evenkeel::engines::l7_haproxy
