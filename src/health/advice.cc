#include "health/advice.h"

#include <fmt/format.h>

namespace evenkeel::health {
namespace {

std::string on_connecting(const Target& target, const ProbeResult& result) {
  if (result.reason.starts_with("connection refused")) {
    return fmt::format(
        "{0} is reachable but nothing listens on port {1}: is the service started, and on this port? "
        "On the server: ss -ltnp 'sport = :{1}'",
        target.address.to_string(), target.port);
  }
  return fmt::format(
      "look at the way to {}: is it switched on, in the right network, and does its firewall let the "
      "load balancer in?",
      target.address.to_string());
}

std::string on_timeout(const Target& target, const ProbeResult& result) {
  if (target.check.type == model::HealthCheckType::kExternalScript) {
    return "the script waits for something, or needs more time: see what it had said, and the check's timeout";
  }
  if (target.check.type == model::HealthCheckType::kPing) {
    return "the machine is off, the way to it is interrupted, or a firewall drops pings";
  }
  if (!result.trace.connected) {
    return fmt::format(
        "nothing came back at all: the machine is off, the way to it is interrupted, or a firewall drops "
        "packets to port {}",
        target.port);
  }
  return "the server accepts connections but its service does not answer in time: it hangs, is overloaded, or waits "
         "for "
         "something such as its database; its own log says more";
}

std::string on_status(const ProbeResult& result) {
  if (result.reason.starts_with("HTTP 401") || result.reason.starts_with("HTTP 403")) {
    return "the server refuses the request: is the key in the check's request right?";
  }
  if (result.reason.starts_with("HTTP 404")) return "the server does not know this path: is the check's request right?";
  if (result.reason.starts_with("HTTP 3")) {
    return "the server sends elsewhere, which is not followed: is it the right path, virtual host and protocol?";
  }
  return "the service itself says that it is not well: see its answer, and its log";
}

}  // namespace

std::string advice(const Target& target, const ProbeResult& result) {
  if (result.outcome == Outcome::kSuccess) return {};
  if (result.outcome == Outcome::kNotChecked) {
    return "the load balancer itself could not check, for the reason given: this says nothing about the real server";
  }
  if (result.rule == "connect" || result.rule == "ping") return on_connecting(target, result);
  if (result.rule == "timeout") return on_timeout(target, result);
  if (result.rule == "allowed_status") return on_status(result);
  if (result.rule == "response_expected") {
    return "the service answers, but not with what is expected: see its answer; a passive or starting server looks "
           "like this";
  }
  if (result.rule == "tls") return "what listens there does not speak TLS, or no version that is still known";
  if (result.rule == "protocol") return "what listens there does not speak the check's protocol: is the port right?";
  if (result.rule == "script") return "the script says so: what it wrote, and the script itself, say why";
  if (result.rule == "type") return "the check is always off: nothing is asked";
  return {};
}

}  // namespace evenkeel::health
