#include "health/path_words.h"

#include <fmt/format.h>

#include "health/reason.h"

namespace evenkeel::health {
namespace {

std::string protocol_of(const PathTarget& target) {
  return target.is_udp ? "UDP" : "TCP";
}

std::string doctor(const PathTarget& target) {
  return "evenkeel doctor arp " + target.virtual_endpoint.address.to_string();
}

}  // namespace

std::string loopback_command(const IpAddress& virtual_address) {
  return fmt::format("ip address add {}/{} dev lo", virtual_address.to_string(), virtual_address.bits());
}

std::string path_is_open(const PathTarget& target, const MacAddress& expected, const MacAddress& from,
                         std::chrono::nanoseconds after) {
  std::string text = fmt::format("VIP {} answers over {} in {}", target.virtual_endpoint.to_string(),
                                 protocol_of(target), milliseconds_text(after));
  if (expected != from)
    text += fmt::format(" (from {}, another interface than {})", from.to_string(), expected.to_string());
  return text;
}

std::string path_is_silent(const PathTarget& target, const PathWay& way, std::chrono::nanoseconds after) {
  const std::string vip = target.virtual_endpoint.address.to_string();
  const std::string where = target.is_tunnel ? "in a tunnel to " + target.address.to_string()
                                             : fmt::format("to {} on {}", way.mac.to_string(), way.interface);
  return fmt::format(
      "VIP {} is not configured on the server's loopback{}: {} answers at its own address, but within {} "
      "not to {} {} sent {}. On the server: {} (all remedies: {})",
      vip, target.is_tunnel ? ", or the server does not unwrap tunnels" : "", target.address.to_string(),
      timeout_text(std::chrono::duration_cast<std::chrono::milliseconds>(after)), protocol_of(target),
      target.virtual_endpoint.to_string(), where, loopback_command(target.virtual_endpoint.address), doctor(target));
}

std::string path_is_refused(const PathTarget& target) {
  return fmt::format(
      "nothing listens at VIP {} on the server: {} port {} is refused there, though the server answers at "
      "its own address {}. Let the program listen at the VIP too, or at all addresses",
      target.virtual_endpoint.address.to_string(), protocol_of(target), target.virtual_endpoint.port,
      target.address.to_string());
}

std::string path_is_unreachable(const PathTarget& target, const PathAnswer& answer) {
  const std::string vip = target.virtual_endpoint.to_string();
  const std::string reporter = answer.reporter.to_string();
  switch (answer.unreachable) {
    case Unreachable::kPort:
      return path_is_refused(target);
    case Unreachable::kProtocol:
      return fmt::format(
          "{} does not take tunnelled packets (ICMP protocol unreachable): set up its end of the tunnel, "
          "and {}",
          reporter, loopback_command(target.virtual_endpoint.address));
    case Unreachable::kProhibited:
      return fmt::format(
          "a packet filter on {} refuses {} to VIP {} (ICMP administratively prohibited): allow it there", reporter,
          protocol_of(target), vip);
    case Unreachable::kHost:
      break;
  }
  return fmt::format(
      "{} has no way to VIP {} (ICMP unreachable): the VIP is not configured on the server's loopback. On "
      "the server: {} (all remedies: {})",
      reporter, vip, loopback_command(target.virtual_endpoint.address), doctor(target));
}

std::string answered_by_other(const PathTarget& target, const MacAddress& from, const std::string& other_server) {
  const std::string vip = target.virtual_endpoint.address.to_string();
  return fmt::format(
      "VIP {} is not configured on the server's loopback: it passes what is for the VIP on, and {} ({}) "
      "answers instead. On the server: {} (all remedies: {})",
      vip, other_server, from.to_string(), loopback_command(target.virtual_endpoint.address), doctor(target));
}

std::string server_is_silent(const PathTarget& target) {
  return fmt::format("cannot be told: {} does not answer at its own address either", target.address.to_string());
}

std::string udp_is_silent(const PathTarget& target) {
  return fmt::format("cannot be told: a UDP service need not answer, and VIP {} does not",
                     target.virtual_endpoint.to_string());
}

}  // namespace evenkeel::health
