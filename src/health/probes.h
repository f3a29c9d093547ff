#pragma once
// The kinds of probe: one .cc file for each.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "base/clock.h"
#include "health/connect_count.h"
#include "health/monitor.h"
#include "health/pattern_cache.h"
#include "health/probe.h"

namespace boost::asio {
class thread_pool;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace evenkeel::health {

class Connector;

// For libraries that have to be told; what OpenSSL itself reads in verifying_tls().
inline constexpr const char* kTrustedAuthorities = "/etc/ssl/certs/ca-certificates.crt";

// What probes work with. Outlives them.
struct ProbeTools {
  ProbeTools(boost::asio::io_context& io_context, const Clock& wall_and_steady, Scripts scripts_to_run = {});
  ~ProbeTools();

  // Knows the authorities that this system trusts. Made when it is first needed.
  std::shared_ptr<boost::asio::ssl::context> verifying_tls();
  // One thread that waits for programs to begin. Made when it is first needed, ends with this.
  boost::asio::thread_pool& starter();

  boost::asio::io_context& io;
  const Clock& clock;
  PatternCache patterns;
  ConnectCounts connect_counts;
  Scripts scripts;
  std::shared_ptr<Connector> connector;
  std::shared_ptr<boost::asio::ssl::context> tls;  // takes any certificate; shared: a TLS probe in flight keeps it

 private:
  std::shared_ptr<boost::asio::ssl::context> verifying_tls_;
  std::unique_ptr<boost::asio::thread_pool> starter_;
};

// The probe that the target's check asks for.
std::shared_ptr<Probe> make_probe(ProbeTools& tools, const Target& target);

std::shared_ptr<Probe> make_connect_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_connects_then_negotiate_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_constant_probe(ProbeTools& tools, const Target& target);  // always on, always off
std::shared_ptr<Probe> make_dns_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_http_probe(ProbeTools& tools, const Target& target);  // HTTP, HTTPS, HTTP proxy
std::shared_ptr<Probe> make_ipp_probe(ProbeTools& tools, const Target& target);   // IPP, IPPS
std::shared_ptr<Probe> make_ldap_probe(ProbeTools& tools, const Target& target);  // LDAP, LDAPS
std::shared_ptr<Probe> make_mysql_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_negotiate_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_papercut_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_ping_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_postgresql_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_radius_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_script_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_simple_udp_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_sip_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_syn_probe(ProbeTools& tools, const Target& target);

}  // namespace evenkeel::health
