#include "config/text_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;

std::string numbered(size_t lines, const std::string& what) {
  std::string text;
  for (size_t i = 0; i < lines; ++i) text += what + std::to_string(i) + "\n";
  return text;
}

TEST(TextChange, IsForTextsThatTakeMoreThanALine) {
  EXPECT_FALSE(is_long(""));
  EXPECT_FALSE(is_long(std::string(200, 'x')));
  EXPECT_TRUE(is_long(std::string(201, 'x')));
  EXPECT_TRUE(is_long("a\nb"));
}

TEST(TextChange, SaysSizesInWords) {
  EXPECT_EQ(size_in_words(""), "empty");
  EXPECT_EQ(size_in_words("x"), "1 byte in 1 line");
  EXPECT_EQ(size_in_words("x\ny"), "3 bytes in 2 lines");
  EXPECT_EQ(size_in_words("x\ny\n"), "4 bytes in 2 lines");
}

TEST(TextChange, ShowsEachGroupWithTwoLinesAround) {
  EXPECT_THAT(text_change("a\nb\nc\nd\ne\nf\ng\nh\ni\n", "a\nb\nC\nd\ne\nf\ng\nh\ni\nj\n").lines,
              ElementsAre("@@ line 1", " a", " b", "-c", "+C", " d", " e", "@@ line 8", " h", " i", "+j"));
}

TEST(TextChange, FindsWhatWasMovedIn) {
  EXPECT_THAT(text_change("a\nb\nc\n", "x\na\nc\ny\nb\n").lines,
              ElementsAre("@@ line 1", "+x", " a", "-b", " c", "+y", "+b"));
}

TEST(TextChange, TakesNothingForNoLine) {
  EXPECT_THAT(text_change("", "a\n").lines, ElementsAre("@@ line 1", "+a"));
  EXPECT_THAT(text_change("a\nb", "").lines, ElementsAre("@@ line 1", "-a", "-b"));
  EXPECT_THAT(text_change("a\n", "a\n").lines, IsEmpty());
}

TEST(TextChange, BreaksAPageWithoutLineEnds) {
  std::string page, other;
  for (int i = 0; i < 40; ++i) {
    page += "<p>" + std::to_string(i) + "</p>";
    other += "<p>" + std::to_string(i == 20 ? 99 : i) + "</p>";
  }
  EXPECT_THAT(text_change(page, other).lines,
              ElementsAre("@@ line 1", " 19</p>", " <p>", "-20</p>", "+99</p>", " <p>", " 21</p>"));
}

TEST(TextChange, CutsLongLinesBetweenCharacters) {
  const auto change = text_change("", "x" + std::string(158, '-') + "äöü");
  ASSERT_EQ(change.lines.size(), 2u);
  EXPECT_EQ(change.lines[1], "+x" + std::string(158, '-') + "…");
}

TEST(TextChange, IsBoundedInLinesAndTime) {
  const auto change = text_change(numbered(1000, "old "), numbered(1000, "new "));
  EXPECT_EQ(change.lines.size(), kMostLines);
  EXPECT_EQ(change.lines.size() - 1 + change.left_out, 2000u);
  EXPECT_THAT(change.lines[1], EndsWith("old 0"));
  // The largest page of nothing but line ends, against one of other lines.
  EXPECT_EQ(text_change(std::string(size_t{64} << 10, '\n'), numbered(6000, "x")).lines.size(), kMostLines);
}

}  // namespace
}  // namespace evenkeel::config
