#include "cli/text.h"

#include <gtest/gtest.h>

#include "cli/human.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/url.h"
#include "cli/words.h"

namespace evenkeel::cli {
namespace {

using namespace std::chrono_literals;

TEST(Printable, WritesOutWhatATerminalWouldObey) {
  EXPECT_EQ(printable("\x1b[2Jgone"), "\\x1b[2Jgone");
  EXPECT_EQ(printable("a\nb\r\tc\x7f"), "a\\nb\\r\\tc\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\x9b31m");  // C1: the eight-bit CSI
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\u202eb");  // right-to-left override
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("Drucker Köln 印刷 ✓"), "Drucker Köln 印刷 ✓");
}

TEST(Printable, WritesOutWhatIsNotUtf8) {
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");           // cut off
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(Columns, CountsWhatIsSeen) {
  EXPECT_EQ(columns(""), 0U);
  EXPECT_EQ(columns("Köln"), 4U);
  EXPECT_EQ(columns("印刷"), 4U);
  EXPECT_EQ(columns("e\xcc\x81"), 1U);  // e and a combining acute accent
  EXPECT_EQ(columns("▲ up"), 4U);
}

TEST(Shortened, NeverTakesMoreThanItMay) {
  EXPECT_EQ(shortened("connection refused", 18, "…"), "connection refused");
  EXPECT_EQ(shortened("connection refused", 12, "…"), "connection…");
  EXPECT_EQ(shortened("connection refused", 12, "..."), "connectio...");
  EXPECT_EQ(shortened("印刷印刷", 4, "…"), "印…");
  EXPECT_EQ(shortened("abc", 1, "…"), "…");
  EXPECT_EQ(shortened("abc", 0, "…"), "");
  EXPECT_EQ(shortened("abcd", 2, "..."), "");
}

TEST(Wrapped, BreaksAtSpacesAndWithinWordsThatAreTooLong) {
  EXPECT_EQ(wrapped("one two three", 8), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrapped("one two", 7), (std::vector<std::string>{"one two"}));
  EXPECT_EQ(wrapped("abcdefgh ij", 4), (std::vector<std::string>{"abcd", "efgh", "ij"}));
  EXPECT_EQ(wrapped("", 4), std::vector<std::string>{});
  EXPECT_EQ(wrapped("印刷", 1), (std::vector<std::string>{"印", "刷"}));  // makes progress all the same
}

TEST(Human, Numbers) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1048572), "1,048,572");
  EXPECT_EQ(human_count(9999), "9,999");
  EXPECT_EQ(human_count(10000), "10.0 k");
  EXPECT_EQ(human_count(999'999), "1.0 M");
  EXPECT_EQ(human_count(UINT64_MAX), "18.4 E");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.0 kB");
  EXPECT_EQ(human_bytes(104'857'600), "104.9 MB");
}

TEST(Human, Times) {
  EXPECT_EQ(human_age(-5s), "0 s");
  EXPECT_EQ(human_age(59s), "59 s");
  EXPECT_EQ(human_age(2min), "2 min");
  EXPECT_EQ(human_age(47h), "47 h");
  EXPECT_EQ(human_age(72h), "3 days");
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("600"), 600s);
  EXPECT_EQ(parse_duration("10m"), 10min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1d"), 24h);
  for (const char* bad : {"", "m", "-1m", "1.5h", "10 m", "10min", "9999999999999999999", "1000000001s"}) {
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(minutes_seconds(26), "00:26");
  EXPECT_EQ(minutes_seconds(258), "04:18");
  EXPECT_EQ(minutes_seconds(4500), "75:00");
  EXPECT_EQ(human_milliseconds(0.31), "0.3 ms");
  EXPECT_EQ(human_milliseconds(12.4), "12 ms");
  EXPECT_EQ(human_milliseconds(5000), "5.0 s");
}

TEST(Human, ReadsTheTimesThatTheApiWrites) {
  const auto time = parse_iso8601("2026-01-31T08:00:00.250Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(to_iso8601(*time), "2026-01-31T08:00:00.250Z");
  for (const char* bad : {"", "2026-01-31", "2026-01-31T08:00:00Z", "2026-01-31 08:00:00.250Z",
                          "2026-01-31T08:00:0x.250Z", "2026-01-31T08:00:-1.250Z"}) {
    EXPECT_FALSE(parse_iso8601(bad)) << bad;
  }
}

TEST(Url, EncodesSegmentsAndQueries) {
  EXPECT_EQ(Url("status").text(), "/api/v1/status");
  EXPECT_EQ(Url("virtual-services").segment("a/b c?#").text(), "/api/v1/virtual-services/a%2Fb%20c%3F%23");
  EXPECT_EQ(Url("virtual-services").segment("..").text(), "/api/v1/virtual-services/%2E%2E");
  EXPECT_EQ(Url("explain").query("client", "[::1]:80").query_if("port", "").query("a", "ö&=").text(),
            "/api/v1/explain?client=%5B%3A%3A1%5D%3A80&a=%C3%B6%26%3D");
}

TEST(Words, NamesObjectsAsPeopleDo) {
  EXPECT_EQ(object_in_words("virtual_service/A/real_server/B"), "real server B of A");
  EXPECT_EQ(object_in_words("virtual_service/A"), "virtual service A");
  EXPECT_EQ(object_in_words("interface/eth0"), "interface eth0");
  EXPECT_EQ(object_in_words(""), "");
  EXPECT_EQ(object_in_words("a/b/c"), "a/b/c");
  EXPECT_EQ(protocol_in_words("tcp_udp"), "TCP/UDP");
}

TEST(Terminal, KeepsToAsciiWhereTheLocaleDoes) {
  const Terminal ascii{.colour = false, .unicode = false, .width = 0};
  EXPECT_EQ(ascii.safe("Köln\x1b"), "K?ln\\x1b");
  EXPECT_EQ(ascii.glyph(Glyph::kUp), "^");
}

TEST(Table, AlignsByWhatIsSeenAndPaintsOnlyTheText) {
  Table table({{"NAME"}, {"N", Align::kRight}, {"WHY"}});
  table.add_row({{"Köln", Colour::kGreen}, {"7"}, {"a long explanation"}});
  table.add_row({{"印刷部"}, {"12"}, {}});
  EXPECT_EQ(table.render({.colour = false, .unicode = true, .width = 0}),
            "NAME     N  WHY\n"
            "Köln     7  a long explanation\n"
            "印刷部  12\n");
  EXPECT_EQ(table.render({.colour = true, .unicode = true, .width = 20}),
            "\x1b[2mNAME\x1b[0m     \x1b[2mN\x1b[0m  \x1b[2mWHY\x1b[0m\n"
            "\x1b[32mKöln\x1b[0m     7  a long…\n"
            "印刷部  12\n");
}

}  // namespace
}  // namespace evenkeel::cli
