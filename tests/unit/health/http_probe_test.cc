#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;
using model::NegotiateProtocol;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr char kKey[] = "Abcdefgh0123456789abcdefgh012345";
constexpr char kOk[] = R"({"status":"OK","comment":"Application Server disk space is OK"})";
constexpr char kPassive[] = "<h1>High availability activated</h1><p>Server in passive monitoring mode</p>";

class HttpProbe : public ProbeTest {
 protected:
  static Target http(uint16_t port, const char* address = "127.0.0.1") {
    Target target = target_of(HealthCheckType::kNegotiate, port, address);
    target.check.request =
        std::string("/api/health/application-server/status?disk-threshold-mb=1&Authorization=") + kKey;
    return target;
  }
  static Target https(uint16_t port) {
    Target target = http(port);
    target.check.protocol = NegotiateProtocol::kHttps;
    return target;
  }
  static Target papercut(uint16_t port) {
    Target target = http(port);
    target.check.response_expected = R"("status"\s*:\s*"OK")";
    return target;
  }

  // Probes one server that plays this script. Whatever happens, the key is not shown.
  ProbeResult ask(LoopbackServer::Script script, Target (*make)(uint16_t), milliseconds timeout = milliseconds(5000)) {
    LoopbackServer server(io_, std::move(script));
    Target target = make(server.port());
    target.check.timeout = timeout;
    ProbeResult result = probe(target);
    EXPECT_THAT(result.reason, Not(HasSubstr(std::string(kKey).substr(0, 8))));
    return result;
  }
  ProbeResult ask_http(LoopbackServer::Script script, milliseconds timeout = milliseconds(5000)) {
    return ask(std::move(script), [](uint16_t port) { return http(port); }, timeout);
  }
};

TEST_F(HttpProbe, TheActiveApplicationServerIsUp) {
  const ProbeResult result = ask(say(http_answer(200, kOk)), papercut);
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_THAT(result.reason, MatchesRegex("HTTP 200 from 127\\.0\\.0\\.1:[0-9]+ in [0-9.]+ ms, body matches .*"));
}

TEST_F(HttpProbe, TheTraceHasWhatWasSaidAndWhen) {
  const ProbeResult result = ask(say(http_answer(500, std::string("out of order: ") + kKey)), papercut);
  EXPECT_EQ(result.rule, "allowed_status");
  EXPECT_THAT(result.trace.request, StartsWith("GET /api/health/application-server/status?disk-threshold-mb=1&"
                                               "Authorization=**** HTTP/1.1\nHost: 127.0.0.1:"));
  EXPECT_THAT(result.trace.answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(result.trace.answer, HasSubstr("\n\nout of order: ****"));
  EXPECT_THAT(result.trace.request + result.trace.answer, Not(HasSubstr(kKey)));
  ASSERT_TRUE(result.trace.connected && result.trace.first_byte);
  EXPECT_LE(*result.trace.connected, *result.trace.first_byte);
  EXPECT_FALSE(result.trace.secured) << "there is no TLS";
}

TEST_F(HttpProbe, TheTraceOfATimeoutHasWhatCameBeforeIt) {
  const ProbeResult result =
      ask_http(drip_for_ever("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf"), milliseconds(200));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.rule, "timeout");
  EXPECT_THAT(result.trace.answer, HasSubstr("\n\nhalf"));
  EXPECT_TRUE(result.trace.first_byte);
}

TEST_F(HttpProbe, TheTraceIsBoundedHoweverMuchTheServerSays) {
  const ProbeResult result = ask_http(say(http_answer(200, std::string(100000, '\x01'))));
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_LE(result.trace.answer.size(), Trace::kTextLimit);
  EXPECT_THAT(result.trace.answer, HasSubstr("\\x01"));
}

TEST_F(HttpProbe, ThePassiveApplicationServerIsDownWithEitherPage) {
  const ProbeResult with_200 = ask(say(http_answer(200, kPassive)), papercut);
  EXPECT_EQ(with_200.outcome, Outcome::kFailure);
  EXPECT_THAT(with_200.reason, HasSubstr("passive monitoring mode"));
  const ProbeResult with_503 = ask(say(http_answer(503, kPassive)), papercut);
  EXPECT_EQ(with_503.outcome, Outcome::kFailure);
  EXPECT_THAT(with_503.reason, StartsWith("HTTP 503 where 200-299 is allowed: <h1>High availability"));
}

TEST_F(HttpProbe, AnErrorStatusIsAFailureWithTheBodyAsReason) {
  const ProbeResult result = ask_http(say(http_answer(500, R"({"status":"Database is not connectable"})")));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.reason, R"(HTTP 500 where 200-299 is allowed: {"status":"Database is not connectable"})");
}

TEST_F(HttpProbe, ARedirectIsNotFollowed) {
  LoopbackServer elsewhere(io_, say(http_answer(200, kOk)));
  const std::string location = "Location: http://127.0.0.1:" + std::to_string(elsewhere.port()) + "/user\r\n";
  EXPECT_EQ(ask_http(say(http_answer(302, "", location))).outcome, Outcome::kFailure);
  EXPECT_EQ(elsewhere.visits().connections, 0);
}

TEST_F(HttpProbe, SendsTheRequestAsConfigured) {
  LoopbackServer server(io_, say(http_answer(200, kOk)));
  Target target = papercut(server.port());
  target.check.virtual_host = "papercut.example";
  probe(target);
  ASSERT_EQ(server.visits().requests.size(), 1U);
  EXPECT_THAT(server.visits().requests[0], StartsWith("GET " + target.check.request + " HTTP/1.1\r\n"));
  EXPECT_THAT(server.visits().requests[0], HasSubstr("\r\nHost: papercut.example\r\n"));
}

TEST_F(HttpProbe, WorksOverIpv6) {
  LoopbackServer server(io_, say(http_answer(200, kOk)), "::1");
  EXPECT_EQ(probe(http(server.port(), "::1")).outcome, Outcome::kSuccess);
  EXPECT_THAT(server.visits().requests.at(0), HasSubstr("\r\nHost: [::1]:" + std::to_string(server.port()) + "\r\n"));
}

TEST_F(HttpProbe, ReadsByteByByteAndChunked) {
  EXPECT_EQ(ask(drip(http_answer(200, kOk)), papercut).outcome, Outcome::kSuccess);
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"status\r\n7\r\n\":\"OK\"}\r\n0\r\n\r\n";
  EXPECT_EQ(ask(say(chunked), papercut).outcome, Outcome::kSuccess);
}

TEST_F(HttpProbe, RefusalIsAFailure) {
  const uint16_t port = closed_port(io_);
  EXPECT_EQ(probe(http(port)).reason, "connection refused by 127.0.0.1:" + std::to_string(port));
}

TEST_F(HttpProbe, TimeoutsSayHowFarItGot) {
  FullServer full(io_);
  Target silent = http(full.port());
  silent.check.timeout = milliseconds(400);
  EXPECT_THAT(probe(silent).reason, HasSubstr(" within 400 ms (no TCP connection)"));
  EXPECT_THAT(ask_http(accept_only(), milliseconds(400)).reason,
              HasSubstr(" within 400 ms (TCP connected, no HTTP answer)"));
  EXPECT_THAT(ask_http(greet("HTTP/1.1 200 OK\r\nX-"), milliseconds(400)).reason,
              HasSubstr("(TCP connected, no HTTP answer)"));
  const ProbeResult hung = ask_http(greet("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234"), milliseconds(400));
  EXPECT_EQ(hung.outcome, Outcome::kFailure);
  EXPECT_THAT(hung.reason, HasSubstr("(HTTP 200, body not complete after 4 bytes)"));
}

TEST_F(HttpProbe, ASlowDripIsBoundedByTheTimeoutOfTheWholeProbe) {
  const auto begin = std::chrono::steady_clock::now();
  const ProbeResult result =
      ask_http(drip_for_ever("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), milliseconds(100));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, HasSubstr("within 100 ms (HTTP 200, body not complete"));
}

TEST_F(HttpProbe, AnEndlessBodyIsJudgedByItsBeginning) {
  EXPECT_EQ(ask_http(flood("HTTP/1.1 200 OK\r\n\r\n")).outcome, Outcome::kSuccess);
  EXPECT_EQ(ask(flood("HTTP/1.1 200 OK\r\n\r\n"), papercut).outcome, Outcome::kFailure);
}

TEST_F(HttpProbe, EndlessHeadersAreAFailure) {
  EXPECT_EQ(ask_http(flood("HTTP/1.1 200 OK\r\nX-Long: ")).outcome, Outcome::kFailure);
}

TEST_F(HttpProbe, GarbageIsShownAsFarAsItCanBePrinted) {
  const ProbeResult result = ask_http(say("\x01\x02SSH-2.0-OpenSSH\r\n"));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, HasSubstr("no HTTP answer from 127.0.0.1:"));
  EXPECT_THAT(result.reason, HasSubstr("??SSH-2.0-OpenSSH"));
}

TEST_F(HttpProbe, AnAnswerThatIsCutIsAFailure) {
  EXPECT_THAT(ask_http(say("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}")).reason,
              HasSubstr("closed before the end of the body"));
  EXPECT_THAT(ask_http(say("HTTP/1.1 20")).reason, HasSubstr("no HTTP answer"));
  EXPECT_THAT(ask_http(say("")).reason, HasSubstr("closed without an answer"));
}

TEST_F(HttpProbe, AResetIsAFailure) {
  const ProbeResult midway = ask_http(reset_after("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}"));
  EXPECT_EQ(midway.outcome, Outcome::kFailure);
  EXPECT_THAT(midway.reason, HasSubstr("no complete HTTP answer"));
  EXPECT_THAT(midway.reason, HasSubstr("reset by peer"));
  EXPECT_EQ(ask_http(reset_after("")).outcome, Outcome::kFailure);
}

TEST_F(HttpProbe, AKeyThatTheServerRepeatsIsMasked) {
  const std::string key = kKey;
  for (const std::string& echo : {"no such page: /x?Authorization=" + key, "bad key " + key, key}) {
    EXPECT_THAT(ask_http(say(http_answer(401, echo))).reason, HasSubstr("****"));
    EXPECT_THAT(ask(say(http_answer(200, echo)), papercut).reason, HasSubstr("****"));
    EXPECT_THAT(ask_http(say(echo + "\r\n")).reason, HasSubstr("****"));
    ask_http(say(http_answer(302, echo, "Location: /login?from=" + key + "\r\n")));
  }
}

TEST_F(HttpProbe, WithoutDescriptorsNothingIsSaidAboutTheServer) {
  LoopbackServer server(io_, say(http_answer(200, kOk)));
  const Target target = http(server.port());
  probe(target);
  let_everything_close();
  const NoMoreDescriptors guard;
  const ProbeResult result = probe(target);
  EXPECT_EQ(result.outcome, Outcome::kNotChecked);
  EXPECT_EQ(result.reason, "not checked: Too many open files");
}

TEST_F(HttpProbe, APatternOfOursThatIsBrokenSaysNothingAboutTheServer) {
  LoopbackServer server(io_, say(http_answer(200, kOk)));
  Target target = http(server.port());
  target.check.response_expected = "(";
  EXPECT_EQ(probe(target).outcome, Outcome::kNotChecked);
  target.check.response_expected = "";
  target.check.allowed_status = "no number";
  EXPECT_EQ(probe(target).outcome, Outcome::kNotChecked);
}

TEST_F(HttpProbe, LeavesWithFin) {
  for (const auto& script : {say(http_answer(200, kOk)), greet(http_answer(200, kOk) + std::string(5000, 'x'))}) {
    LoopbackServer server(io_, script);
    EXPECT_EQ(probe(http(server.port())).outcome, Outcome::kSuccess);
    ASSERT_TRUE(run_until([&] { return !server.visits().endings.empty(); }));
    EXPECT_EQ(server.visits().endings[0], Ending::kFin);
  }
}

TEST_F(HttpProbe, LeavesWithFinAfterATimeout) {
  LoopbackServer server(io_, accept_only());
  Target target = http(server.port());
  target.check.timeout = milliseconds(30);
  EXPECT_EQ(probe(target).outcome, Outcome::kFailure);
  ASSERT_TRUE(run_until([&] { return !server.visits().endings.empty(); }));
  EXPECT_EQ(server.visits().endings[0], Ending::kFin);
}

TEST_F(HttpProbe, TlsWorksWithACertificateThatNobodyWouldTrust) {
  LoopbackServer server(io_, say_over_tls(http_answer(200, kOk)));
  Target target = https(server.port());
  target.check.virtual_host = "papercut.example";
  const ProbeResult result = probe(target);
  EXPECT_EQ(result.outcome, Outcome::kSuccess) << result.reason;
  EXPECT_EQ(server.visits().server_name, "papercut.example");
  ASSERT_TRUE(run_until([&] { return !server.visits().endings.empty(); }));
  EXPECT_EQ(server.visits().endings[0], Ending::kFin);
}

TEST_F(HttpProbe, TlsWithoutANameSendsNone) {
  LoopbackServer server(io_, say_over_tls(http_answer(200, kOk)));
  const ProbeResult result = probe(https(server.port()));
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_GT(result.trace.secured, result.trace.connected);
  EXPECT_EQ(server.visits().server_name, "");
}

TEST_F(HttpProbe, TlsMayEndWithoutAGoodbye) {
  EXPECT_EQ(ask(say_over_tls_and_cut("HTTP/1.0 200 OK\r\n\r\n" + std::string(kOk)), https).outcome, Outcome::kSuccess);
  EXPECT_EQ(ask(say_over_tls_and_cut("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}"), https).outcome,
            Outcome::kFailure);
}

TEST_F(HttpProbe, TlsGarbageIsAFailure) {
  for (const auto& script : {say(http_answer(400, "plain HTTP spoken here")), greet(std::string(100, '\x16')),
                             reset_after(""), greet("220 mail.example ESMTP\r\n")}) {
    const ProbeResult result = ask(script, https, milliseconds(500));
    EXPECT_EQ(result.outcome, Outcome::kFailure);
    EXPECT_THAT(result.reason,
                testing::AnyOf(HasSubstr("TLS handshake with 127.0.0.1:"), HasSubstr("TLS handshake not completed")));
  }
}

TEST_F(HttpProbe, ATlsServerThatHangsIsSaidToHang) {
  EXPECT_THAT(ask(accept_only(), https, milliseconds(400)).reason,
              HasSubstr("within 400 ms (TCP connected, TLS handshake not completed)"));
}

TEST_F(HttpProbe, IsSilentAfterCancelAtAnyMoment) {
  for (const auto protocol : {NegotiateProtocol::kHttp, NegotiateProtocol::kHttps}) {
    for (int steps = 0; steps < 60; ++steps) {
      LoopbackServer server(io_, protocol == NegotiateProtocol::kHttps ? say_over_tls(http_answer(200, kOk))
                                                                       : say(http_answer(200, kOk)));
      Target target = http(server.port());
      target.check.protocol = protocol;
      bool is_cancelled = false;
      const auto probe = make_probe(tools_, target);
      probe->start([&](const ProbeResult&) { EXPECT_FALSE(is_cancelled); });
      io_.restart();
      for (int i = 0; i < steps; ++i) io_.poll_one();
      probe->cancel();
      is_cancelled = true;
      io_.poll();
    }
  }
}

}  // namespace
}  // namespace evenkeel::health
