// The web interface's front, the fallback pages, UDP beside layer 7.

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

TEST_F(ApiTest, TheWebInterfaceSaysWhereItIs) {
  control_.web_status.is_on = true;
  control_.web_status.addresses = {"0.0.0.0:9443"};
  control_.web_status.certificate.emplace().fingerprint = "AB:CD";
  const auto reply = ask("GET", "/api/v1/web");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json::value answer = reply.value();
  EXPECT_EQ(answer.at("addresses").at(0), "0.0.0.0:9443");
  EXPECT_EQ(answer.at("certificate").at("fingerprint"), "AB:CD");
}

TEST_F(ApiTest, ACertificateComesWithItsKeyAndNothingElse) {
  EXPECT_EQ(ask("PUT", "/api/v1/web/certificate", R"({"certificate": "CERTIFICATE", "key": "KEY"})").status, 200);
  const auto wrong = ask("PUT", "/api/v1/web/certificate", R"({"certificate": "CERTIFICATE", "key": "SESAME"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.value().at("error").at("problems").at(0).at("path"), "$.key");
  for (const char* body :
       {"", "[]", "{}", R"({"certificate": "CERTIFICATE"})", R"({"certificate": 1, "key": "SESAME"})",
        R"({"certificate": "CERTIFICATE", "key": "SESAME", "more": 1})", R"({"key": "SESAME)"}) {
    const auto refused = ask("PUT", "/api/v1/web/certificate", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.body.find("SESAME"), std::string::npos) << refused.body;
  }
}

TEST_F(ApiTest, AStoredCertificateIsNamedAndComesAlone) {
  const auto used = ask("PUT", "/api/v1/web/certificate", R"({"stored": "www"})");
  ASSERT_EQ(used.status, 200) << used.body;
  EXPECT_EQ(used.value().at("certificate").at("stored"), "www");
  const std::vector<const char*> bodies{R"({"stored": "gone"})", R"({"stored": 1})",
                                        R"({"stored": "www", "certificate": "CERTIFICATE"})",
                                        R"({"stored": "www", "key": "KEY"})"};
  for (const char* body : bodies) {
    const auto refused = ask("PUT", "/api/v1/web/certificate", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.value().at("error").at("problems").at(0).at("path"), "$.stored") << body;
  }
  EXPECT_EQ(ask("PUT", "/api/v1/web/certificate", R"({"stored": ""})").status, 400);
}

TEST_F(ApiTest, AFallbackPageIsStoredInTheConfiguration) {
  EXPECT_EQ(ask("GET", "/api/v1/fallback-page").value().at("source"), "built_in");
  ASSERT_EQ(ask("PUT", "/api/v1/fallback-page", R"({"html": "<p>Back at nine"})").status, 200);
  EXPECT_EQ(control_.configuration().fallback_page, "<p>Back at nine");
  const auto page = ask("GET", "/api/v1/fallback-page").value();
  EXPECT_EQ(page.at("source"), "common");
  EXPECT_EQ(page.at("shown"), "<p>Back at nine");
  const auto refused = ask("PUT", "/api/v1/fallback-page", R"({"html": "a\u0000b"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.value().at("error").at("problems").at(0).at("path"), "$.fallback_page");
  EXPECT_EQ(ask("PUT", "/api/v1/fallback-page", R"({"page": ""})").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/virtual-services/Nobody/fallback-page").status, 404);
}

TEST_F(ApiTest, AChangedPageIsPlannedByItsLines) {
  ASSERT_EQ(ask("PUT", "/api/v1/fallback-page", R"({"html": "<html>\n<p>Back at nine\n"})").status, 200);
  const auto plan = ask("PUT", "/api/v1/fallback-page?dry_run=true", R"({"html": "<html>\n<p>Back at ten\n"})").value();
  EXPECT_EQ(plan.at("plan").at("changes").at(0).at("fields").at(0),
            json::parse(R"({"field": "fallback_page", "from": "23 bytes in 2 lines", "to": "22 bytes in 2 lines",
              "text": {"lines": ["@@ line 1", " <html>", "-<p>Back at nine", "+<p>Back at ten"], "left_out": 0}})"));
}

TEST_F(ApiTest, UdpBesideLayer7ComesInOneChange) {
  constexpr const char* kService =
      R"({"label": "Mobility", "address": "10.0.0.32", "ports": "53,9163,9164", "mode": "tcp",
          "real_servers": [{"label": "PS1", "address": "10.0.0.21"}]})";
  const auto before = control_.revision();
  const auto added = ask("POST", "/api/v1/layer7-services?udp_companion=53,9163", kService);
  ASSERT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(control_.revision(), before + 1);
  const auto& companion = control_.configuration().virtual_services.back();
  EXPECT_EQ(companion.label, "Mobility_UDP");
  EXPECT_EQ(companion.protocol, model::Protocol::kUdp);
  EXPECT_EQ(companion.forwarding_method, model::ForwardingMethod::kSnat);
  EXPECT_EQ(companion.ports.to_string(), "53,9163");
  EXPECT_EQ(companion.health_check.follow, "Mobility");
  ASSERT_EQ(companion.real_servers.size(), 1U);
  EXPECT_EQ(companion.real_servers[0].label, "PS1");
  EXPECT_EQ(ask("POST", "/api/v1/layer7-services/Mobility/udp-companion").status, 409) << "the label is taken";
  EXPECT_EQ(ask("POST", "/api/v1/layer7-services/Mobility/udp-companion", R"({"label": "U", "ports": "9164"})").status,
            200);
  EXPECT_EQ(ask("POST", "/api/v1/layer7-services/Mobility/udp-companion", R"({"prots": "1"})").status, 400);
}

}  // namespace
}  // namespace evenkeel::api
