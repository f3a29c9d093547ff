// The line protocols against servers that behave, and servers that do not.

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "health/smb_message.h"
#include "model/names.h"
#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;
using model::NegotiateProtocol;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Says these lines, one after each line that it hears; the first one at once.
LoopbackServer::Script answers(std::vector<std::string> lines) {
  return [lines](LoopbackServer::Socket& socket, Visits& visits) -> boost::asio::awaitable<void> {
    boost::system::error_code error;
    std::string heard;
    for (const std::string& line : lines) {
      co_await boost::asio::async_write(socket, boost::asio::buffer(line),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, error));
      std::array<char, 1024> buffer{};
      const size_t size = co_await socket.async_read_some(
          boost::asio::buffer(buffer), boost::asio::redirect_error(boost::asio::use_awaitable, error));
      heard.append(buffer.data(), size);
      visits.requests.assign(1, heard);
      if (error) co_return;
    }
  };
}

LoopbackServer::Script greet_and_flood(std::string greeting) {
  return [greeting](LoopbackServer::Socket& socket, Visits&) -> boost::asio::awaitable<void> {
    boost::system::error_code error;
    while (!error) {
      co_await boost::asio::async_write(socket, boost::asio::buffer(greeting),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, error));
    }
  };
}

struct Login {
  const char* name = "";
  const char* password = "";
};

class DialogueProbe : public ProbeTest {
 protected:
  ProbeResult ask(NegotiateProtocol protocol, LoopbackServer::Script script, Login login = {}) {
    LoopbackServer server(io_, std::move(script));
    Target target = target_of(HealthCheckType::kNegotiate, server.port());
    target.check.protocol = protocol;
    target.check.login = login.name;
    target.check.password = login.password;
    target.check.response_expected = expected_;
    target.check.request = request_;
    target.check.starttls = starttls_;
    target.check.timeout = timeout_;
    ProbeResult result = probe(target);
    heard_ = server.visits().requests.empty() ? "" : server.visits().requests[0];
    return result;
  }

  std::string expected_, request_, heard_;
  bool starttls_ = false;
  milliseconds timeout_{5000};
};

TEST_F(DialogueProbe, SmtpGreetsAndLogsIn) {
  const auto result =
      ask(NegotiateProtocol::kSmtp, answers({"220-mx\r\n220 ready\r\n", "250-mx\r\n250 AUTH PLAIN\r\n", "235 ok\r\n"}),
          {"monitor", "SECRET99"});
  EXPECT_EQ(result.outcome, Outcome::kSuccess) << result.reason;
  EXPECT_THAT(result.reason, StartsWith("SMTP login from 127.0.0.1:"));
  EXPECT_THAT(heard_, StartsWith("EHLO [127.0.0.1]\r\nAUTH PLAIN AG1vbml0b3IAU0VDUkVUOTk=\r\n"));
}

struct Starttls {
  NegotiateProtocol protocol;
  std::vector<std::string> lines;  // what the server says, up to its agreement
  const char* refusal;             // in place of the last one
  const char* question;
};

const std::vector<Starttls>& starttls() {
  static const std::vector<Starttls> all{
      {NegotiateProtocol::kSmtp, {"220 mx\r\n", "250 mx\r\n", "220 go\r\n"}, "454 no\r\n", "STARTTLS\r\n"},
      {NegotiateProtocol::kFtp, {"220 ftp\r\n", "234 go\r\n"}, "502 no\r\n", "AUTH TLS\r\n"},
      {NegotiateProtocol::kImap, {"* OK imap\r\n", "e0 OK go\r\n"}, "e0 BAD no\r\n", "e0 STARTTLS\r\n"},
      {NegotiateProtocol::kPop, {"+OK pop\r\n", "+OK go\r\n"}, "-ERR no\r\n", "STLS\r\n"},
      {NegotiateProtocol::kNntp, {"200 news\r\n", "382 go\r\n"}, "580 no\r\n", "STARTTLS\r\n"},
  };
  return all;
}

TEST_F(DialogueProbe, NothingIsSaidInPlainWhereTlsIsWantedAndRefused) {
  starttls_ = true;
  for (const auto& [protocol, lines, refusal, question] : starttls()) {
    auto said = lines;
    said.back() = refusal;
    said.emplace_back("ignored\r\n");
    const auto result = ask(protocol, answers(said), {"monitor", "SECRET99"});
    EXPECT_EQ(result.outcome, Outcome::kFailure) << model::to_string(protocol);
    EXPECT_THAT(result.reason, HasSubstr("no")) << model::to_string(protocol);
    EXPECT_THAT(heard_, HasSubstr(question));
    EXPECT_THAT(heard_, Not(HasSubstr("monitor"))) << "the login is for TLS alone";
  }
}

TEST_F(DialogueProbe, WhatIsSlippedInBehindTheAgreementIsAFailure) {
  starttls_ = true;
  for (const auto& [protocol, lines, refusal, question] : starttls()) {
    auto said = lines;
    said.back() += "250 injected\r\n";
    const auto result = ask(protocol, answers(said), {"monitor", "SECRET99"});
    EXPECT_EQ(result.outcome, Outcome::kFailure) << model::to_string(protocol);
    EXPECT_THAT(result.reason, HasSubstr("sent more in plain after it had agreed to TLS: 250 injected"));
    EXPECT_EQ(result.rule, "tls");
  }
}

TEST_F(DialogueProbe, GarbageInPlaceOfTheHandshakeIsAFailure) {
  starttls_ = true;
  auto said = starttls().front().lines;
  said.emplace_back("250 this is no TLS\r\n");
  const auto result = ask(NegotiateProtocol::kSmtp, answers(said));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, StartsWith("TLS handshake with 127.0.0.1:"));
}

TEST_F(DialogueProbe, ARefusalIsTold) {
  const auto result = ask(NegotiateProtocol::kSmtp, answers({"554 go away\r\n"}));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, StartsWith("SMTP 554 from 127.0.0.1:"));
  EXPECT_THAT(result.reason, HasSubstr("as the greeting: go away"));
}

TEST_F(DialogueProbe, APasswordThatAServerRepeatsIsMasked) {
  const auto result = ask(NegotiateProtocol::kFtp, answers({"220 ftp\r\n", "331 password\r\n", "530 not SECRET99\r\n"}),
                          {"monitor", "SECRET99"});
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, HasSubstr("not ****"));
}

TEST_F(DialogueProbe, FtpPopImapNntpLogIn) {
  EXPECT_EQ(ask(NegotiateProtocol::kFtp, answers({"220 a\r\n", "331 b\r\n", "230 c\r\n"}), {"u", "p"}).outcome,
            Outcome::kSuccess);
  EXPECT_EQ(ask(NegotiateProtocol::kPop, answers({"+OK a\r\n", "+OK\r\n", "+OK c\r\n"}), {"u", "p"}).outcome,
            Outcome::kSuccess);
  EXPECT_EQ(
      ask(NegotiateProtocol::kImap, answers({"* OK a\r\n", "* CAPABILITY x\r\ne1 OK b\r\n"}), {"u\"", "p"}).outcome,
      Outcome::kSuccess);
  EXPECT_THAT(heard_, StartsWith(R"(e1 LOGIN "u\"" "p")"));
  request_ = "GROUP news.test";
  EXPECT_EQ(
      ask(NegotiateProtocol::kNntp, answers({"200 a\r\n", "381 b\r\n", "281 c\r\n", "211 d\r\n"}), {"u", "p"}).outcome,
      Outcome::kSuccess);
  EXPECT_EQ(ask(NegotiateProtocol::kNntp, answers({"200 a\r\n", "411 no such group\r\n"})).outcome, Outcome::kFailure);
}

TEST_F(DialogueProbe, LoginsThatAreRefusedAreFailures) {
  EXPECT_THAT(ask(NegotiateProtocol::kPop, answers({"+OK a\r\n", "+OK\r\n", "-ERR no\r\n"}), {"u", "p"}).reason,
              HasSubstr("POP3 error from"));
  EXPECT_THAT(ask(NegotiateProtocol::kImap, answers({"* OK a\r\n", "e1 NO b\r\n"}), {"u", "p"}).reason,
              HasSubstr("e1 NO b"));
  EXPECT_THAT(ask(NegotiateProtocol::kImap, answers({"* BYE too many\r\n"})).reason, HasSubstr("BYE too many"));
}

TEST_F(DialogueProbe, WhatSpeaksSomethingElseIsNamed) {
  for (const auto protocol : {NegotiateProtocol::kSmtp, NegotiateProtocol::kFtp, NegotiateProtocol::kImap,
                              NegotiateProtocol::kPop, NegotiateProtocol::kNntp}) {
    const auto result = ask(protocol, greet("SSH-2.0-OpenSSH_9.2\xff\r\n"));
    EXPECT_EQ(result.outcome, Outcome::kFailure);
    EXPECT_THAT(result.reason, HasSubstr("SSH-2.0-OpenSSH_9.2?"));
  }
}

TEST_F(DialogueProbe, WhatIsExpectedMustBeInTheAnswer) {
  expected_ = "Post(fix|office)";
  EXPECT_EQ(ask(NegotiateProtocol::kSmtp, answers({"220 Postfix\r\n", "250 ok\r\n"})).outcome, Outcome::kSuccess);
  EXPECT_THAT(ask(NegotiateProtocol::kSmtp, answers({"220 Exim\r\n", "250 ok\r\n"})).reason,
              HasSubstr("does not match \"Post(fix|office)\": 220 Exim"));
}

TEST_F(DialogueProbe, EndlessLinesAndEndlessRepliesAreBounded) {
  EXPECT_THAT(ask(NegotiateProtocol::kSmtp, greet_and_flood("xxxxxxxxxxxxxxxx")).reason,
              HasSubstr("a line of more than 4096 bytes"));
  EXPECT_THAT(ask(NegotiateProtocol::kSmtp, greet_and_flood("220-x\r\n")).reason, HasSubstr("more than 256 lines"));
  EXPECT_THAT(ask(NegotiateProtocol::kImap, greet_and_flood("* OK a\r\n"), {"u", "p"}).reason, HasSubstr("no end of"));
  expected_ = "never";
  EXPECT_THAT(ask(NegotiateProtocol::kSimpleTcp, greet_and_flood(std::string(65536, 'x'))).reason,
              HasSubstr("does not match \"never\""));
}

TEST_F(DialogueProbe, SilenceAndSlownessEndWithTheTimeout) {
  timeout_ = milliseconds(400);
  EXPECT_THAT(ask(NegotiateProtocol::kSmtp, accept_only()).reason,
              HasSubstr("within 400 ms (TCP connected, waiting for the greeting)"));
  EXPECT_THAT(ask(NegotiateProtocol::kSmtp, greet("220 re")).reason, HasSubstr("which has begun with: 220 re"));
}

// Closes at once, with FIN or with RST.
LoopbackServer::Script hang_up(bool by_reset) {
  return [by_reset](LoopbackServer::Socket& socket, Visits&) -> boost::asio::awaitable<void> {
    if (by_reset) socket.set_option(boost::asio::socket_base::linger(true, 0));
    socket.close();
    co_return;
  };
}

TEST_F(DialogueProbe, AnEarlyEndIsAFailure) {
  const auto reset = ask(NegotiateProtocol::kPop, hang_up(true));
  EXPECT_EQ(reset.outcome, Outcome::kFailure) << reset.reason;
  EXPECT_THAT(ask(NegotiateProtocol::kSmtp, hang_up(false)).reason,
              HasSubstr("closed the connection instead of the greeting"));
}

TEST_F(DialogueProbe, SimpleTcpSendsClosesAndMatches) {
  request_ = R"(hello\r\n\x41\q)";
  expected_ = "wor.d";
  const auto result = ask(NegotiateProtocol::kSimpleTcp, answers({"", "world\n"}));
  EXPECT_EQ(result.outcome, Outcome::kSuccess) << result.reason;
  EXPECT_EQ(heard_, "hello\r\nA\\q");
}

TEST_F(DialogueProbe, TlsSaysThatTheCertificateHasEnded) {
  LoopbackServer server(io_, say_over_tls(""));
  Target target = target_of(HealthCheckType::kTls, server.port());
  const auto result = probe(target);
  EXPECT_EQ(result.outcome, Outcome::kSuccess) << result.reason;
  EXPECT_THAT(result.reason, HasSubstr("; warning: the certificate ended on 20"));
  target.check.certificate_warning = 0;
  EXPECT_THAT(probe(target).reason, HasSubstr(", certificate until 20"));
  target.check.verify_certificate = true;
  EXPECT_THAT(probe(target).reason, HasSubstr("is not accepted: "));
  EXPECT_EQ(probe(target).outcome, Outcome::kFailure);
}

TEST_F(DialogueProbe, TlsGarbageIsAFailure) {
  LoopbackServer server(io_, greet("220 no TLS here\r\n"));
  const auto result = probe(target_of(HealthCheckType::kTls, server.port()));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_THAT(result.reason, HasSubstr("TLS handshake with"));
}

TEST_F(DialogueProbe, SmbRefusesWhatIsNoSmb) {
  for (const std::string& bytes : {std::string("SSH-2.0-x\r\n"), std::string("\0\xff\xff\xff", 4),
                                   std::string("\0\0\0\x04zzzz", 8), std::string("\0\0\0\0", 4)}) {
    const auto result = ask(NegotiateProtocol::kSmb, greet(bytes));
    EXPECT_EQ(result.outcome, Outcome::kFailure);
    EXPECT_THAT(result.reason, Not(HasSubstr("not checked")));
  }
}

TEST_F(DialogueProbe, NoDescriptorsIsOurOwnTrouble) {
  LoopbackServer server(io_, greet("220 ready\r\n"));
  Target target = target_of(HealthCheckType::kNegotiate, server.port());
  target.check.protocol = NegotiateProtocol::kSmtp;
  target.check.timeout = milliseconds(50);
  probe(target);
  let_everything_close();
  const NoMoreDescriptors none;
  EXPECT_EQ(probe(target).outcome, Outcome::kNotChecked);
}

class ConnectsThenNegotiate : public ProbeTest {};

TEST_F(ConnectsThenNegotiate, NegotiatesFirstThenAfterSoManyConnectsAndAfterFailures) {
  LoopbackServer server(io_, say(http_answer(200, "")));
  Target target = target_of(HealthCheckType::kConnectsThenNegotiate, server.port());
  target.check.connects_per_negotiate = 2;
  const auto kind = [&] { return probe(target).reason.substr(0, 4); };
  EXPECT_EQ(kind(), "HTTP");
  EXPECT_EQ(kind(), "TCP ");
  EXPECT_EQ(kind(), "TCP ");
  server.play(say(http_answer(500, "")));
  EXPECT_EQ(probe(target).outcome, Outcome::kFailure);
  EXPECT_EQ(probe(target).outcome, Outcome::kFailure) << "a connect alone must not bring it back";
  server.play(say(http_answer(200, "")));
  EXPECT_EQ(kind(), "HTTP");
  EXPECT_EQ(kind(), "TCP ");
}

class PapercutProbe : public ProbeTest {
 protected:
  static constexpr const char* kKey = "Abcdefgh0123456789abcdefgh012345";

  ProbeResult ask(const std::string& answer) {
    LoopbackServer server(io_, say(answer));
    Target target = target_of(HealthCheckType::kPapercut, server.port());
    target.check.secret = kKey;
    ProbeResult result = probe(target);
    EXPECT_THAT(server.visits().requests.at(0), HasSubstr(std::string("\r\nAuthorization: ") + kKey + "\r\n"));
    EXPECT_THAT(result.reason, Not(HasSubstr(kKey)));
    return result;
  }
};

TEST_F(PapercutProbe, TellsTheStatesApart) {
  const std::string passive = "<h1>High availability activated</h1><p>Server in passive monitoring mode</p>";
  EXPECT_EQ(ask(http_answer(200, R"({"status": "OK", "message": ""})")).outcome, Outcome::kSuccess);
  for (const int status : {200, 503}) {
    const auto result = ask(http_answer(status, passive));
    EXPECT_EQ(result.outcome, Outcome::kFailure);
    EXPECT_THAT(result.reason, StartsWith("PaperCut passive: "));
  }
  EXPECT_THAT(ask(http_answer(500, R"({"status": "ERROR", "message": "No database"})")).reason,
              HasSubstr("PaperCut error: HTTP 500 from 127.0.0.1:"));
  EXPECT_THAT(ask(http_answer(500, R"({"status": "OK"})")).reason, StartsWith("PaperCut error: "));
  EXPECT_THAT(ask(http_answer(401, std::string("wrong key ") + kKey)).reason, StartsWith("PaperCut no access: "));
  EXPECT_THAT(ask(http_answer(503, "")).reason, StartsWith("PaperCut starting: "));
  EXPECT_THAT(ask(http_answer(200, "<html>login</html>")).reason, StartsWith("PaperCut no answer of the health API: "));
  EXPECT_EQ(ask(http_answer(200, R"({"status": "O\ud83dK"})")).outcome, Outcome::kFailure);
  Target target = target_of(HealthCheckType::kPapercut, closed_port(io_));
  EXPECT_THAT(probe(target).reason, StartsWith("PaperCut starting, or not running: connection refused"));
}

class HttpAdditions : public ProbeTest {
 protected:
  static Target http(uint16_t port) { return target_of(HealthCheckType::kNegotiate, port); }
};

TEST_F(HttpAdditions, FollowsRedirectsOnTheSameServerOnly) {
  LoopbackServer end(io_, say(http_answer(200, "end")));
  LoopbackServer start(
      io_, say(http_answer(302, "", "Location: http://127.0.0.1:" + std::to_string(end.port()) + "/user\r\n")));
  Target target = http(start.port());
  target.check.follow_redirects = true;
  target.check.response_expected = "end";
  EXPECT_EQ(probe(target).outcome, Outcome::kSuccess);
  EXPECT_THAT(end.visits().requests.at(0), StartsWith("GET /user HTTP/1.1\r\n"));
  start.play(say(http_answer(302, "", "Location: http://elsewhere.example/\r\n")));
  EXPECT_THAT(probe(target).reason, HasSubstr("redirect to http://elsewhere.example/, another server"));
  start.play(say(http_answer(302, "", "Location: /again\r\n")));
  EXPECT_EQ(probe(target).outcome, Outcome::kFailure);
  EXPECT_EQ(start.visits().connections, 2 + 6) << "the first request and five redirects";
}

TEST_F(HttpAdditions, SendsMethodHeadersAndLogin) {
  LoopbackServer server(io_, say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"));
  Target target = http(server.port());
  target.check.method = model::HttpMethod::kHead;
  target.check.headers = "X-A: 1\nX-B: 2";
  target.check.login = "u";
  target.check.password = "p";
  EXPECT_EQ(probe(target).outcome, Outcome::kSuccess);
  EXPECT_THAT(server.visits().requests.at(0), StartsWith("HEAD / HTTP/1.1\r\n"));
  EXPECT_THAT(server.visits().requests.at(0), HasSubstr("X-A: 1\r\nX-B: 2\r\nAuthorization: Basic dTpw\r\n"));
}

TEST_F(HttpAdditions, AsksAProxyForAWholeUrl) {
  LoopbackServer server(io_, say(http_answer(200, "")));
  Target target = http(server.port());
  target.check.protocol = NegotiateProtocol::kHttpProxy;
  target.check.request = "http://www.example:8080/a";
  EXPECT_EQ(probe(target).outcome, Outcome::kSuccess);
  EXPECT_THAT(server.visits().requests.at(0),
              StartsWith("GET http://www.example:8080/a HTTP/1.1\r\nHost: www.example:8080\r\n"));
}

TEST_F(HttpAdditions, ComparesAValueInTheJsonBody) {
  const std::string body = R"({"database":{"status":"OK","connections":5},"valid":true})";
  LoopbackServer server(io_, say(http_answer(200, body)));
  Target target = http(server.port());
  const auto ask = [&](const char* pointer, const char* equals) {
    target.check.json_pointer = pointer;
    target.check.json_equals = equals;
    return probe(target);
  };
  EXPECT_EQ(ask("/database/status", "OK").outcome, Outcome::kSuccess);
  EXPECT_EQ(ask("/database/connections", "5").outcome, Outcome::kSuccess);
  EXPECT_EQ(ask("/valid", "true").outcome, Outcome::kSuccess);
  EXPECT_THAT(ask("/database/status", "GOOD").reason, HasSubstr("/database/status is OK where GOOD is expected"));
  EXPECT_THAT(ask("/license", "x").reason, HasSubstr("has nothing at /license"));
  server.play(say(http_answer(200, "{\"a\":\"\xff\"}")));
  EXPECT_THAT(ask("/a", "x").reason, HasSubstr("the body is no JSON"));
}

}  // namespace
}  // namespace evenkeel::health
