#include "health/shared_target.h"

#include "probe_bench.h"

namespace evenkeel::health {
namespace {

Target target(const char* service, const char* server, const char* address, uint16_t port = 80) {
  Target target = target_of(model::HealthCheckType::kConnect, port, address);
  target.key = {service, server};
  target.number = port;
  return target;
}

TEST(SharedTarget, IsTheWholeTargetAgain) {
  TargetSharing sharing;
  for (const Target& one : {target("A", "1", "10.0.0.1"), target("A", "1", "10.0.0.1", 81),
                            target("A", "2", "10.0.0.2"), target("B", "1", "2001:db8::1", 82)}) {
    const SharedTarget shared = sharing.share(one);
    EXPECT_EQ(shared.whole(), one);
    EXPECT_EQ(shared.address(), one.address);
    EXPECT_EQ(shared.port(), one.port);
    EXPECT_EQ(shared.check(), one.check);
  }
}

TEST(SharedTarget, TheRealServersOfAVirtualServiceHaveOnePartInCommon) {
  TargetSharing sharing;
  const auto first = sharing.share(target("A", "1", "10.0.0.1"));
  const auto other_check = sharing.share(target("A", "1", "10.0.0.1", 81));
  const auto second = sharing.share(target("A", "2", "10.0.0.2"));
  const auto elsewhere = sharing.share(target("B", "2", "10.0.0.2"));
  EXPECT_EQ(&first.common(), &second.common());
  EXPECT_NE(&first.common(), &other_check.common());
  EXPECT_NE(&first.common(), &elsewhere.common());
}

}  // namespace
}  // namespace evenkeel::health
