// Checks that all time out at the same moment.

#include "health/deadlines.h"
#include "model/names.h"
#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;

class Expiry : public ProbeTest, public testing::WithParamInterface<HealthCheckType> {};

TEST_P(Expiry, IsOfAFewInATurn) {
  constexpr size_t kMany = 200;
  FullServer server(io_);
  Target target = target_of(GetParam(), server.port());
  target.check.timeout = std::chrono::milliseconds(50);
  size_t expired = 0;
  std::vector<std::shared_ptr<Probe>> probes;
  for (size_t i = 0; i < kMany; ++i) {
    probes.push_back(make_probe(tools_, target));
    probes.back()->start([&](const ProbeResult& result) {
      EXPECT_EQ(result.rule, "timeout") << result.reason;
      ++expired;
    });
  }
  for (size_t before = 0; before < kMany; before = expired) {
    ASSERT_EQ(io_.run_one_for(std::chrono::seconds(10)), 1U);  // one handler, behind which others have their turn
    ASSERT_LE(expired - before, Deadlines::kMostInATurn);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Expiry,
                         testing::Values(HealthCheckType::kConnect, HealthCheckType::kNegotiate, HealthCheckType::kTls),
                         [](const auto& kind) { return std::string(model::to_string(kind.param)); });

}  // namespace
}  // namespace evenkeel::health
