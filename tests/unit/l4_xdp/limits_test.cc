#include "engines/l4_xdp/limits.h"

#include <gmock/gmock.h>

#include "bpf/abi.h"
#include "engines/l4_xdp/kernel_features.h"
#include "farm.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

auto failed(const std::string& object, const std::string& reason) {
  return AllOf(Field(&ObjectStatus::object, object), Field(&ObjectStatus::state, ObjectStatus::State::kFailed),
               Field(&ObjectStatus::reason, HasSubstr(reason)));
}

TEST(Limits, AnOrdinaryFarmIsFine) {
  EXPECT_THAT(check_limits(print_farm()), IsEmpty());
}

TEST(Limits, ContradictionsNameTheirObject) {
  auto want = print_farm();
  want.virtual_services[0].real_servers.push_back(real_server("PS1again", "10.0.0.21"));
  want.virtual_services.push_back(service("application", "10.0.0.5", "80", {}));
  want.virtual_services.push_back(service("clash", "10.0.0.2", "9193", {}));
  desired::VirtualService without_ports;
  without_ports.label = "portless";
  want.virtual_services.push_back(without_ports);
  EXPECT_THAT(check_limits(want),
              ElementsAre(failed("virtual_service/print/real_server/PS1again", "same address"),
                          failed("virtual_service/application", "rename"), failed("virtual_service/clash", "9193"),
                          failed("virtual_service/portless", "no port")));
}

TEST(Limits, TooManyVirtualServices) {
  desired::Layer4 want;
  for (uint32_t number = 0; number < EK_MAX_SERVICES; ++number) {
    want.virtual_services.push_back(service("vs" + std::to_string(number), "10.0.0.1", std::to_string(number + 1), {}));
  }
  EXPECT_THAT(check_limits(want), ElementsAre(failed("virtual_service/vs16383", "more than 16383 virtual services")));
}

TEST(Limits, TooManyRealServers) {
  std::vector<desired::RealServer> servers;
  for (uint32_t number = 0; number < EK_MAX_REAL_SERVERS + 2; ++number) {
    desired::RealServer server;
    server.label = std::to_string(number);
    server.address = IpAddress::from_ipv4(
        {10, static_cast<uint8_t>(number >> 16), static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)});
    servers.push_back(server);
  }
  const auto problems = check_limits(layer4({service("big", "192.0.2.1", "80", servers)}));
  EXPECT_THAT(problems, SizeIs(2));
  EXPECT_THAT(problems, testing::Contains(failed("virtual_service/big/real_server/65536", "more than 65535")));
}

class OldKernel final : public KernelProbe {
 public:
  bool may_use_bpf() const override { return may; }
  bool has_xdp() const override { return true; }
  bool has_array_of_maps() const override { return true; }
  bool has_rings_of_any_length() const override { return false; }
  bool has_system_call_programs() const override { return true; }
  bool has_loops() const override { return false; }
  bool may = true;
};

TEST(KernelFeatures, AnOldKernelIsToldEverythingThatItLacks) {
  const auto checked = check_kernel(OldKernel());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(checked.error().message,
              AllOf(HasSubstr("BPF_F_INNER_MAP"), HasSubstr("bpf_loop"), testing::Not(HasSubstr("XDP programs"))));
}

TEST(KernelFeatures, WithoutTheRightNothingIsSaidAboutFeatures) {
  OldKernel kernel;
  kernel.may = false;
  EXPECT_EQ(check_kernel(kernel).error().code, ErrorCode::kPermission);
}

TEST(KernelFeatures, ATickIsAtLeastAQuarterOfASecond) {
  struct Row {
    int hertz;
    uint32_t shift, per_second_times_256;
  };
  for (const Row& row : {Row{100, 5, 800}, Row{250, 6, 1000}, Row{300, 7, 600}, Row{1000, 8, 1000}}) {
    const Tick tick = tick_for(std::chrono::nanoseconds(1'000'000'000 / row.hertz));
    EXPECT_EQ(tick.shift, row.shift) << row.hertz << " Hz";
    EXPECT_EQ(tick.per_second_times_256, row.per_second_times_256) << row.hertz << " Hz";
  }
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
