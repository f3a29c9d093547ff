#pragma once
// The fixture: one virtual address per family, one virtual service on it, and shorthand that lets a test read like a
// table of packets and what became of them.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data_plane.h"
#include "packet_builder.h"

namespace evenkeel::packet {

inline const std::string kVirtual4 = "10.77.0.100", kVirtual6 = "fd77::100";
inline const std::string kClient4 = "10.77.1.9", kClient6 = "fd77:1::9";
constexpr uint16_t kPort = 445;

class Lab : public testing::Test {
 protected:
  void SetUp() override { open({}); }

  // Verifying the program takes longer than most tests: one instance per kind is loaded and emptied for each test.
  void open(DataPlane::Options options) {
    static std::map<DataPlane::Options, std::unique_ptr<DataPlane>> loaded;
    std::unique_ptr<DataPlane>& slot = loaded[options];
    if (slot == nullptr) {
      slot = std::make_unique<DataPlane>(options);
    }
    slot->reset();
    plane = slot.get();
  }

  // One service on both addresses (port 445, TCP and UDP) with this many equal real servers; ids 1..count.
  void farm(size_t count, ServiceOptions options = {}, RealServerOptions server = {}) {
    farm(std::vector<RealServerOptions>(count, server), options);
  }

  void farm(const std::vector<RealServerOptions>& list, ServiceOptions options = {}) {
    service = plane->add_service(options);
    servers.clear();
    for (const RealServerOptions& server : list) {
      servers.push_back(plane->add_real_server(service, server));
    }
    plane->set_ring(service, servers);
    for (const std::string& address : {kVirtual4, kVirtual6}) {
      plane->add_key(address, kPort, kTcp, service);
      plane->add_key(address, kPort, kUdp, service);
    }
  }

  static Frame client(const std::string& address = kClient4, Ipv4Fields fields = {}) {
    return Frame().ipv4(address, kVirtual4, std::move(fields));
  }
  static Frame client6(const std::string& address = kClient6) { return Frame().ipv6(address, kVirtual6); }
  static std::string client_address(uint32_t number) {
    return "10." + std::to_string(80 + (number >> 16)) + "." + std::to_string(number >> 8 & 255) + "." +
           std::to_string(number & 255);
  }

  Output send(const Frame& frame) const { return plane->run(frame); }
  Verdict verdict(const Frame& frame) const { return plane->run(frame).verdict; }

  // The real server that a forwarded frame is addressed to; 0: it was not forwarded.
  static uint32_t server_of(const Output& output) {
    if (output.verdict != Verdict::kTransmit && output.verdict != Verdict::kRedirect) {
      return 0;
    }
    return output.bytes[4] << 8 | output.bytes[5];
  }
  uint32_t send_to(const Frame& frame) const { return server_of(send(frame)); }

  uint32_t open_tcp(const std::string& from, uint16_t port) const {
    return send_to(client(from).tcp(port, kPort, kSyn));
  }
  // SYN and ACK: an established connection.
  uint32_t establish(const std::string& from, uint16_t port) const {
    uint32_t server = open_tcp(from, port);
    EXPECT_EQ(send_to(client(from).tcp(port, kPort, kAck)), server);
    return server;
  }

  uint64_t count(ek_reason reason) const { return plane->reason(reason); }
  uint64_t count(ek_reason reason, uint32_t of_service) const { return plane->reason(reason, of_service); }

  static RealServerOptions with_flags(uint32_t flags) {
    RealServerOptions options;
    options.flags = flags;
    return options;
  }
  static RealServerOptions with_weight(uint32_t weight) {
    RealServerOptions options;
    options.weight = weight;
    return options;
  }

  DataPlane* plane = nullptr;
  uint32_t service = 0;
  std::vector<uint16_t> servers;
};

constexpr uint32_t kOnline = EK_REAL_SERVER_TAKES_NEW | EK_REAL_SERVER_KEEPS_ESTABLISHED | EK_REAL_SERVER_HAS_NEXT_HOP;
constexpr uint32_t kDrained = EK_REAL_SERVER_KEEPS_ESTABLISHED | EK_REAL_SERVER_HAS_NEXT_HOP;
constexpr uint32_t kFailed = kDrained | EK_REAL_SERVER_FAILED;
constexpr uint32_t kHalted = EK_REAL_SERVER_HAS_NEXT_HOP;

}  // namespace evenkeel::packet
