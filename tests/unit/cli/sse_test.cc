#include "cli/sse.h"

#include <gtest/gtest.h>

#include <vector>

namespace evenkeel::cli {
namespace {

struct Collected {
  std::vector<ServerSentEvent> events;
  SseParser parser{[this](const ServerSentEvent& event) { events.push_back(event); }};
};

constexpr std::string_view kStream =
    ": evenkeel events\n\n"
    "id: 12\nevent: real_server_down\ndata: {\"message\": \"a\"}\n\n"
    ": keep-alive\r\n\r\n"
    "data:first\r\ndata: second\r\nid\r\nretry: 5\r\n\r\n"
    "event: unfinished\n\n"
    "id: 13\rdata:  x\r\r"
    "data: never ended\n";

void expect_all(const std::vector<ServerSentEvent>& events) {
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].id, "12");
  EXPECT_EQ(events[0].event, "real_server_down");
  EXPECT_EQ(events[0].data, "{\"message\": \"a\"}");
  EXPECT_EQ(events[1].id, "");
  EXPECT_EQ(events[1].data, "first\nsecond");
  EXPECT_EQ(events[2].id, "13");
  EXPECT_EQ(events[2].event, "");
  EXPECT_EQ(events[2].data, " x");
}

TEST(SseParser, TakesTheWholeAtOnce) {
  Collected collected;
  collected.parser.feed(kStream);
  expect_all(collected.events);
}

TEST(SseParser, DoesNotCareWhereTheStreamIsCut) {
  for (size_t cut = 0; cut <= kStream.size(); ++cut) {
    Collected collected;
    collected.parser.feed(kStream.substr(0, cut));
    collected.parser.feed(kStream.substr(cut));
    SCOPED_TRACE(cut);
    expect_all(collected.events);
  }
}

TEST(SseParser, TakesSingleBytes) {
  Collected collected;
  for (const char byte : kStream) collected.parser.feed({&byte, 1});
  expect_all(collected.events);
}

}  // namespace
}  // namespace evenkeel::cli
