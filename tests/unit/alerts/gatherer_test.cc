#include "alerts/gatherer.h"

#include <gtest/gtest.h>

#include "alerts/memory.h"
#include "alerts/summary.h"

namespace evenkeel::alerts {
namespace {

using observed::EventKind;
using std::chrono::seconds;

std::string server(int number, const std::string& service = "VS") {
  return "virtual_service/" + service + "/real_server/RS" + std::to_string(number);
}

class GathererTest : public testing::Test {
 protected:
  void add(EventKind kind, const std::string& object, const std::string& message = "") {
    gatherer.add({.id = ++id, .at = clock.wall_now(), .kind = kind, .object = object, .message = message},
                 clock.steady_now());
  }
  // In how many seconds the next message is due; -1: not at all.
  int64_t due_in() const {
    const auto due = gatherer.due();
    return due ? std::chrono::duration_cast<seconds>(*due - clock.steady_now()).count() : -1;
  }
  std::string send() {
    const Digest digest = gatherer.digest();
    gatherer.sent(digest, clock.steady_now());
    return sentence_of(digest);
  }

  FakeClock clock;
  Gatherer gatherer;
  uint64_t id = 0;
};

TEST_F(GathererTest, TheFirstEventIsTold5SecondsLaterWithWhatCameMeanwhile) {
  EXPECT_EQ(due_in(), -1);
  add(EventKind::kRealServerDown, server(1), "connection refused");
  EXPECT_EQ(due_in(), 5);
  clock.advance(seconds(3));
  add(EventKind::kRealServerDown, server(2), "connection refused");
  EXPECT_EQ(due_in(), 2) << "more that comes does not put it off";
  EXPECT_EQ(send(), "2 servers down on 1 service");
  EXPECT_EQ(due_in(), -1);
}

TEST_F(GathererTest, LaterOnesAreToldEvery5MinutesAtMost) {
  add(EventKind::kRealServerDown, server(1));
  send();
  clock.advance(seconds(10));
  add(EventKind::kRealServerDown, server(2));
  EXPECT_EQ(due_in(), 290);
  clock.advance(seconds(1000));
  EXPECT_EQ(send(), "RS2 of VS is down");
  clock.advance(seconds(1000));
  add(EventKind::kRealServerUp, server(2));
  EXPECT_EQ(due_in(), 5) << "the interval has long passed";
}

TEST_F(GathererTest, OnlyTheDifferenceCounts) {
  add(EventKind::kRealServerDown, server(1));
  send();
  add(EventKind::kRealServerUp, server(1));
  add(EventKind::kRealServerDown, server(1));
  EXPECT_EQ(due_in(), -1) << "it is as it was told";
  add(EventKind::kRealServerUp, server(1));
  EXPECT_EQ(send(), "all well again");
  EXPECT_TRUE(gatherer.memory().troubles.empty()) << "nothing is kept of what is over and told";
}

TEST_F(GathererTest, WhatWasShortIsToldAsOver) {
  for (int i = 0; i < 3; ++i) {
    add(EventKind::kRealServerDown, server(1));
    add(EventKind::kRealServerUp, server(1));
  }
  EXPECT_EQ(due_in(), 5);
  EXPECT_EQ(send(), "RS1 of VS was down for a while (3 times)");
}

TEST_F(GathererTest, AServerThatComesUpForTheFirstTimeIsNoNews) {
  add(EventKind::kRealServerUp, server(1));
  EXPECT_EQ(due_in(), -1);
}

TEST_F(GathererTest, WhatHappensWhileAMessageIsOnItsWayIsToldByTheNext) {
  add(EventKind::kRealServerDown, server(1));
  add(EventKind::kTierChanged, "virtual_service/VS", "tier 2 takes over");
  const Digest digest = gatherer.digest();
  add(EventKind::kRealServerUp, server(1));
  add(EventKind::kTierChanged, "virtual_service/VS", "tier 1 takes over");
  gatherer.sent(digest, clock.steady_now());
  EXPECT_EQ(due_in(), 300);
  const Digest next = gatherer.digest();
  EXPECT_EQ(next.over.size(), 1u);
  ASSERT_EQ(next.happened.size(), 1u);
  EXPECT_EQ(next.happened[0].message, "tier 1 takes over");
}

TEST_F(GathererTest, WhatCannotBeDeliveredIsTriedAgainEverMoreRarelyAndGrows) {
  add(EventKind::kRealServerDown, server(1));
  clock.advance(seconds(5));
  std::vector<int64_t> waits;
  for (int i = 0; i < 9; ++i) {
    gatherer.failed(clock.steady_now());
    waits.push_back(due_in());
    clock.advance(seconds(due_in()));
  }
  EXPECT_EQ(waits, (std::vector<int64_t>{30, 60, 120, 240, 480, 960, 1800, 1800, 1800}));
  add(EventKind::kRealServerDown, server(2));
  gatherer.failed(clock.steady_now());
  gatherer.try_again();
  EXPECT_LE(due_in(), 0) << "what made it fail may be mended";
  EXPECT_EQ(send(), "2 servers down on 1 service") << "one message of all of it";
  add(EventKind::kRealServerUp, server(1));
  EXPECT_EQ(due_in(), 300);
}

TEST_F(GathererTest, WhatIsRemovedIsForgotten) {
  add(EventKind::kRealServerDown, server(1));
  gatherer.forget([](const std::string& object) { return object != server(1); }, clock.steady_now());
  EXPECT_EQ(due_in(), -1);
}

TEST_F(GathererTest, MemoryIsBounded) {
  for (int i = 0; i < 12'000; ++i) add(EventKind::kRealServerDown, server(i));
  for (int i = 0; i < 300; ++i) add(EventKind::kTierChanged, "virtual_service/VS");
  const Digest digest = gatherer.digest();
  EXPECT_EQ(digest.begun.size(), Gatherer::kMostTroubles);
  EXPECT_EQ(digest.happened.size(), Gatherer::kMostHappened);
  EXPECT_EQ(digest.left_out, 2'100u);
  EXPECT_LT(text_of(digest).size(), 30'000u);
  EXPECT_LT(boost::json::serialize(to_json(digest)).size(), 60'000u);
}

TEST_F(GathererTest, ItGoesOnAfterARestartWhereItWas) {
  add(EventKind::kRealServerDown, server(1), "refused");
  send();
  add(EventKind::kRealServerDown, server(2), "\"quoted\"");
  add(EventKind::kTierChanged, "virtual_service/VS", "tier 2 takes over");
  auto memory = parse_memory(to_text(Memory{{"webhook", gatherer.memory()}}));
  ASSERT_TRUE(memory) << to_string(memory.error());
  Gatherer successor;
  successor.restore(memory->at("webhook"), clock.steady_now());
  EXPECT_EQ(sentence_of(successor.digest()), "RS2 of VS is down: \"quoted\", 1 other event");
  EXPECT_EQ(successor.digest().standing.size(), 1u) << "what was told is not told again";
  successor.add({.id = 1, .at = {}, .kind = EventKind::kRealServerUp, .object = server(1), .message = ""},
                clock.steady_now());
  EXPECT_EQ(successor.digest().over.size(), 1u) << "nor is its end missed";
}

TEST(MemoryTest, WhatIsNotOursIsRefused) {
  EXPECT_TRUE(parse_memory("").value().empty());
  for (const char* text :
       {"{", "[]", "{\"webhook\":{}}", R"({"webhook":{"troubles":[{"kind":"no_such"}],"happened":[],"left_out":0}})"}) {
    const auto parsed = parse_memory(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace evenkeel::alerts
