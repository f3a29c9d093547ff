#include <fstream>
#include <sstream>

#include "api/query.h"
#include "api_fixture.h"

namespace evenkeel::api {
namespace {

TEST_F(ApiTest, AnUnknownPathNamesTheNearestRoute) {
  const auto nearest = [this](std::string_view method, std::string_view target) {
    const auto reply = ask(method, target);
    EXPECT_EQ(reply.status, 404) << target;
    EXPECT_EQ(reply.code(), "not_found");
    return reply.message();
  };
  EXPECT_NE(nearest("GET", "/api/v1/statsu").find("nearest is GET /api/v1/status"), std::string::npos);
  EXPECT_NE(nearest("POST", "/api/v1/virtual-service").find("nearest is POST /api/v1/virtual-services"),
            std::string::npos);
  EXPECT_NE(nearest("POST", "/api/v1/virtual-services/A/real-servers/B/stop").find("real-servers/{real_server}/"),
            std::string::npos);
  nearest("GET", "/");
  nearest("GET", "//////");
  nearest("GET", "/api/v1/virtual-services/");
  nearest("GET", "/" + std::string(10'000, 'x'));
  nearest("GET", "/" + std::string(10'000, '/'));
  nearest("GET", "/%C3%BC" + std::string(300, 'x'));
}

TEST_F(ApiTest, AnotherMethodNamesTheAllowed) {
  const auto reply = ask("PUT", "/api/v1/virtual-services/A");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("Allow"), "GET, PATCH, DELETE");
  EXPECT_EQ(ask("BREW", "/api/v1/status").status, 405);
}

TEST_F(ApiTest, UnknownAndRepeatedQueryParametersAreErrors) {
  EXPECT_NE(ask("GET", "/api/v1/status?verbose=1").message().find("\"verbose\" is unknown"), std::string::npos);
  EXPECT_NE(ask("GET", "/api/v1/connections?limits=1").message().find("limit"), std::string::npos);
  EXPECT_EQ(ask("GET", "/api/v1/connections?limit=1&limit=2").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/connections?%zz=1").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/status?").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/status?&&").status, 200);
}

TEST_F(ApiTest, AnEscapedSlashBelongsToItsSegment) {
  const auto reply = ask("GET", "/api/v1/virtual-services/a%2Fb");
  EXPECT_EQ(reply.status, 404);
  EXPECT_NE(reply.message().find("\"a/b\""), std::string::npos);
}

TEST_F(ApiTest, TargetsThatAreNoPathsAreRefused) {
  EXPECT_EQ(ask("GET", "api/v1/status").status, 400);
  EXPECT_EQ(ask("GET", "http://evenkeel/api/v1/status").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/virtual-services/%").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/virtual-services/%ff").status, 400);
  EXPECT_EQ(ask("OPTIONS", "*").status, 400);
}

TEST(Routes, TheDocumentedTableIsTheTable) {
  std::ifstream file(EVENKEEL_SOURCE_DIRECTORY "/docs/api.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string table = to_markdown(routes());
  EXPECT_NE(text.str().find(table), std::string::npos) << "docs/api.md should contain:\n" << table;
  for (const Route& route : routes()) {
    for (const Parameter& parameter : route.parameters) {
      EXPECT_NE(text.str().find("`" + std::string(parameter.name)), std::string::npos) << parameter.name;
    }
  }
}

TEST(Routes, EachIsDeclaredOnce) {
  for (const Route& one : routes()) {
    const auto same = std::count_if(routes().begin(), routes().end(), [&](const Route& other) {
      return other.method == one.method && other.pattern == one.pattern;
    });
    EXPECT_EQ(same, 1) << one.method << " " << one.pattern;
    EXPECT_FALSE(one.summary.empty());
  }
}

TEST(Query, Utf8IsJudgedAsTheStandardHasIt) {
  for (const char* good : {"", "a", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x96\xa8", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad :
       {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(Query, ValuesAreDecoded) {
  const auto query = Query::parse("a=two+words&b=%2B%26%3D&c&d==");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->text("a"), "two words");
  EXPECT_EQ(query->text("b"), "+&=");
  EXPECT_EQ(query->text("c"), "");
  EXPECT_EQ(query->text("d"), "=");
  EXPECT_EQ(query->find("e"), nullptr);
}

TEST(Query, NumbersAreWholeAndInRange) {
  EXPECT_EQ(parse_integer("x", "7", 0, 9).value(), 7);
  for (const char* bad : {"", " 7", "7 ", "+7", "0x7", "7.0", "10", "-1", "99999999999999999999"}) {
    EXPECT_FALSE(parse_integer("x", bad, 0, 9)) << bad;
  }
}

TEST(Query, TheNumberOfParametersIsBounded) {
  std::string text;
  for (int i = 0; i < 33; ++i) text += "p" + std::to_string(i) + "=1&";
  EXPECT_FALSE(Query::parse(text));
}

}  // namespace
}  // namespace evenkeel::api
