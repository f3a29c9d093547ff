#include "engines/l4_xdp/service_hints.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <memory>
#include <string>

#include "engines/l4_xdp/abi_values.h"
#include "mapped_arrays.h"

namespace evenkeel::engines::l4_xdp {
namespace {

class ServiceHintsTest : public MappedArrays {
 protected:
  static KeyEntry key(const std::string& address, uint16_t port, uint32_t service, uint8_t protocol = IPPROTO_TCP) {
    KeyEntry entry;
    entry.key = {
        .address = to_abi(*IpAddress::parse(address)), .port_be = htons(port), .protocol = protocol, .reserved = 0};
    entry.value.service = service;
    return entry;
  }
  static uint64_t hint(const std::string& address, uint16_t port, uint32_t service, uint8_t protocol = IPPROTO_TCP) {
    return ek_service_hint(inet_addr(address.c_str()), htons(port), protocol, service);
  }
  static uint64_t hint6(const std::string& address, uint16_t port, uint32_t service) {
    ek_u32 words[4];
    EXPECT_EQ(inet_pton(AF_INET6, address.c_str(), words), 1);
    return ek_service_hint(ek_folded_address(words), htons(port), IPPROTO_TCP, service);
  }
  const ek_service_hint6& at6(uint64_t hint) const { return whole_->service_hints6[ek_service_hint_place(hint)]; }
  uint64_t at(uint64_t hint) const { return whole_->service_hints4[ek_service_hint_place(hint)]; }
  size_t given() const {
    size_t count = 0;
    for (const uint64_t hint : whole_->service_hints4) count += hint != 0;
    for (const ek_service_hint6& hint : whole_->service_hints6) count += hint.hint != 0;
    return count;
  }
  // A port whose hint has the same place.
  static uint16_t neighbour_of(uint16_t port) {
    uint16_t other = port;
    do ++other;
    while (ek_service_hint_place(hint("10.0.0.1", other, 0)) != ek_service_hint_place(hint("10.0.0.1", port, 0)));
    return other;
  }

  void SetUp() override {
    MappedArrays::SetUp();
    hints_ = std::make_unique<ServiceHints>(*arrays_);
  }

  std::unique_ptr<ServiceHints> hints_;
};

TEST_F(ServiceHintsTest, OneForEachPortOfAnIpv4Address) {
  hints_->give(key("10.0.0.1", 80, 7));
  hints_->give(key("10.0.0.1", 53, 8, IPPROTO_UDP));
  EXPECT_EQ(at(hint("10.0.0.1", 80, 0)), hint("10.0.0.1", 80, 7));
  EXPECT_EQ(at(hint("10.0.0.1", 53, 0, IPPROTO_UDP)), hint("10.0.0.1", 53, 8, IPPROTO_UDP));
}

TEST_F(ServiceHintsTest, OfIpv6WithTheAddress) {
  hints_->give(key("2001:db8::1", 80, 7));
  const ek_service_hint6& given6 = at6(hint6("2001:db8::1", 80, 0));
  EXPECT_EQ(given6.hint, hint6("2001:db8::1", 80, 7));
  EXPECT_EQ(from_abi(given6.address), *IpAddress::parse("2001:db8::1"));
  hints_->withdraw(key("2001:db8::1", 80, 7).key);
  EXPECT_EQ(given(), 0U);
}

// The two addresses differ in nothing that the hint is made of.
TEST_F(ServiceHintsTest, OfIpv6IsOneAddressAlone) {
  ASSERT_EQ(hint6("2001:db8::1", 80, 7), hint6("2001:db8:0:1::", 80, 7));
  hints_->give(key("2001:db8::1", 80, 7));
  hints_->give(key("2001:db8:0:1::", 80, 7));
  hints_->withdraw(key("2001:db8:0:1::", 80, 7).key);
  ASSERT_EQ(given(), 1U);
  EXPECT_EQ(from_abi(at6(hint6("2001:db8::1", 80, 0)).address), *IpAddress::parse("2001:db8::1"));
}

TEST_F(ServiceHintsTest, NoneForAllPorts) {
  hints_->give(key("10.0.0.1", 0, 7));
  hints_->give(key("2001:db8::1", 0, 7));
  EXPECT_EQ(given(), 0U);
}

TEST_F(ServiceHintsTest, IsWithdrawnWithWhateverServiceItHas) {
  hints_->give(key("10.0.0.1", 80, 7));
  hints_->withdraw(key("10.0.0.1", 80, 9).key);
  EXPECT_EQ(given(), 0U);
}

TEST_F(ServiceHintsTest, WhoHasThePlaceKeepsIt) {
  const uint16_t neighbour = neighbour_of(80);
  hints_->give(key("10.0.0.1", 80, 7));
  hints_->give(key("10.0.0.1", neighbour, 8));
  EXPECT_EQ(at(hint("10.0.0.1", neighbour, 0)), hint("10.0.0.1", 80, 7));
  hints_->withdraw(key("10.0.0.1", neighbour, 8).key);
  EXPECT_EQ(given(), 1U) << "the other's";
  hints_->withdraw(key("10.0.0.1", 80, 7).key);
  hints_->give(key("10.0.0.1", neighbour, 8));
  EXPECT_EQ(at(hint("10.0.0.1", neighbour, 0)), hint("10.0.0.1", neighbour, 8));
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
