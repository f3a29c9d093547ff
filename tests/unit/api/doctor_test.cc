// The ARP doctor's routes.

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

TEST_F(ApiTest, TheArpDoctorNamesWhoAnswersAndHowToMendIt) {
  auto& diagnosis = control_.diagnosis;
  diagnosis.address = IpAddress::parse("10.77.0.100").value();
  diagnosis.interface = "eth0";
  const IpAddress server = IpAddress::parse("10.77.0.22").value();
  diagnosis.claimants = {{MacAddress::parse("02:00:00:00:00:22").value(), "PS2", server}};
  diagnosis.keepers = {{"Print_Provider", "PS1", IpAddress::parse("10.77.0.21").value(), observed::Lamp{}, 0, false},
                       {"Print_Provider", "PS2", server, std::nullopt, 7, true}};
  const auto reply = ask("GET", "/api/v1/doctor/arp?virtual_address=10.77.0.100");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json::value answer = reply.value();
  const json::value& found = answer.at("virtual_addresses").at(0);
  EXPECT_EQ(found.at("healthy"), false);
  EXPECT_EQ(found.at("claimants").at(0).at("real_server"), "PS2");
  EXPECT_EQ(found.at("keepers").at(0).at("path_check").at("state"), "unknown");
  EXPECT_TRUE(found.at("keepers").at(1).at("path_check").is_null());
  EXPECT_EQ(found.at("keepers").at(1).at("half_open"), 7);
  ASSERT_FALSE(answer.at("remedies").as_array().empty());
  for (const auto& remedy : answer.at("remedies").as_array()) EXPECT_EQ(remedy.at("real_server"), "PS2");
}

TEST_F(ApiTest, TheArpDoctorRefusesWhatIsNoVirtualAddress) {
  EXPECT_EQ(ask("GET", "/api/v1/doctor/arp?virtual_address=nowhere").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/doctor/arp?virtual_address=10.9.9.9").status, 404);
}

TEST_F(ApiTest, ScriptsComeWithTheirName) {
  const auto fix = ask("GET", "/api/v1/doctor/script?real_server=PS1").value();
  EXPECT_EQ(fix.at("name"), "fix-PS1.sh");
  EXPECT_TRUE(fix.at("script").as_string().starts_with("#!/bin/sh\n"));
  const auto undo = ask("GET", "/api/v1/doctor/script?real_server=10.77.0.21&system=windows&undo=true").value();
  EXPECT_EQ(undo.at("name"), "undo-PS1.ps1");
  EXPECT_EQ(ask("GET", "/api/v1/doctor/script").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/doctor/script?real_server=PS1&system=beos").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/doctor/script?real_server=PS1&undo=perhaps").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/doctor/script?real_server=PS9").status, 404);
}

}  // namespace
}  // namespace evenkeel::api
