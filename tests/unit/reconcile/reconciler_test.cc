#include "reconcile/reconciler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::reconcile {
namespace {

using engines::ApplyReport;
using engines::ObjectStatus;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

template <class Want>
class FakeEngine final : public engines::Engine<Want> {
 public:
  FakeEngine(std::string name, std::vector<std::string>& calls) : name_(std::move(name)), calls_(calls) {}
  std::vector<ObjectStatus> check(const Want&) const override { return problems; }
  Result<ApplyReport> apply(const Want&) override {
    calls_.push_back(name_);
    if (broken) return fail(*broken);
    return report;
  }
  std::vector<ObjectStatus> problems;
  ApplyReport report;
  std::optional<Error> broken;

 private:
  std::string name_;
  std::vector<std::string>& calls_;
};

ObjectStatus failed(const std::string& object, const std::string& reason = "refused") {
  return {object, ObjectStatus::State::kFailed, reason};
}

class ReconcilerTest : public testing::Test {
 protected:
  static desired::State state(const char* label) {
    desired::State want;
    want.layer4.virtual_services.emplace_back().label = label;
    return want;
  }
  static desired::State with_address(desired::State want) {
    want.network.virtual_addresses.push_back({IpAddress::parse("10.0.0.1").value(), ""});
    return want;
  }

  std::vector<std::string> calls;
  FakeEngine<desired::Network> network{"network", calls};
  FakeEngine<desired::Layer4> layer4{"layer4", calls};
  FakeEngine<desired::Layer7> layer7{"layer7", calls};
  std::vector<std::string> page_calls;
  FakeEngine<desired::FallbackPages> fallback_pages{"fallback_pages", page_calls};
  ApplyReport attachment;
  FakeClock clock;
  Reconciler reconciler{{network, layer4, layer7, fallback_pages,
                         [this] {
                           calls.push_back("attach");
                           return attachment;
                         }},
                        clock};
};

TEST_F(ReconcilerTest, FirstApplyAsksEveryEngineDataPlaneFirst) {
  EXPECT_THAT(reconciler.apply(state("a")), IsEmpty());
  EXPECT_THAT(calls, ElementsAre("layer4", "layer7", "network", "attach"));
  EXPECT_FALSE(reconciler.retry_at());
}

TEST_F(ReconcilerTest, TheFallbackPagesFollowTheAddressesThatTheyAreBoundTo) {
  auto want = state("A");
  (void)reconciler.apply(want);
  EXPECT_EQ(page_calls.size(), 1U);
  (void)reconciler.apply(want);
  EXPECT_EQ(page_calls.size(), 1U);
  want = with_address(std::move(want));
  (void)reconciler.apply(want);
  EXPECT_EQ(page_calls.size(), 2U);
  want.fallback_pages.pages.push_back({"A", "<p>", {}});
  (void)reconciler.apply(want);
  EXPECT_EQ(page_calls.size(), 3U);
}

TEST_F(ReconcilerTest, AsksOnlyTheEngineWhosePartChanged) {
  reconciler.apply(state("a"));
  calls.clear();
  reconciler.apply(state("a"));
  EXPECT_THAT(calls, IsEmpty());
  reconciler.apply(state("b"));
  EXPECT_THAT(calls, ElementsAre("layer4"));
  calls.clear();
  reconciler.apply(with_address(state("b")));
  EXPECT_THAT(calls, ElementsAre("network", "attach"));
}

TEST_F(ReconcilerTest, AChangeOfOneServiceAsksTheDataPlaneAlone) {
  reconciler.apply(with_address(state("a")));
  calls.clear();
  auto changed = state("a").layer4.virtual_services;
  EXPECT_THAT(reconciler.apply_services(changed), IsEmpty());
  EXPECT_THAT(calls, IsEmpty()) << "nothing differs";
  changed[0].fallback_active = true;
  reconciler.apply_services(changed);
  EXPECT_THAT(calls, ElementsAre("layer4"));
  calls.clear();
  reconciler.apply_services(changed);
  EXPECT_THAT(calls, IsEmpty()) << "it is remembered";
}

TEST_F(ReconcilerTest, AChangeOfLayer7AsksItsEngineAlone) {
  reconciler.apply(state("a"));
  calls.clear();
  desired::Layer7 want;
  EXPECT_THAT(reconciler.apply_layer7(want), IsEmpty());
  EXPECT_THAT(calls, IsEmpty()) << "nothing differs";
  want.services.emplace_back().configuration.label = "b";
  reconciler.apply_layer7(want);
  EXPECT_THAT(calls, ElementsAre("layer7"));
}

TEST_F(ReconcilerTest, WhatLayer7SaysLaterCountsOnce) {
  reconciler.apply(state("a"));
  const ApplyReport report{{failed("virtual_service/b")}};
  EXPECT_THAT(reconciler.note_layer7(report), SizeIs(1));
  EXPECT_EQ(reconciler.retry_at(), clock.steady_now() + std::chrono::seconds{1});
  EXPECT_THAT(reconciler.note_layer7(report), IsEmpty());
  EXPECT_EQ(reconciler.retry_at(), clock.steady_now() + std::chrono::seconds{1}) << "the same news is no new failure";
  const auto recovery = reconciler.note_layer7(ApplyReport{});
  ASSERT_THAT(recovery, SizeIs(1));
  EXPECT_TRUE(recovery[0].recovered);
  EXPECT_FALSE(reconciler.retry_at());
}

TEST_F(ReconcilerTest, AFailedObjectIsReportedOnceAndRetriedUntilItRecovers) {
  layer4.report.statuses = {failed("virtual_service/a")};
  const auto changes = reconciler.apply(state("a"));
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_FALSE(changes[0].recovered);
  EXPECT_EQ(reconciler.retry_at(), clock.steady_now() + std::chrono::seconds{1});

  EXPECT_THAT(reconciler.apply_again(), IsEmpty());
  EXPECT_EQ(reconciler.retry_at(), clock.steady_now() + std::chrono::seconds{2});

  layer4.report.statuses.clear();
  const auto recovery = reconciler.apply_again();
  ASSERT_THAT(recovery, SizeIs(1));
  EXPECT_TRUE(recovery[0].recovered);
  EXPECT_THAT(reconciler.statuses(), IsEmpty());
  EXPECT_FALSE(reconciler.retry_at());
}

TEST_F(ReconcilerTest, OneBrokenEngineDoesNotStopTheOthers) {
  layer4.broken = Error{ErrorCode::kUnavailable, "no maps", "", 0};
  reconciler.apply(state("a"));
  EXPECT_THAT(calls, ElementsAre("layer4", "layer7", "network", "attach"));
  EXPECT_EQ(reconciler.statuses().at("engine/l4_xdp").reason, "no maps");
}

TEST_F(ReconcilerTest, AskingOneEngineDoesNotForgetWhatAnotherSaid) {
  network.report.statuses = {failed("virtual_address/10.0.0.1")};
  reconciler.apply(with_address(state("a")));
  reconciler.apply(with_address(state("b")));
  EXPECT_TRUE(reconciler.statuses().contains("virtual_address/10.0.0.1"));
}

TEST_F(ReconcilerTest, ANoticeIsShownAndNotRetried) {
  attachment.statuses = {{"interface/eth0", ObjectStatus::State::kNotice, "generic XDP"}};
  EXPECT_THAT(reconciler.apply(state("a")), SizeIs(1));
  EXPECT_FALSE(reconciler.retry_at());
  EXPECT_TRUE(reconciler.statuses().contains("interface/eth0"));
}

TEST_F(ReconcilerTest, CheckCollectsTheProblemsOfEveryEngine) {
  network.problems = {failed("next_hop/10.0.0.21")};
  layer4.problems = {failed("virtual_service/a")};
  EXPECT_THAT(reconciler.check(state("a")), SizeIs(2));
  EXPECT_THAT(calls, IsEmpty());
}

TEST(BackoffTest, DoublesUpToAMinute) {
  Backoff backoff;
  std::vector<int64_t> waits;
  for (int i = 0; i < 9; ++i) waits.push_back(backoff.next().count());
  EXPECT_THAT(waits, ElementsAre(1, 2, 4, 8, 16, 32, 60, 60, 60));
  backoff.reset();
  EXPECT_EQ(backoff.next().count(), 1);
}

}  // namespace
}  // namespace evenkeel::reconcile
