#include "observed/program_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::observed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> texts(const LogPage& page) {
  std::vector<std::string> all;
  for (const auto& line : page.lines) all.push_back(line.text);
  return all;
}

TEST(ProgramLog, GivesTheNewestLinesOldestFirst) {
  ProgramLog log;
  for (const char* text : {"one", "two", "three"}) log.add({.text = text});
  EXPECT_EQ(log.last_id(), 3U);
  EXPECT_THAT(texts(log.after(0, "", 10)), ElementsAre("one", "two", "three"));
  EXPECT_FALSE(log.after(0, "", 3).more);
  const auto two = log.after(0, "", 2);
  EXPECT_THAT(texts(two), ElementsAre("two", "three"));
  EXPECT_TRUE(two.more);
  EXPECT_THAT(texts(log.after(2, "", 10)), ElementsAre("three"));
  EXPECT_THAT(log.after(3, "", 10).lines, IsEmpty());
}

TEST(ProgramLog, FindsATextWhateverItsCase) {
  ProgramLog log;
  for (const char* text : {"Reload of Web", "start", "RELOAD again"}) log.add({.text = text});
  EXPECT_THAT(texts(log.after(0, "reload", 10)), ElementsAre("Reload of Web", "RELOAD again"));
  EXPECT_TRUE(log.after(0, "reload", 1).more);
  EXPECT_FALSE(log.after(0, "start", 1).more);
}

TEST(ProgramLog, IsBoundedInLinesAndBytes) {
  ProgramLog few(3, 1000);
  for (int i = 0; i < 10; ++i) few.add({.text = std::to_string(i)});
  EXPECT_THAT(texts(few.after(0, "", 10)), ElementsAre("7", "8", "9"));
  EXPECT_EQ(few.last_id(), 10U);
  ProgramLog small(100, 10);
  for (int i = 0; i < 10; ++i) small.add({.text = "1234"});
  EXPECT_THAT(small.after(0, "", 100).lines, SizeIs(2));
  ProgramLog log;
  log.add({.text = std::string(100'000, 'x')});
  EXPECT_EQ(log.after(0, "", 1).lines.at(0).text.size(), 4096U);
}

TEST(ProgramLog, KeepsTextWithoutSecretsAndControlCharacters) {
  ProgramLog log;
  log.add({.text = "GET /?token=sesame\x1b[2J\nB\xc3\xbcro"});
  log.add({.text = "\xff\xc3"});
  log.add({.text = std::string(4095, 'x') + "\xc3\xbc"});  // the limit is within a letter
  const auto page = log.after(0, "", 10);
  EXPECT_EQ(page.lines.at(0).text, "GET /?token=**** B\xc3\xbcro");
  EXPECT_EQ(page.lines.at(1).text, "  ");
  EXPECT_EQ(page.lines.at(2).text, std::string(4095, 'x'));
}

TEST(ProgramLog, ALineIsAnObject) {
  const LogLine line{WallTime(std::chrono::seconds(1'800'000'000)), LogLevel::kWarning, "slow"};
  EXPECT_EQ(boost::json::value(to_json(line)),
            boost::json::parse(R"({"time": "2027-01-15T08:00:00.000Z", "level": "warning", "text": "slow"})"));
  EXPECT_EQ(boost::json::value(to_json(LogLine{.text = "x"})),
            boost::json::parse(R"({"time": null, "level": null, "text": "x"})"));
}

}  // namespace
}  // namespace evenkeel::observed
