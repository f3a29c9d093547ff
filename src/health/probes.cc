#include "health/probes.h"

#include <boost/asio/ssl/context.hpp>

namespace evenkeel::health {
namespace {

// As tolerant as the oldest client could be: whether a server's TLS is up to date is not what a health check decides.
std::shared_ptr<boost::asio::ssl::context> make_tls_context() {
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_verify(native, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_security_level(native, 0);
  SSL_CTX_set_min_proto_version(native, TLS1_VERSION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  return context;
}

}  // namespace

ProbeTools::ProbeTools(boost::asio::io_context& io_context, const Clock& wall_and_steady)
    : io(io_context), clock(wall_and_steady), tls(make_tls_context()) {}

ProbeTools::~ProbeTools() = default;

std::shared_ptr<Probe> make_probe(ProbeTools& tools, const Target& target) {
  switch (target.check.type) {
    case model::HealthCheckType::kNegotiate:
      return make_http_probe(tools, target);
    case model::HealthCheckType::kConnect:
      return make_connect_probe(tools, target);
    case model::HealthCheckType::kPing:
      return make_ping_probe(tools, target);
    case model::HealthCheckType::kAlwaysOn:
    case model::HealthCheckType::kAlwaysOff:
      break;
  }
  return make_constant_probe(tools, target);
}

}  // namespace evenkeel::health
