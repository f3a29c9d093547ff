#include "health/feedback_monitor.h"

#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using Contact = FeedbackStatus::Contact;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kQuestion = "load?\\r\\n\\r\\n";  // as the loopback server reads it

class Feedback : public LoopTest {
 protected:
  void watch(const LoopbackServer& server, model::FeedbackMethod method = model::FeedbackMethod::kAgent,
             const std::string& request = "") {
    FeedbackTarget target;
    target.key = {"VS", "RS"};
    target.address = *IpAddress::parse("127.0.0.1");
    target.feedback = {method, server.port(), request};
    target.interval = std::chrono::milliseconds(5);
    target.timeout = std::chrono::milliseconds(500);
    target.failure_count = 2;
    monitor_.configure({target});
  }
  bool wait_for(const std::function<bool(const FeedbackStatus&)>& condition) {
    return run_until([&] { return condition(monitor_.statuses().at(0)); });
  }

  std::vector<FeedbackStatus> changes_;
  FeedbackMonitor monitor_{io_, clock_, [this](const FeedbackStatus& status) { changes_.push_back(status); }};
};

TEST_F(Feedback, FollowsWhatAnAgentSays) {
  LoopbackServer agent(io_, greet("up 75%\n"));
  watch(agent);
  EXPECT_EQ(monitor_.statuses().at(0).contact, Contact::kNone);
  ASSERT_TRUE(wait_for([](const auto& status) { return status.said.percent == 75; }));
  EXPECT_EQ(monitor_.statuses().at(0).contact, Contact::kAnswers);
  EXPECT_EQ(monitor_.statuses().at(0).answer, "up 75%");
  EXPECT_THAT(monitor_.statuses().at(0).reason, HasSubstr("says \"up 75%\""));
  agent.play(greet("drain\n"));
  ASSERT_TRUE(wait_for([](const auto& status) { return status.said.takes_none(); }));
  EXPECT_EQ(changes_.size(), 2U) << "one for each change, however often it was asked";
}

TEST_F(Feedback, WhatWasSaidBeforeARestartHoldsUntilSomethingElseIsSaid) {
  LoopbackServer agent(io_, greet("50%\n"));
  const FeedbackStatus known{.key = {"VS", "RS"},
                             .contact = Contact::kAnswers,
                             .said = {.is_up = true, .mode = AgentMode::kDrain, .percent = 75},
                             .answer = "drain 75%",
                             .reason = "the agent says drain"};
  monitor_.restore({known});
  watch(agent);
  EXPECT_EQ(monitor_.statuses().at(0), known);
  ASSERT_TRUE(wait_for([](const auto& status) { return status.said.percent == 50; }));
  EXPECT_EQ(monitor_.statuses().at(0).said.mode, AgentMode::kDrain) << "only \"ready\" lets clients in again";
}

TEST_F(Feedback, WhatIsRestoredIsForTheNextConfigurationAlone) {
  monitor_.restore({{.key = {"VS", "RS"}, .contact = Contact::kAnswers, .said = {}, .answer = "", .reason = ""}});
  monitor_.configure({});
  LoopbackServer agent(io_, greet("50%\n"));
  watch(agent);
  EXPECT_EQ(monitor_.statuses().at(0).contact, Contact::kNone);
}

TEST_F(Feedback, ASilentAgentCountsForNothingAfterSomeQuestions) {
  LoopbackServer agent(io_, greet("10%\n"));
  watch(agent, model::FeedbackMethod::kAgent, kQuestion);
  ASSERT_TRUE(wait_for([](const auto& status) { return status.said.percent == 10; }));
  agent.play(reset_after(""));
  ASSERT_TRUE(wait_for([](const auto& status) { return status.contact == Contact::kSilent; }));
  EXPECT_EQ(monitor_.statuses().at(0).said, AgentState{});
  EXPECT_THAT(monitor_.statuses().at(0).reason,
              StartsWith("its feedback agent is silent, so its weight is the config"));
  agent.play(greet("20%\n"));
  ASSERT_TRUE(wait_for([](const auto& status) { return status.contact == Contact::kAnswers; }));
  EXPECT_EQ(monitor_.statuses().at(0).said.percent, 20);
}

TEST_F(Feedback, NonsenseIsNoAnswer) {
  LoopbackServer agent(io_, greet("220 welcome\r\n"));
  watch(agent);
  ASSERT_TRUE(wait_for([](const auto& status) { return status.contact == Contact::kSilent; }));
  EXPECT_THAT(monitor_.statuses().at(0).reason, HasSubstr("is nothing that an agent says"));
}

TEST_F(Feedback, AFloodIsCutOff) {
  LoopbackServer agent(io_, flood("drain "));
  watch(agent, model::FeedbackMethod::kAgent, kQuestion);
  EXPECT_TRUE(wait_for([](const auto& status) { return status.said.mode == AgentMode::kDrain; }));
}

TEST_F(Feedback, SendsTheRequestFirst) {
  LoopbackServer agent(io_, say("30%\n"));
  watch(agent, model::FeedbackMethod::kAgent, kQuestion);
  ASSERT_TRUE(wait_for([](const auto& status) { return status.said.percent == 30; }));
  EXPECT_EQ(agent.visits().requests.at(0), "load?\r\n\r\n");
}

TEST_F(Feedback, ReadsANumberFromAPage) {
  LoopbackServer page(io_, say(http_answer(200, "42\n")));
  watch(page, model::FeedbackMethod::kHttp, "/load");
  ASSERT_TRUE(wait_for([](const auto& status) { return status.said.percent == 42; }));
  EXPECT_THAT(page.visits().requests.at(0), StartsWith("GET /load HTTP/1.1\r\n"));
  page.play(say(http_answer(500, "42")));
  ASSERT_TRUE(wait_for([](const auto& status) { return status.contact == Contact::kSilent; }));
  EXPECT_THAT(monitor_.statuses().at(0).reason, HasSubstr("HTTP 500"));
}

TEST_F(Feedback, KeepsWhatAnUnchangedAgentHasSaid) {
  LoopbackServer agent(io_, greet("5%\n"));
  watch(agent);
  ASSERT_TRUE(wait_for([](const auto& status) { return status.said.percent == 5; }));
  watch(agent);
  EXPECT_EQ(monitor_.statuses().at(0).said.percent, 5);
  watch(agent, model::FeedbackMethod::kHttp);
  EXPECT_EQ(monitor_.statuses().at(0).contact, Contact::kNone);
  monitor_.configure({});
  EXPECT_TRUE(monitor_.statuses().empty());
  monitor_.stop();
  let_everything_close();
}

}  // namespace
}  // namespace evenkeel::health
