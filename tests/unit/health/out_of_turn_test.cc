#include "health/out_of_turn.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;

class OutOfTurnTest : public LoopTest {
 protected:
  struct Answer {
    bool came = false;
    std::optional<ProbeRecord> record;
  };
  std::shared_ptr<Answer> ask(const Target& target) {
    auto answer = std::make_shared<Answer>();
    boost::asio::co_spawn(
        io_,
        [this, target, answer]() -> boost::asio::awaitable<void> {
          answer->record = co_await probes_->probe(target);
          answer->came = true;
        },
        boost::asio::detached);
    return answer;
  }

  std::unique_ptr<OutOfTurn> probes_ = std::make_unique<OutOfTurn>(io_, clock_, Scripts{});
};

TEST_F(OutOfTurnTest, AnswersWithTheEvidence) {
  LoopbackServer server(io_, say(http_answer(503, "busy")));
  Target target = target_of(HealthCheckType::kNegotiate, server.port());
  const auto answer = ask(target);
  ASSERT_TRUE(run_until([&] { return answer->came; }));
  ASSERT_TRUE(answer->record);
  EXPECT_EQ(answer->record->outcome, Outcome::kFailure);
  EXPECT_EQ(answer->record->evidence->rule, "allowed_status");
  EXPECT_TRUE(answer->record->evidence->trace.first_byte);
  EXPECT_EQ(answer->record->evidence->trace.total, answer->record->duration);
  EXPECT_GT(answer->record->duration.count(), 0);
}

TEST_F(OutOfTurnTest, EachNegotiatesWhereSeveralConnectsGoBefore) {
  LoopbackServer server(io_, say(http_answer(200, "")));
  Target target = target_of(HealthCheckType::kConnectsThenNegotiate, server.port());
  for (int i = 0; i < 2; ++i) {
    const auto answer = ask(target);
    ASSERT_TRUE(run_until([&] { return answer->came; }));
    EXPECT_FALSE(answer->record->evidence->trace.request.empty());
  }
}

TEST_F(OutOfTurnTest, TooManyAtOnceAreRefused) {
  FullServer server(io_);
  std::vector<std::shared_ptr<Answer>> waiting;
  for (size_t i = 0; i < OutOfTurn::kAtOnce; ++i) {
    waiting.push_back(ask(target_of(HealthCheckType::kConnect, server.port())));
  }
  const auto one_more = ask(target_of(HealthCheckType::kConnect, server.port()));
  ASSERT_TRUE(run_until([&] { return one_more->came; }));
  EXPECT_FALSE(one_more->record);
  EXPECT_FALSE(waiting.front()->came);

  probes_.reset();
  ASSERT_TRUE(run_until([&] { return waiting.back()->came; })) << "stopping answers all that wait";
  EXPECT_FALSE(waiting.back()->record);
}

}  // namespace
}  // namespace evenkeel::health
