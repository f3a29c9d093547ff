#include "engines/l7_haproxy/structure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sample.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using desired::Admission;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

std::optional<std::vector<std::string>> commands(const desired::Layer7Service& to) {
  return commands_between(layer7(print_provider()), layer7(to), {});
}

TEST(Commands, NothingForNothing) {
  EXPECT_THAT(commands(print_provider()), Optional(IsEmpty()));
}

TEST(Commands, DownIsMaintenanceAndDrainIsWeightZero) {
  auto to = print_provider();
  to.real_servers[0].admission = Admission::kNone;
  to.real_servers[1].admission = Admission::kKnown;
  to.real_servers[1].weight = 0;
  EXPECT_THAT(commands(to), Optional(ElementsAre("set server Print_Provider/PS1 state maint",
                                                 "set server Print_Provider/PS2 weight 0")));
}

TEST(Commands, WeightAddressAndLimits) {
  auto to = print_provider();
  to.real_servers[0].weight = 50;
  to.configuration.real_servers[1].address = ip("10.0.0.99");
  to.configuration.real_servers[1].maximum_connections = 5;
  to.configuration.maximum_connections = 100;
  EXPECT_THAT(
      commands(to),
      Optional(ElementsAre("set maxconn frontend Print_Provider 100", "set server Print_Provider/PS1 weight 50",
                           "set server Print_Provider/PS2 addr 10.0.0.99", "set maxconn server Print_Provider/PS2 5")));
}

TEST(Commands, AnotherTextOfTheFallbackPageIsNothingToHaproxy) {
  auto to = print_provider();
  to.configuration.fallback_page = "<p>Back at nine";
  EXPECT_THAT(commands(to), Optional(IsEmpty()));
  to.page = Endpoint{ip("127.129.2.3"), 9081};
  EXPECT_FALSE(commands(to)) << "another place takes a reload";
}

TEST(Commands, AnotherPlaceToListenTakesAReload) {
  auto to = print_provider();
  to.also_at = {{"Papercut_WUI", ip("10.0.0.99"), model::PortSet::parse("9191").value()}};
  EXPECT_FALSE(commands(to));
}

TEST(Commands, ServersComeAndGo) {
  auto to = print_provider();
  to.configuration.send_proxy = model::SendProxy::kOff;
  to.configuration.real_servers[0] = server("PS3", "10.0.0.23", 4450);
  EXPECT_THAT(commands(to),
              Optional(ElementsAre("set server Print_Provider/PS1 state maint", "del server Print_Provider/PS1",
                                   "add server Print_Provider/PS3 10.0.0.23:4450 weight 100",
                                   "set server Print_Provider/PS3 state ready")));
}

TEST(Commands, WhatIsCheckedAndHowIsNoneOfHaproxysBusiness) {
  auto to = print_provider();
  to.configuration.health_check.check_port = 9163;
  EXPECT_THAT(commands(to), Optional(IsEmpty()));
}

TEST(Commands, AReloadForEverythingElse) {
  auto ports = print_provider();
  ports.configuration.ports = model::PortSet::parse("446").value();
  EXPECT_EQ(commands(ports), std::nullopt);
  auto port_of_server = print_provider();
  port_of_server.configuration.real_servers[0].port = 446;
  EXPECT_EQ(commands(port_of_server), std::nullopt);
  EXPECT_EQ(commands_between(layer7(print_provider()), {}, {}), std::nullopt);
}

// HAProxy 2.6 gives cookies only to servers of its file.
TEST(Commands, AReloadForANewServerWithACookie) {
  auto from = print_provider();
  from.configuration.mode = model::Layer7Mode::kHttp;
  from.configuration.persistence = model::Layer7Persistence::kHttpCookie;
  auto to = from;
  to.configuration.real_servers.push_back(server("PS3", "10.0.0.23"));
  to.real_servers.push_back({Admission::kAll, false});
  EXPECT_EQ(commands_between(layer7(from), layer7(to), {}), std::nullopt);
}

TEST(Commands, OnlyWhoIsNewlyHaltedIsCut) {
  auto to = print_provider();
  to.real_servers[0] = {Admission::kNone, true};
  const auto before = layer7(print_provider()), after = layer7(to);
  EXPECT_THAT(newly_halted(&before, after), ElementsAre("Print_Provider/PS1"));
  EXPECT_THAT(newly_halted(&after, after), IsEmpty());
  EXPECT_THAT(newly_halted(nullptr, after), ElementsAre("Print_Provider/PS1"));
}

}  // namespace
}  // namespace evenkeel::engines::l7_haproxy
