#include "health/probes.h"

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "health/connector.h"
#include "health/dialogue_probe.h"
#include "model/names.h"

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

ProbeTools::ProbeTools(boost::asio::io_context& io_context, const Clock& wall_and_steady, Scripts scripts_to_run)
    : io(io_context),
      clock(wall_and_steady),
      scripts(std::move(scripts_to_run)),
      connector(std::make_shared<Connector>(io_context, wall_and_steady)),
      tls(make_tls_context()) {}

ProbeTools::~ProbeTools() {
  connector->stop();
}

std::shared_ptr<boost::asio::ssl::context> ProbeTools::verifying_tls() {
  if (!verifying_tls_) {
    verifying_tls_ = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
    SSL_CTX_set_default_verify_paths(verifying_tls_->native_handle());
    SSL_CTX_set_session_cache_mode(verifying_tls_->native_handle(), SSL_SESS_CACHE_OFF);
  }
  return verifying_tls_;
}

boost::asio::thread_pool& ProbeTools::starter() {
  if (!starter_) starter_ = std::make_unique<boost::asio::thread_pool>(1);
  return *starter_;
}

namespace {

using Factory = std::shared_ptr<Probe> (*)(ProbeTools& tools, const Target& target);

template <Wire kWire, Talk kTalk>
std::shared_ptr<Probe> dialogue(ProbeTools& tools, const Target& target) {
  return make_dialogue_probe(tools, target, kWire, kTalk);
}

// In the order of the enumerators, as the table of model/check_kind.cc.
constexpr std::array<Factory, model::kHealthCheckTypeNames.size()> kByType{
    make_negotiate_probe,
    make_connect_probe,
    make_ping_probe,
    make_constant_probe,
    make_constant_probe,
    make_connects_then_negotiate_probe,
    dialogue<Wire::kTls, talk_tls>,
    make_syn_probe,
    make_papercut_probe,
    make_script_probe,
    nullptr,  // follow: nothing is asked, monitor.cc knows
};

constexpr std::array<Factory, model::kNegotiateProtocolNames.size()> kByProtocol{
    make_http_probe,
    make_http_probe,
    make_http_probe,
    dialogue<Wire::kPlain, talk_simple_tcp>,
    make_simple_udp_probe,
    dialogue<Wire::kPlain, talk_ftp>,
    dialogue<Wire::kPlain, talk_smtp>,
    dialogue<Wire::kTls, talk_smtp>,
    dialogue<Wire::kPlain, talk_imap>,
    dialogue<Wire::kTls, talk_imap>,
    dialogue<Wire::kPlain, talk_pop>,
    dialogue<Wire::kTls, talk_pop>,
    dialogue<Wire::kPlain, talk_nntp>,
    make_dns_probe,
    make_sip_probe,
    make_radius_probe,
    make_ldap_probe,
    make_ldap_probe,
    make_mysql_probe,
    make_postgresql_probe,
    dialogue<Wire::kPlain, talk_smb>,
    make_ipp_probe,
    make_ipp_probe,
};
static_assert(kByType[kByType.size() - 2] != nullptr && kByProtocol.back() != nullptr,
              "a kind of check without a probe");

}  // namespace

std::shared_ptr<Probe> make_probe(ProbeTools& tools, const Target& target) {
  return kByType[static_cast<size_t>(target.check.type)](tools, target);
}

std::shared_ptr<Probe> make_negotiate_probe(ProbeTools& tools, const Target& target) {
  return kByProtocol[static_cast<size_t>(target.check.protocol)](tools, target);
}

}  // namespace evenkeel::health
