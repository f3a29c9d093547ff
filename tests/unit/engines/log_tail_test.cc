#include "engines/log_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/temporary_directory.h"

namespace evenkeel::engines {
namespace {

using testing::ElementsAre;

class LogTailTest : public testing::Test {
 protected:
  void append(const std::string& text) { std::ofstream(file(), std::ios::app) << text; }
  void replace(const std::string& text) { std::ofstream(file(), std::ios::trunc) << text; }
  std::string file() const { return directory_ / "log"; }
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& line : log_.after(0, "", 1000).lines) all.push_back(line.text);
    return all;
  }

  TemporaryDirectory directory_;
  observed::ProgramLog log_;
  LogTail tail_{file(), log_, [](std::string_view line, std::optional<WallTime> at) {
                  return observed::LogLine{at, std::nullopt, std::string(line)};
                }};
};

TEST_F(LogTailTest, TakesWhatIsNewAndWhole) {
  tail_.take();
  append("one\ntwo\nthr");
  tail_.take();
  EXPECT_THAT(texts(), ElementsAre("one", "two"));
  append("ee\n\n");
  tail_.take();
  tail_.take();
  EXPECT_THAT(texts(), ElementsAre("one", "two", "three"));
}

TEST_F(LogTailTest, KnowsTheTimeOnlyOfWhatCameWhileItLooked) {
  append("before\n");
  tail_.take();
  append("now\n");
  tail_.take();
  const auto page = log_.after(0, "", 10);
  EXPECT_FALSE(page.lines.at(0).at);
  EXPECT_TRUE(page.lines.at(1).at);
}

TEST_F(LogTailTest, ReadsAFileThatWasEmptiedFromItsBeginning) {
  append("a long line from before\n");
  tail_.take();
  replace("new\n");
  tail_.take();
  EXPECT_THAT(texts(), ElementsAre("a long line from before", "new"));
}

TEST_F(LogTailTest, KnowsAFileThatWasEmptiedWhateverItsLength) {
  tail_.take();
  append("one\n");
  tail_.take();
  replace("");
  tail_.take();
  append("two\n");  // as long as it was
  tail_.take();
  EXPECT_THAT(texts(), ElementsAre("one", "two"));
}

TEST_F(LogTailTest, OfAHugeFileTakesTheEnd) {
  append(std::string(3'000'000, 'x') + "\nlast\n");
  tail_.take();
  EXPECT_EQ(texts().back(), "last");
  EXPECT_EQ(texts().size(), 2U);  // the end of the long one, cut
}

}  // namespace
}  // namespace evenkeel::engines
