#include "base/ip_address.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace evenkeel {
namespace {

TEST(IpAddress, ReadsAndWritesTheNormalForm) {
  const std::vector<std::pair<const char*, const char*>> cases = {{"10.0.0.1", "10.0.0.1"},
                                                                  {"255.255.255.255", "255.255.255.255"},
                                                                  {"::", "::"},
                                                                  {"2001:DB8:0:0::1", "2001:db8::1"},
                                                                  {"::ffff:10.0.0.1", "10.0.0.1"}};
  for (const auto& [text, normal] : cases) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), normal);
  }
}

TEST(IpAddress, RefusesEverythingElse) {
  for (const char* text : {"", " 10.0.0.1", "10.0.0.1 ", "10.0.0", "10.0.0.256", "10.0.0.1/24", "10.0.0.1:80",
                           "010.0.0.1", "fe80::1%eth0", "[::1]", "2001:db8::1::2", "g::", "localhost"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("10.0.0.1\0", 9)));
}

TEST(IpAddress, KnowsItsFamily) {
  EXPECT_TRUE(IpAddress().is_ipv4());
  EXPECT_TRUE(IpAddress::parse("::ffff:1.2.3.4")->is_ipv4());
  EXPECT_FALSE(IpAddress::parse("::1.2.3.4")->is_ipv4());
  EXPECT_EQ(IpAddress::parse("10.0.0.1")->bits(), 32);
  EXPECT_EQ(IpAddress::parse("::1")->bits(), 128);
  EXPECT_EQ(IpAddress::parse("1.2.3.4")->ipv4_bytes(), (std::array<uint8_t, 4>{1, 2, 3, 4}));
}

TEST(IpAddress, KnowsSpecialAddresses) {
  const auto at = [](const char* text) { return *IpAddress::parse(text); };
  for (const char* text : {"0.0.0.0", "::"}) EXPECT_TRUE(at(text).is_unspecified()) << text;
  for (const char* text : {"127.0.0.1", "127.255.0.9", "::1"}) EXPECT_TRUE(at(text).is_loopback()) << text;
  for (const char* text : {"224.0.0.1", "239.1.1.1", "255.255.255.255", "ff02::1"}) {
    EXPECT_TRUE(at(text).is_multicast()) << text;
  }
  for (const char* text : {"169.254.0.1", "fe80::1", "febf::1"}) EXPECT_TRUE(at(text).is_link_local()) << text;
  for (const char* text :
       {"10.0.0.1", "128.0.0.1", "223.255.255.255", "240.0.0.1", "169.253.0.1", "::2", "fec0::1", "2001:db8::1"}) {
    EXPECT_FALSE(at(text).is_unspecified() || at(text).is_loopback() || at(text).is_multicast() ||
                 at(text).is_link_local())
        << text;
  }
}

TEST(IpAddress, MasksHostBits) {
  const std::vector<std::tuple<const char*, int, const char*>> cases = {
      {"10.1.2.255", 24, "10.1.2.0"},   {"10.1.2.255", 32, "10.1.2.255"},   {"10.1.2.255", 0, "0.0.0.0"},
      {"10.1.2.255", 25, "10.1.2.128"}, {"2001:db8::ff", 64, "2001:db8::"}, {"2001:db8::ff", 128, "2001:db8::ff"},
      {"2001:db8::ff", 0, "::"}};
  for (const auto& [text, length, masked] : cases) {
    EXPECT_EQ(IpAddress::parse(text)->masked(length).to_string(), masked) << text << "/" << length;
  }
}

TEST(IpAddress, IsAKey) {
  const std::unordered_set<IpAddress> set = {*IpAddress::parse("10.0.0.1"), *IpAddress::parse("::ffff:10.0.0.1"),
                                             *IpAddress::parse("::1")};
  EXPECT_EQ(set.size(), 2u);
  EXPECT_LT(*IpAddress::parse("10.0.0.1"), *IpAddress::parse("10.0.0.2"));
}

TEST(IpPrefix, ContainsItsAddresses) {
  const auto prefix = *IpPrefix::parse("10.0.0.9/24");
  EXPECT_EQ(prefix.to_string(), "10.0.0.9/24");
  EXPECT_TRUE(prefix.contains(*IpAddress::parse("10.0.0.255")));
  EXPECT_FALSE(prefix.contains(*IpAddress::parse("10.0.1.0")));
  EXPECT_FALSE(IpPrefix::parse("0.0.0.0/0")->contains(*IpAddress::parse("::1")));
  EXPECT_EQ(IpPrefix::parse("::1")->length, 128);
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/2a", "/24", "::/129"}) {
    EXPECT_FALSE(IpPrefix::parse(text)) << text;
  }
}

TEST(Endpoint, ReadsBothFamilies) {
  for (const char* text : {"10.0.0.1:80", "[2001:db8::1]:65535", "0.0.0.0:0"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->to_string(), text);
  }
  for (const char* text : {"10.0.0.1", "10.0.0.1:", "10.0.0.1:65536", "::1:80", "[10.0.0.1]:80", "[]:80", ":80", ""}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(MacAddress, ReadsSixPairs) {
  EXPECT_EQ(MacAddress::parse("02:00:5E:00:00:1f")->to_string(), "02:00:5e:00:00:1f");
  EXPECT_TRUE(MacAddress::parse("00:00:00:00:00:00")->is_zero());
  EXPECT_FALSE(MacAddress::parse("00:00:00:00:00:01")->is_zero());
  for (const char* text : {"", "02:00:00:00:00", "02:00:00:00:00:0", "02-00-00-00-00-01", "0g:00:00:00:00:01",
                           "02:00:00:00:00:01:", "-2:00:00:00:00:01"}) {
    EXPECT_FALSE(MacAddress::parse(text)) << text;
  }
}

TEST(IpPrefix, OverlapsWhatHasAddressesInCommon) {
  const auto prefix = [](const char* text) { return IpPrefix::parse(text).value(); };
  EXPECT_TRUE(prefix("10.1.2.0/24").overlaps(prefix("10.1.2.3")));
  EXPECT_TRUE(prefix("10.1.2.3").overlaps(prefix("10.1.2.0/24")));
  EXPECT_TRUE(prefix("10.1.2.0/24").overlaps(prefix("10.1.0.0/16")));
  EXPECT_FALSE(prefix("10.1.2.0/24").overlaps(prefix("10.1.3.0/24")));
  EXPECT_FALSE(prefix("0.0.0.0/0").overlaps(prefix("::/0")));
}

}  // namespace
}  // namespace evenkeel
