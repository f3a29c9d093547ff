#include "engines/web_nginx/fallback.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <set>
#include <utility>

#include "base/fd.h"
#include "model/default_page.h"

namespace evenkeel::engines::web_nginx {
namespace {

constexpr const char* kObject = "engine/web_nginx/fallback";

// As nginx itself would.
Result<> try_to_listen(const Endpoint& endpoint) {
  const bool is_ipv4 = endpoint.address.is_ipv4();
  const Fd socket(::socket(is_ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return fail(system_error("cannot make a socket"));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (is_ipv4) {
    auto& address = reinterpret_cast<sockaddr_in&>(storage);
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    const auto bytes = endpoint.address.ipv4_bytes();
    std::memcpy(&address.sin_addr, bytes.data(), bytes.size());
    size = sizeof address;
  } else {
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    auto& address = reinterpret_cast<sockaddr_in6&>(storage);
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    std::memcpy(&address.sin6_addr, endpoint.address.bytes().data(), endpoint.address.bytes().size());
    size = sizeof address;
  }
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&storage), size) == 0) return {};
  return fail(system_error("the fallback page cannot be served", endpoint.to_string()));
}

// By itself, or because nginx listens on that port of every address.
bool is_held(const std::set<Endpoint>& held, const Endpoint& endpoint) {
  const auto every = endpoint.address.is_ipv4() ? IpAddress() : IpAddress::from_ipv6({});
  return held.contains(endpoint) || held.contains({every, endpoint.port});
}

std::string file_of(const desired::FallbackPage& page) {
  return page.virtual_service.empty() ? "page.html" : "own-" + page.virtual_service + ".html";
}

// Whatever is asked for, the page is the answer: nothing of the request is looked at. Clients ask again on a new
// connection, which may find a real server.
std::string render_server(const desired::FallbackPage& page, const std::string& directory) {
  std::string text = page.virtual_service.empty() ? "\n    # The page for all\n"
                                                  : fmt::format("\n    # Virtual service {}\n", page.virtual_service);
  text += "    server {\n";
  for (const auto& endpoint : page.endpoints) text += fmt::format("        listen {};\n", endpoint.to_string());
  text += fmt::format(R"(        root "{0}";
        error_page 400 403 404 405 408 411 412 413 414 416 429 431 494 500 501 502 503 504 505 =503 /{1};
        location / {{
            return 503;
        }}
        location = /{1} {{
            internal;
            add_header Retry-After 30 always;
            add_header Cache-Control no-store always;
        }}
    }}
)",
                      directory, file_of(page));
  return text;
}

constexpr std::string_view kHttp = R"(
    types {
        text/html html;
    }
    charset utf-8;
    keepalive_timeout 0;
    client_header_timeout 10s;
    client_body_timeout 10s;
    lingering_time 5s;
    send_timeout 10s;
    reset_timedout_connection on;
)";

}  // namespace

Site render_fallback(const desired::FallbackPages& want, const std::string& directory) {
  if (want.pages.empty()) return {};
  Site site{.http = std::string(kHttp), .files = {}};
  for (const auto& page : want.pages) {
    if (page.endpoints.empty()) continue;
    site.http += render_server(page, directory);
    site.files[file_of(page)] = page.html.empty() ? std::string(model::kDefaultPage) : page.html;
  }
  return site;
}

void FallbackEngine::listen(Listener listener) {
  nginx_.listen({.settled =
                     [this, settled = std::move(listener.settled)](const Result<>& done) {
                       ApplyReport report = taken_;
                       if (!done) {
                         report.statuses.push_back({kObject, ObjectStatus::State::kFailed, to_string(done.error())});
                       }
                       settled(report);
                     },
                 .changed = std::move(listener.changed),
                 .ended = std::move(listener.ended)});
}

std::vector<ObjectStatus> FallbackEngine::check(const desired::FallbackPages& /*want*/) const {
  return {};
}

Result<ApplyReport> FallbackEngine::apply(const desired::FallbackPages& want) {
  desired::FallbackPages possible = want;
  leave_out_what_is_taken(possible);
  nginx_.serve(render_fallback(possible, paths_.files()));
  return taken_;
}

// One port that somebody else has would keep nginx from all of them.
void FallbackEngine::leave_out_what_is_taken(desired::FallbackPages& want) {
  const auto held = held_endpoints(paths_);
  taken_.statuses.clear();
  for (auto& page : want.pages) {
    std::erase_if(page.endpoints, [&](const Endpoint& endpoint) {
      // One that is held is free as long as its address is there.
      const Endpoint tried{endpoint.address, is_held(held, endpoint) ? uint16_t{0} : endpoint.port};
      const auto possible = try_to_listen(tried);
      if (possible) return false;
      const auto object = fmt::format("{}/{}", kObject, endpoint.to_string());
      taken_.statuses.push_back({object, ObjectStatus::State::kNotice, to_string(possible.error())});
      return true;
    });
  }
}

}  // namespace evenkeel::engines::web_nginx
