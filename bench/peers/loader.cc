// Loads the XDP program with one UDP service of two real servers, and pins it: bench_peers_loader PIN dr|nat|snat
// ADDRESS PORT INTERFACE INTERFACE, the last two by number. Who attaches the pinned program keeps it, with all its
// maps.
#include <bpf/libbpf.h>

#include <cstdio>
#include <exception>
#include <map>
#include <span>
#include <string>

#include "data_plane.h"
#include "map_access.h"
#include "skeleton.h"

namespace evenkeel::packet {
namespace {

constexpr uint32_t kSets = (1 << 17) / 7;

void load(std::span<char*> arguments) {
  const std::map<std::string, ek_forwarding_method> methods = {
      {"dr", EK_METHOD_DIRECT_ROUTING}, {"nat", EK_METHOD_NAT}, {"snat", EK_METHOD_SNAT}};
  const ek_forwarding_method method = methods.at(arguments[1]);
  const std::string address = arguments[2];
  DataPlane plane({.sets4 = kSets, .sets6 = 1, .simulated_clock = false});
  const uint32_t service = plane.add_service();
  std::vector<uint16_t> ring;
  for (size_t i = 0; i < 2; ++i) {
    RealServerOptions server;
    server.method = method;
    server.interface_index = static_cast<uint32_t>(std::stoul(arguments[4 + i]));
    server.address = method == EK_METHOD_DIRECT_ROUTING ? "" : i == 0 ? "10.2.1.1" : "10.2.2.1";
    ring.push_back(static_cast<uint16_t>(plane.add_real_server(service, server)));
  }
  plane.set_ring(service, ring);
  plane.set_sources(service, {address});
  plane.add_key(address, static_cast<uint16_t>(std::stoul(arguments[3])), kUdp, service);
  check(bpf_program__pin(plane.skeleton().progs.evenkeel_xdp, arguments[0]) == 0, "pin");
}

}  // namespace
}  // namespace evenkeel::packet

int main(int argc, char** argv) {
  try {
    if (argc != 7)
      throw std::runtime_error("usage: bench_peers_loader PIN dr|nat|snat ADDRESS PORT INTERFACE INTERFACE");
    evenkeel::packet::load({argv + 1, 6});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_peers_loader: %s\n", error.what());
    return 1;
  }
}
