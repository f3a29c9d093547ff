#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

#include "doctor/remedy.h"
#include "tests/unit/temporary_directory.h"

namespace evenkeel::doctor {
namespace {

using testing::HasSubstr;

IpAddress ip(const char* text) {
  return IpAddress::parse(text).value();
}

model::VirtualService service(const char* label, const char* address, const char* server) {
  model::VirtualService made;
  made.label = label;
  made.address = ip(address);
  made.real_servers = {{.label = "PS1", .address = ip(server)}};
  return made;
}

const Patient kPatient{"PS1", ip("10.0.0.21"), {ip("10.0.0.10"), ip("2001:db8::10")}};

TEST(Patients, AMachineIsOneAndHasAllItsVirtualAddresses) {
  model::Configuration configuration;
  configuration.virtual_services = {service("A", "10.0.0.11", "10.0.0.21"), service("B", "10.0.0.10", "10.0.0.21"),
                                    service("C", "10.0.0.11", "10.0.0.21"), service("D", "10.0.0.12", "10.0.0.21")};
  configuration.virtual_services[3].forwarding_method = model::ForwardingMethod::kSnat;
  ASSERT_EQ(patients(configuration).size(), 1U);
  EXPECT_THAT(patients(configuration)[0].virtual_addresses, testing::ElementsAre(ip("10.0.0.10"), ip("10.0.0.11")));
  EXPECT_EQ(find_patient(configuration, "PS1").value().address, ip("10.0.0.21"));
  EXPECT_EQ(find_patient(configuration, "10.0.0.21").value().label, "PS1");
  EXPECT_EQ(find_patient(configuration, "PS9").error().code, ErrorCode::kNotFound);
}

TEST(Patients, OneLabelForTwoMachinesMustBeSaidMorePrecisely) {
  model::Configuration configuration;
  configuration.virtual_services = {service("A", "10.0.0.11", "10.0.0.21"), service("B", "10.0.0.12", "10.0.0.22")};
  EXPECT_EQ(find_patient(configuration, "PS1").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(find_patient(configuration, "10.0.0.22").value().virtual_addresses, std::vector{ip("10.0.0.12")});
}

TEST(Patients, OneLabelForBothFamiliesIsOneMachine) {
  model::Configuration configuration;
  configuration.virtual_services = {service("A", "10.0.0.10", "10.0.0.21"),
                                    service("B", "2001:db8::10", "2001:db8::21")};
  EXPECT_EQ(find_patient(configuration, "PS1").value(), kPatient);
}

TEST(Remedies, AreTheGuidesWithTheAddressesFilledIn) {
  std::string all;
  for (const auto& remedy : remedies(kPatient)) {
    EXPECT_TRUE(remedy.commands.ends_with("\n")) << remedy.title;
    all += remedy.commands;
  }
  for (const char* line :
       {"ip address add 10.0.0.10/32 dev lo\n", "ip address add 2001:db8::10/128 dev lo\n",
        "sysctl -w net.ipv4.conf.all.arp_ignore=1 \"net.ipv4.conf.$interface.arp_ignore=1\"\n",
        "interface=$(ip -o address show to 10.0.0.21 | awk '{ print $2; exit }')\n",
        "iptables -t nat -A PREROUTING -d 10.0.0.10 -j REDIRECT\n",
        "ip6tables -t nat -A PREROUTING -d 2001:db8::10 -j REDIRECT\n",
        "nft add rule inet evenkeel_vip prerouting ip6 daddr 2001:db8::10 redirect\n",
        "firewall-cmd --permanent --direct --add-rule ipv4 nat PREROUTING 0 -d 10.0.0.10 -j REDIRECT\n",
        "ifconfig lo0 alias 10.0.0.10 netmask 255.255.255.255 -arp up\n",
        "netsh interface ipv4 set interface \"loopback\" weakhostsend=enabled\n",
        "netsh interface ipv6 set interface \"loopback\" dadtransmits=0\n",
        "Set-NetIPInterface -InterfaceAlias net -WeakHostReceive Enabled -AddressFamily IPv6\n"}) {
    EXPECT_THAT(all, HasSubstr(line));
  }
}

TEST(Remedies, OfOneFamilyOnlySayNothingOfTheOther) {
  const Patient ipv4{"PS1", ip("10.0.0.21"), {ip("10.0.0.10")}};
  for (const auto& remedy : remedies(ipv4)) {
    EXPECT_THAT(remedy.commands, testing::Not(testing::AnyOf(HasSubstr("ipv6"), HasSubstr("IPv6"), HasSubstr("ip6"))));
  }
}

class Script : public testing::Test {
 protected:
  // What shellcheck says; empty: nothing.
  std::string shellcheck(const std::string& text) {
    const std::string path = directory_ / "fix.sh";
    std::ofstream(path) << text;
    const std::unique_ptr<FILE, int (*)(FILE*)> output(
        popen(("shellcheck --severity=style " + path + " 2>&1").c_str(), "r"), pclose);
    std::string said;
    std::array<char, 256> buffer{};
    while (fgets(buffer.data(), buffer.size(), output.get()) != nullptr) said += buffer.data();
    return said;
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(Script, ShellcheckHasNothingToSayAboutThoseForLinux) {
  EXPECT_EQ(shellcheck(script(kPatient, System::kLinux, Purpose::kFix)), "");
  EXPECT_EQ(shellcheck(script(kPatient, System::kLinux, Purpose::kUndo)), "");
  EXPECT_NE(shellcheck("#!/bin/sh\necho $1\n"), "") << "shellcheck itself works";
}

TEST_F(Script, ALabelStaysInItsComment) {
  Patient evil = kPatient;
  evil.label = "PS1\nrm -rf /\n#";
  for (const auto system : {System::kLinux, System::kWindows}) {
    const std::string text = script(evil, system, Purpose::kFix);
    EXPECT_THAT(text, testing::Not(HasSubstr("\nrm")));
  }
  evil.label = "../x y";
  EXPECT_EQ(script_name(evil, System::kLinux, Purpose::kFix), "fix-___x_y.sh");
}

TEST_F(Script, ForWindowsNameTheAddressesAndTheWayBack) {
  const std::string fix = script(kPatient, System::kWindows, Purpose::kFix);
  EXPECT_THAT(fix, HasSubstr("$VirtualAddresses = @('10.0.0.10', '2001:db8::10')"));
  EXPECT_THAT(fix, HasSubstr("-WeakHostReceive Enabled -WeakHostSend Enabled -DadTransmits 0"));
  EXPECT_THAT(script(kPatient, System::kWindows, Purpose::kUndo), HasSubstr("Remove-NetIPAddress"));
  EXPECT_EQ(script_name(kPatient, System::kWindows, Purpose::kUndo), "undo-PS1.ps1");
  for (const auto& text : {fix, script(kPatient, System::kWindows, Purpose::kUndo)}) {
    EXPECT_EQ(std::ranges::count(text, '{'), std::ranges::count(text, '}'));
    EXPECT_EQ(std::ranges::count(text, '\'') % 2, 0);
  }
}

}  // namespace
}  // namespace evenkeel::doctor
