#include "engines/l7_haproxy/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rendered_file.h"
#include "sample.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string rendered(const desired::Layer7Service& service) {
  return render(layer7(service), options());
}

TEST(Render, ReadsAsAPersonWouldWriteIt) {
  const auto text = rendered(print_provider());
  const auto begin = text.find("# Virtual service");
  ASSERT_NE(begin, std::string::npos);
  EXPECT_EQ(text.substr(begin),
            "# Virtual service Print_Provider\n"
            "listen Print_Provider\n"
            "    bind 10.0.0.30:445 transparent\n"
            "    maxconn 40000\n"
            "    mode tcp\n"
            "    option tcpka\n"
            "    option redispatch 1\n"
            "    log global\n"
            "    option tcplog\n"
            "    option dontlog-normal\n"
            "    option dontlognull\n"
            "    balance leastconn\n"
            "    timeout connect 4000ms\n"
            "    timeout server 45s\n"
            "    timeout queue 45s\n"
            "    timeout tunnel 43200s\n"
            "    timeout client 43s\n"
            "    server PS1 10.0.0.21 weight 100\n"
            "    server PS2 10.0.0.22 weight 100\n");
}

TEST(Render, IsTheSameForTheSame) {
  EXPECT_EQ(rendered(print_provider()), rendered(print_provider()));
}

TEST(Render, CarriesTheStatesOfRealServers) {
  auto service = print_provider();
  service.real_servers[0].admission = desired::Admission::kNone;
  service.real_servers[1] = {.admission = desired::Admission::kKnown, .weight = 0};
  EXPECT_THAT(rendered(service), AllOf(HasSubstr("server PS1 10.0.0.21 weight 100 disabled\n"),
                                       HasSubstr("server PS2 10.0.0.22 weight 0\n")));
}

TEST(Render, OneStructureIsOneNameWhateverTheRuntimeApiChanges) {
  const auto before = structure_name(layer7(print_provider()), options());
  auto service = print_provider();
  service.real_servers[0].weight = 7;
  service.configuration.real_servers[0].address = ip("10.0.0.99");
  service.configuration.real_servers[1].maximum_connections = 5;
  service.configuration.maximum_connections = 9;
  service.configuration.health_check.failure_count = 5;
  service.real_servers[0].admission = desired::Admission::kNone;
  EXPECT_EQ(structure_name(layer7(service), options()), before);
  service.configuration.real_servers.pop_back();
  service.real_servers.pop_back();
  EXPECT_NE(structure_name(layer7(service), options()), before);
}

TEST(Render, HttpHasHeadersCookieAndRedirection) {
  auto service = print_provider();
  service.configuration.mode = model::Layer7Mode::kHttp;
  service.configuration.persistence = model::Layer7Persistence::kHttpCookie;
  service.configuration.force_https = true;
  service.configuration.https_port = 9192;
  service.configuration.redirect_code = 308;
  EXPECT_THAT(rendered(service),
              AllOf(HasSubstr("option forwardfor\n"),
                    HasSubstr("cookie SERVERID insert indirect nocache httponly maxidle 1800s maxlife 43200s\n"),
                    HasSubstr("server PS1 10.0.0.21 weight 100 cookie PS1\n"),
                    HasSubstr("location https://%[req.hdr(host),host_only]:9192%[pathq] code 308\n"),
                    Not(HasSubstr("peers evenkeel"))));
}

TEST_F(RenderedFile, HaproxyAcceptsEveryOption) {
  using namespace model;
  for (const auto mode : {Layer7Mode::kTcp, Layer7Mode::kHttp}) {
    for (const auto scheduler : {Layer7Scheduler::kWeightedLeastConnections, Layer7Scheduler::kWeightedRoundRobin,
                                 Layer7Scheduler::kSourceHash}) {
      for (const auto persistence :
           {Layer7Persistence::kNone, Layer7Persistence::kSourceIp, Layer7Persistence::kHttpCookie}) {
        if (mode == Layer7Mode::kTcp && persistence == Layer7Persistence::kHttpCookie) continue;
        auto want = print_provider();
        auto& service = want.configuration;
        service.mode = mode;
        service.scheduler = scheduler;
        service.persistence = persistence;
        service.send_proxy = mode == Layer7Mode::kTcp ? SendProxy::kV1 : SendProxy::kV2;
        service.accept_proxy = service.redispatch = mode == Layer7Mode::kTcp;
        service.force_https = mode == Layer7Mode::kHttp;
        service.source_address = ip("10.0.0.30");
        service.fallback_address = ip("10.0.0.77");
        want.real_servers[0].admission = desired::Admission::kNone;
        service.real_servers[0].port = 8080;
        service.real_servers[0].minimum_connections = 2;
        service.real_servers[0].maximum_connections = 20;
        const auto accepted = check(layer7(want));
        EXPECT_TRUE(accepted) << to_string(accepted.error());
      }
    }
  }
}

TEST_F(RenderedFile, HaproxyAcceptsIpv6AndSourcesOfIt) {
  auto want = print_provider();
  want.configuration.address = ip("2001:db8::30");
  want.configuration.ports = model::PortSet::parse("80,8000-8010").value();
  want.configuration.persistence = model::Layer7Persistence::kSourceIp;
  want.configuration.source_address = ip("2001:db8::7");
  want.configuration.real_servers = {server("A", "2001:db8::21"), server("B", "2001:db8::22", 81)};
  want.configuration.fallback_address = ip("2001:db8::23");
  const auto accepted = check(layer7(want));
  EXPECT_TRUE(accepted) << to_string(accepted.error());
}

TEST_F(RenderedFile, TheFallbackPageIsTheLastResort) {
  auto want = print_provider();
  want.configuration.mode = model::Layer7Mode::kHttp;
  want.configuration.send_proxy = model::SendProxy::kOff;
  want.page = Endpoint{ip("127.129.2.3"), 9081};
  EXPECT_THAT(rendered(want), HasSubstr("    # The fallback page, which nginx serves\n"
                                        "    server fallback 127.129.2.3:9081 backup non-stick\n"));
  const auto accepted = check(layer7(want));
  EXPECT_TRUE(accepted) << to_string(accepted.error());
}

TEST_F(RenderedFile, ALayer4VirtualServiceMayHaveItAsItsFallback) {
  auto want = print_provider();
  want.configuration.accept_proxy = true;
  want.also_at = {{"Papercut_WUI", ip("10.0.0.99"), model::PortSet::parse("9191-9193").value()}};
  EXPECT_THAT(rendered(want), HasSubstr("    bind 10.0.0.30:445 transparent accept-proxy\n"
                                        "    # Fallback of virtual service Papercut_WUI\n"
                                        "    bind 10.0.0.99:9191-9193 transparent\n"
                                        "    maxconn"));
  const auto accepted = check(layer7(want));
  EXPECT_TRUE(accepted) << to_string(accepted.error());
}

TEST_F(RenderedFile, WhatHaproxyRefusesIsSaidInItsWords) {
  std::ofstream(options_.paths.candidate()) << "listen x\n    bogus thing\n";
  const auto refused = check_file(options_.paths, options_.paths.candidate());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("unknown keyword 'bogus'"));
}

}  // namespace
}  // namespace evenkeel::engines::l7_haproxy
