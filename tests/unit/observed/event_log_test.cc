#include "observed/event_log.h"

#include <gmock/gmock.h>

namespace evenkeel::observed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class EventLogTest : public testing::Test {
 protected:
  uint64_t append() { return log_.append(EventKind::kStarted, "", "x"); }

  FakeClock clock_;
  EventLog log_{clock_, 5};
  std::vector<uint64_t> heard_;
  EventLog::Listener listen_ = [this](const Event& event) { heard_.push_back(event.id); };
};

TEST_F(EventLogTest, RemembersTheLastOnes) {
  for (int i = 0; i < 7; ++i) append();
  ASSERT_EQ(log_.events().size(), 5u);
  EXPECT_EQ(log_.events().front().id, 3u);
  EXPECT_EQ(log_.last_id(), 7u);
}

TEST_F(EventLogTest, StampsAndMasks) {
  clock_.advance(std::chrono::seconds(9));
  log_.append(EventKind::kRealServerDown, "virtual_service/A", "GET /?Authorization=KEY-1 failed");
  const Event& event = log_.events().front();
  EXPECT_EQ(event.at, clock_.wall_now());
  EXPECT_EQ(event.object, "virtual_service/A");
  EXPECT_EQ(event.message.find("KEY-1"), std::string::npos);
}

TEST_F(EventLogTest, TellsUntilTheHandleIsDestroyed) {
  auto handle = log_.subscribe(std::nullopt, listen_);
  append();
  append();
  handle.reset();
  append();
  EXPECT_THAT(heard_, ElementsAre(1, 2));
}

TEST_F(EventLogTest, WithoutAnIdOnlyTheNewIsTold) {
  append();
  auto handle = log_.subscribe(std::nullopt, listen_);
  append();
  EXPECT_THAT(heard_, ElementsAre(2));
}

TEST_F(EventLogTest, ResumesAfterAnId) {
  for (int i = 0; i < 4; ++i) append();
  auto handle = log_.subscribe(2, listen_);
  EXPECT_THAT(heard_, ElementsAre(3, 4));
  append();
  EXPECT_THAT(heard_, ElementsAre(3, 4, 5));
}

TEST_F(EventLogTest, ResumesWithWhatIsLeft) {
  for (int i = 0; i < 9; ++i) append();
  auto handle = log_.subscribe(1, listen_);
  EXPECT_THAT(heard_, ElementsAre(5, 6, 7, 8, 9));
}

TEST_F(EventLogTest, AnIdThatNobodyHadMeansARestart) {
  append();
  auto handle = log_.subscribe(900, listen_);
  EXPECT_THAT(heard_, ElementsAre(1));
  heard_.clear();
  auto other = log_.subscribe(1, listen_);
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(EventLogTest, AListenerMayUnsubscribeItselfAndOthers) {
  std::shared_ptr<void> other;
  std::shared_ptr<void> self;
  self = log_.subscribe(std::nullopt, [&, name = std::string(1000, 'x')](const Event& event) {
    self.reset();
    other.reset();
    heard_.push_back(event.id + name.size());  // what the listener owns is still there
  });
  other = log_.subscribe(std::nullopt, listen_);
  append();
  append();
  EXPECT_THAT(heard_, ElementsAre(1001));
}

TEST_F(EventLogTest, OneThatUnsubscribesDuringReplayHearsNoMore) {
  std::shared_ptr<void> handle = log_.subscribe(std::nullopt, [&](const Event& event) {
    heard_.push_back(event.id);
    if (event.id == 1) log_.append(EventKind::kStarted, "", "more");
    handle.reset();
  });
  append();
  EXPECT_THAT(heard_, ElementsAre(1));
  EXPECT_EQ(log_.last_id(), 2u);
}

TEST_F(EventLogTest, AnAppendInACallbackIsToldToAllInOrder) {
  auto first = log_.subscribe(std::nullopt, [&](const Event& event) {
    heard_.push_back(event.id);
    if (event.id < 3) append();
  });
  std::vector<uint64_t> second;
  auto other = log_.subscribe(std::nullopt, [&](const Event& event) { second.push_back(event.id); });
  append();
  EXPECT_THAT(heard_, ElementsAre(1, 2, 3));
  EXPECT_THAT(second, ElementsAre(1, 2, 3));
}

TEST_F(EventLogTest, ASubscriptionInACallbackHearsWhatComes) {
  std::vector<std::shared_ptr<void>> added;
  auto handle = log_.subscribe(std::nullopt, [&](const Event& event) {
    if (event.id == 1) {
      for (int i = 0; i < 100; ++i) added.push_back(log_.subscribe(std::nullopt, listen_));
    }
  });
  append();
  EXPECT_THAT(heard_, IsEmpty());
  append();
  EXPECT_EQ(heard_.size(), 100u);
}

TEST(EventLog, AHandleMayOutliveTheLog) {
  FakeClock clock;
  std::shared_ptr<void> handle;
  {
    EventLog log(clock);
    handle = log.subscribe(std::nullopt, [](const Event&) {});
  }
  handle.reset();
}

}  // namespace
}  // namespace evenkeel::observed
