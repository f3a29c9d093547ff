// Every state, every event, every side, as IPVS has them, and how long each state lasts without a packet.
#include <gtest/gtest.h>

#include <array>

#include "desired/state.h"
#include "engines/l4_xdp/abi_values.h"
#include "ways.h"

namespace evenkeel::packet {
namespace {

constexpr ek_state kNO = EK_STATE_NONE, kES = EK_STATE_ESTABLISHED, kSS = EK_STATE_SYN_SENT, kSR = EK_STATE_SYN_RECV,
                   kFW = EK_STATE_FIN_WAIT, kTW = EK_STATE_TIME_WAIT, kCL = EK_STATE_CLOSE, kCW = EK_STATE_CLOSE_WAIT,
                   kLA = EK_STATE_LAST_ACK;
constexpr std::array kTcpStates = {kNO, kES, kSS, kSR, kFW, kTW, kCL, kCW, kLA};
// A reset with or without an acknowledgement is one, and so on: the event is the first of these that is set.
const std::vector<std::vector<uint8_t>> kEvents = {
    {kSyn, kSyn | kPsh}, {kFin, kFin | kAck}, {kAck, kAck | kPsh}, {kRst, kRst | kAck}};

enum class Column { kInput, kOutput, kInputOnly };
using Transitions = std::array<std::array<ek_state, kTcpStates.size()>, 4>;

// tcp_states in Linux's net/netfilter/ipvs/ip_vs_proto_tcp.c, line by line, from NO, ES, SS, SR, FW, TW, CL, CW, LA.
// Left out are tcp_states_dos (secure_tcp), and from LISTEN and SYNACK, which only that table and IPVS's FTP lead to.
const std::map<Column, Transitions> kIpvs = {
    {Column::kInput,
     {{/* syn */ {kSR, kES, kES, kSR, kSR, kSR, kSR, kSR, kSR},
       /* fin */ {kCL, kCW, kSS, kTW, kTW, kTW, kCL, kCW, kLA},
       /* ack */ {kES, kES, kSS, kES, kFW, kTW, kCL, kCW, kCL},
       /* rst */ {kCL, kCL, kCL, kSR, kCL, kCL, kCL, kCL, kLA}}}},
    {Column::kOutput,
     {{/* syn */ {kSS, kES, kSS, kSR, kSS, kSS, kSS, kSS, kSS},
       /* fin */ {kTW, kFW, kSS, kTW, kFW, kTW, kCL, kTW, kLA},
       /* ack */ {kES, kES, kSS, kES, kFW, kTW, kCL, kCW, kLA},
       /* rst */ {kCL, kCL, kSS, kCL, kCL, kTW, kCL, kCL, kCL}}}},
    {Column::kInputOnly,
     {{/* syn */ {kSR, kES, kES, kSR, kSR, kSR, kSR, kSR, kSR},
       /* fin */ {kCL, kFW, kSS, kTW, kFW, kTW, kCL, kCW, kLA},
       /* ack */ {kES, kES, kSS, kES, kFW, kTW, kCL, kCW, kCL},
       /* rst */ {kCL, kCL, kCL, kSR, kCL, kCL, kCL, kCL, kLA}}}},
};

class StateTable : public WayLab {
 protected:
  void SetUp() override {
    open({});
    serve(1);
  }
  Frame answer() const { return ip(real_address(), source_address()); }
  ek_state only_state() const {
    const std::vector<Connection> list = plane->connections(ipv6());
    return list.size() == 1 ? list[0].state : EK_STATES;
  }
  // The one connection, in this state although it may not come there by itself.
  void begin_in(ek_state state) const {
    plane->forget_connections();
    send(request().tcp(kClientPort, kPort, kSyn));
    plane->put_in_state(state, ipv6());
  }
  void expect_column(Column column) const {
    for (size_t event = 0; event < kEvents.size(); ++event) {
      for (const uint8_t flags : kEvents[event]) {
        for (const ek_state from : kTcpStates) {
          begin_in(from);
          send(column == Column::kOutput ? answer().tcp(kPort, kClientPort, flags)
                                         : request().tcp(kClientPort, kPort, flags));
          EXPECT_EQ(only_state(), kIpvs.at(column)[event][from])
              << "from " << engines::l4_xdp::state_name(from) << " with flags " << int{flags};
        }
      }
    }
  }
};

TEST_P(StateTable, OfTheClientsSideIsIpvs) {
  expect_column(is_translated() ? Column::kInput : Column::kInputOnly);
}

TEST_P(StateTable, OfTheRealServersSideIsIpvs) {
  if (!is_translated()) GTEST_SKIP() << "answers go round the load balancer";
  expect_column(Column::kOutput);
}

// IPVS takes such a segment for the end of the connection (tcp_state_idx() is below 0, the new state CLOSE): anybody
// could end one so, without its numbers. Ours changes nothing.
TEST_P(StateTable, ASegmentWithoutAnyOfTheFlagsChangesNothing) {
  for (const ek_state state : kTcpStates) {
    for (const uint8_t flags : {uint8_t{0}, kPsh}) {
      begin_in(state);
      send(request().tcp(kClientPort, kPort, flags));
      if (is_translated()) send(answer().tcp(kPort, kClientPort, flags));
      EXPECT_EQ(only_state(), state) << engines::l4_xdp::state_name(state);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, StateTable, all_ways(), name_of_way);

// ---- time-outs ----

// tcp_timeouts in the same file, and udp_timeouts in ip_vs_proto_udp.c.
const std::map<ek_state, uint32_t> kIpvsSeconds = {{kNO, 2},   {kES, 900}, {kSS, 120}, {kSR, 60}, {kFW, 120},
                                                   {kTW, 120}, {kCL, 10},  {kCW, 60},  {kLA, 30}, {EK_STATE_UDP, 300}};

class Timeouts : public WayLab {
 protected:
  void SetUp() override { open({}); }

  // One connection in this state, with evenkeeld's own time-outs, from its last packet on.
  void begin_in(ek_state state) {
    plane->forget_connections();
    farm(1, {}, real_server());
    const ek_service production = engines::l4_xdp::service_record({});
    std::ranges::copy(production.timeouts, plane->arrays().services[service].timeouts);
    send(packet_of(state, kSyn));
    plane->put_in_state(state, ipv6());
    plane->advance(1);
    EXPECT_TRUE(is_known(state)) << "which begins its time anew";
  }
  static Frame packet_of(ek_state state, uint8_t flags) {
    return state == EK_STATE_UDP ? request().udp(kClientPort, kPort) : request().tcp(kClientPort, kPort, flags);
  }
  // By a packet that changes no state. A datagram that belongs to nothing begins a flow.
  bool is_known(ek_state state) const {
    const uint64_t begun = plane->counters(servers.at(0)).connections;
    return verdict(packet_of(state, 0)) == Verdict::kTransmit && plane->counters(servers.at(0)).connections == begun;
  }
};

TEST_P(Timeouts, OfEveryStateIsIpvs) {
  for (const auto& [state, seconds] : kIpvsSeconds) {
    SCOPED_TRACE(engines::l4_xdp::state_name(state));
    begin_in(state);
    plane->advance(seconds);
    EXPECT_EQ(plane->sweep(ipv6()).freed, 0U);
    EXPECT_TRUE(is_known(state));
    plane->advance(seconds + 1);
    EXPECT_FALSE(is_known(state));
    begin_in(state);
    plane->advance(seconds + 1);
    EXPECT_EQ(plane->sweep(ipv6()).freed, 1U);
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, Timeouts,
                         testing::Values(Way{EK_METHOD_DIRECT_ROUTING, false}, Way{EK_METHOD_DIRECT_ROUTING, true},
                                         Way{EK_METHOD_NAT, false}, Way{EK_METHOD_NAT, true}),
                         name_of_way);

}  // namespace
}  // namespace evenkeel::packet
