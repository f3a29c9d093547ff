#include "engines/network/auto_nat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace evenkeel::engines::network {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

class FakeNftables final : public Nftables {
 public:
  std::string our_table() override { return table; }
  Result<> run(const std::string& commands) override {
    if (!refusal.empty()) return fail(ErrorCode::kUnavailable, refusal);
    runs.push_back(commands);
    const size_t start = commands.find("\ntable ");
    table = start == std::string::npos ? "" : commands.substr(start + 1);
    return {};
  }
  std::string table;
  std::string refusal;
  std::vector<std::string> runs;
};

class AutoNatRules : public testing::Test {
 protected:
  AutoNatRules() {
    std::filesystem::remove_all(root_);
    for (const char* of : {"net/ipv4/conf/eth0", "net/ipv6/conf/all", "net/ipv6/conf/eth0"}) {
      std::filesystem::create_directories(root_ + "/" + of);
      set(std::string(of) + "/forwarding", 0);
    }
    set("net/ipv4/ip_forward", 0);
  }
  ~AutoNatRules() override { std::filesystem::remove_all(root_); }

  void set(const std::string& name, int value) const { std::ofstream(root_ + "/" + name) << value << "\n"; }
  int value(const std::string& name) const { return settings_.value(name).value_or(-1); }

  std::string root_ = testing::TempDir() + "ekan-" + std::to_string(getpid());
  KernelSettings settings_{root_};
  FakeNftables nftables_;
  Forwarding forwarding_{settings_, root_ + "/state"};
  AutoNat auto_nat_{nftables_, forwarding_};
  desired::AutoNat want_{{*IpAddress::parse("10.2.0.21"), *IpAddress::parse("10.2.0.22")}, {"eth0"}};
};

TEST_F(AutoNatRules, AreInNftsWords) {
  EXPECT_EQ(render_auto_nat(want_),
            "table inet evenkeel {\n"
            "\tset real_servers4 {\n"
            "\t\ttype ipv4_addr\n"
            "\t\telements = { 10.2.0.21, 10.2.0.22 }\n"
            "\t}\n"
            "\tchain auto_nat {\n"
            "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
            "\t\toifname \"eth0\" ip saddr @real_servers4 masquerade\n"
            "\t}\n"
            "}\n");
}

TEST_F(AutoNatRules, AreTheSameHoweverNftBreaksAndOrdersThem) {
  const std::string rendered = render_auto_nat(want_);
  std::string printed = rendered;
  printed.replace(printed.find("10.2.0.21, 10.2.0.22"), 20, "10.2.0.22,\n\t\t\t     10.2.0.21");
  EXPECT_TRUE(says_the_same(printed, rendered));
  want_.sources.pop_back();
  EXPECT_FALSE(says_the_same(printed, render_auto_nat(want_)));
  EXPECT_FALSE(says_the_same("", rendered));
}

TEST_F(AutoNatRules, ForwardOnlyTheFamiliesThatAreWanted) {
  EXPECT_THAT(auto_nat_.arrange(want_), IsEmpty());
  EXPECT_EQ(value("net/ipv4/ip_forward"), 1);
  EXPECT_EQ(value("net/ipv6/conf/all/forwarding"), 0);
  want_.sources = {*IpAddress::parse("2001:db8::21")};
  EXPECT_THAT(auto_nat_.arrange(want_), IsEmpty());
  EXPECT_EQ(value("net/ipv4/ip_forward"), 0);
  EXPECT_EQ(value("net/ipv6/conf/all/forwarding"), 1);
}

TEST_F(AutoNatRules, ThatAreRefusedAreToldAndNothingIsForwarded) {
  nftables_.refusal = "not today";
  EXPECT_THAT(auto_nat_.arrange(want_),
              ElementsAre(testing::AllOf(Field(&ObjectStatus::object, "auto_nat"),
                                         Field(&ObjectStatus::reason, HasSubstr("not today")))));
  EXPECT_EQ(value("net/ipv4/ip_forward"), 0);
  nftables_.refusal.clear();
  EXPECT_THAT(auto_nat_.arrange(want_), IsEmpty());
  EXPECT_EQ(value("net/ipv4/ip_forward"), 1);
}

TEST_F(AutoNatRules, AreNotTouchedWhileTheyHold) {
  (void)auto_nat_.arrange(want_);
  (void)auto_nat_.arrange(want_);
  EXPECT_EQ(nftables_.runs.size(), 1u);
  (void)auto_nat_.arrange({});
  (void)auto_nat_.arrange({});
  EXPECT_EQ(nftables_.runs.size(), 2u);
}

TEST_F(AutoNatRules, ForwardingThatSomebodyTurnedOffMeanwhileStaysOff) {
  set("net/ipv4/conf/eth0/forwarding", 1);
  (void)auto_nat_.arrange(want_);
  set("net/ipv4/ip_forward", 0);
  set("net/ipv4/conf/eth0/forwarding", 0);
  (void)auto_nat_.arrange({});
  EXPECT_EQ(value("net/ipv4/conf/eth0/forwarding"), 0);
}

TEST_F(AutoNatRules, ThatCannotBeRememberedChangeNothing) {
  std::ofstream(root_ + "/state") << "a file where the directory should be";
  EXPECT_EQ(auto_nat_.arrange(want_).size(), 1u);
  EXPECT_EQ(value("net/ipv4/ip_forward"), 0);
}

}  // namespace
}  // namespace evenkeel::engines::network
