#pragma once
// The kinds of probe: one .cc file for each.

#include <boost/asio/io_context.hpp>
#include <memory>

#include "base/clock.h"
#include "health/monitor.h"
#include "health/pattern_cache.h"
#include "health/probe.h"

namespace boost::asio::ssl {
class context;
}

namespace evenkeel::health {

// What probes work with. Outlives them.
struct ProbeTools {
  ProbeTools(boost::asio::io_context& io_context, const Clock& wall_and_steady);
  ~ProbeTools();

  boost::asio::io_context& io;
  const Clock& clock;
  PatternCache patterns;
  std::shared_ptr<boost::asio::ssl::context> tls;  // shared: a TLS probe in flight keeps it
};

// The probe that the target's check asks for.
std::shared_ptr<Probe> make_probe(ProbeTools& tools, const Target& target);

std::shared_ptr<Probe> make_connect_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_ping_probe(ProbeTools& tools, const Target& target);
std::shared_ptr<Probe> make_http_probe(ProbeTools& tools, const Target& target);      // negotiate: HTTP and HTTPS
std::shared_ptr<Probe> make_constant_probe(ProbeTools& tools, const Target& target);  // always on, always off

}  // namespace evenkeel::health
