#include "health/http_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "health/status_ranges.h"

namespace evenkeel::health {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kKey[] = "Abcdefgh0123456789abcdefgh012345";

Target papercut() {
  Target target;
  target.key = {"Papercut_WUI", "App_Svr1"};
  target.address = *IpAddress::parse("10.77.0.31");
  target.port = 9191;
  target.check.type = model::HealthCheckType::kNegotiate;
  target.check.request = std::string("/api/health/application-server/status?disk-threshold-mb=1&Authorization=") + kKey;
  return target;
}

ProbeResult judged(const Target& target, std::string_view answer) {
  HttpResponse response;
  response.feed(answer);
  response.close();
  const SecretMask mask(target.check.request);
  const re2::RE2 pattern(target.check.response_expected);
  const HttpExpectation expected{target, target.check.response_expected.empty() ? nullptr : &pattern, mask};
  return judge(expected, response, std::chrono::microseconds(3100));
}

std::string answer(int status, const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 " + std::to_string(status) + " Reason\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(HttpJudge, AnAllowedStatusIsEnoughWithoutAPattern) {
  const ProbeResult result = judged(papercut(), answer(200, "anything"));
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_EQ(result.reason, "HTTP 200 from 10.77.0.31:9191 in 3.1 ms");
}

TEST(HttpJudge, AnotherStatusFailsAndShowsTheBody) {
  const ProbeResult result = judged(papercut(), answer(500, R"({"status":"Invalid license status: EXPIRED"})"));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.reason, R"(HTTP 500 where 200-299 is allowed: {"status":"Invalid license status: EXPIRED"})");
}

TEST(HttpJudge, ARedirectIsNotFollowed) {
  const ProbeResult result = judged(papercut(), answer(302, "", "Location: http://10.77.0.31:9191/user\r\n"));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.reason, "HTTP 302 where 200-299 is allowed (redirect to http://10.77.0.31:9191/user, not followed)");
}

TEST(HttpJudge, ARedirectMayBeAllowed) {
  Target target = papercut();
  target.check.allowed_status = "200,302";
  EXPECT_EQ(judged(target, answer(302, "", "Location: /user\r\n")).outcome, Outcome::kSuccess);
}

TEST(HttpJudge, ThePatternMayMatchAnywhereInTheBody) {
  Target target = papercut();
  target.check.response_expected = R"("status"\s*:\s*"OK")";
  const ProbeResult good = judged(target, answer(200, R"({"comment":"x", "status" : "OK"})"));
  EXPECT_EQ(good.outcome, Outcome::kSuccess);
  EXPECT_THAT(good.reason, HasSubstr("body matches"));
  const ProbeResult bad = judged(target, answer(200, "<h1>High availability activated</h1>"));
  EXPECT_EQ(bad.outcome, Outcome::kFailure);
  EXPECT_EQ(bad.reason, R"(body does not match ""status"\s*:\s*"OK"": <h1>High availability activated</h1>)");
}

TEST(HttpJudge, AWrongStatusSaysMoreThanACutAnswer) {
  EXPECT_THAT(judged(papercut(), "HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\noops").reason,
              HasSubstr("HTTP 500 where 200-299 is allowed: oops"));
}

TEST(HttpJudge, ACutAnswerFailsEvenWithAGoodStatus) {
  const ProbeResult result = judged(papercut(), "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nOK");
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, HasSubstr("closed before the end of the body"));
}

TEST(HttpJudge, WhatIsNotHttpIsShown) {
  const ProbeResult result = judged(papercut(), "SSH-2.0-OpenSSH_9.2p1\r\n");
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, HasSubstr("SSH-2.0-OpenSSH_9.2p1"));
}

TEST(HttpJudge, OnlyTheFirstPrintableBytesAreShown) {
  const ProbeResult result =
      judged(papercut(), answer(500, std::string("a\0b\xff\r\n\t c", 9) + std::string(500, 'z')));
  EXPECT_EQ(result.reason, "HTTP 500 where 200-299 is allowed: a?b? c" + std::string(74, 'z'));
}

TEST(HttpJudge, AKeyThatTheServerRepeatsIsMasked) {
  const std::string key = kKey;
  const std::string echoes[] = {"GET " + papercut().check.request, "bad key " + key, R"({"given":")" + key + R"("})",
                                std::string(70, 'x') + key,  // would be cut in the middle of the key
                                key + key + key + key + key + key + key + key};
  for (const std::string& body : echoes) {
    const ProbeResult result = judged(papercut(), answer(401, body));
    EXPECT_THAT(result.reason, Not(HasSubstr(key.substr(0, 8)))) << result.reason;
    EXPECT_THAT(result.reason, HasSubstr("****"));
  }
  const ProbeResult redirect = judged(papercut(), answer(302, "", "Location: /login?back=" + key + "\r\n"));
  EXPECT_THAT(redirect.reason, Not(HasSubstr(key.substr(0, 8))));
  const ProbeResult garbage = judged(papercut(), "ERR " + key + "\r\n");
  EXPECT_THAT(garbage.reason, Not(HasSubstr(key.substr(0, 8))));
}

TEST(HttpJudge, AnEncodedKeyIsMaskedInBothForms) {
  Target target = papercut();
  target.check.request = "/status?Authorization=se%2Fcret%2Bvalue";
  const ProbeResult result = judged(target, answer(401, "got se/cret+value and se%2Fcret%2Bvalue"));
  EXPECT_EQ(result.reason, "HTTP 401 where 200-299 is allowed: got **** and ****");
}

TEST(StatusRanges, AcceptsCodesAndRanges) {
  const auto ranges = StatusRanges::parse("200-299,302,400-404");
  ASSERT_TRUE(ranges);
  for (const int status : {200, 250, 299, 302, 400, 404}) EXPECT_TRUE(ranges->contains(status)) << status;
  for (const int status : {0, 199, 300, 301, 303, 399, 405, 500}) EXPECT_FALSE(ranges->contains(status)) << status;
}

TEST(StatusRanges, RefusesWhatIsNotAList) {
  for (const char* text :
       {"", ",", "200,", "abc", "99", "600", "300-200", "200-", "-200", "200-299-300", "2e2", "200 "}) {
    EXPECT_FALSE(StatusRanges::parse(text)) << text;
  }
}

}  // namespace
}  // namespace evenkeel::health
