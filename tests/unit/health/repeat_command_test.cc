#include "health/repeat_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>

#include "health/shell_quote.h"
#include "model/names.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;
using model::NegotiateProtocol;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;

// What a shell makes of the words after the first, which is replaced by a function that prints them.
std::vector<std::string> as_a_shell_reads(const std::string& line) {
  const std::string tool = line.substr(0, line.find(' '));
  const std::string script = tool + "() { for word; do printf '%s\\0' \"$word\"; done; }\n" + line;
  std::vector<std::string> words;
  const std::unique_ptr<FILE, int (*)(FILE*)> shell(popen(("exec sh -c " + shell_quoted(script)).c_str(), "r"), pclose);
  std::string word;
  for (int byte = getc(shell.get()); byte != EOF; byte = getc(shell.get())) {
    if (byte != 0) {
      word += static_cast<char>(byte);
    } else {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

TEST(ShellQuote, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_quoted("http://10.0.0.1:80/a"), "http://10.0.0.1:80/a");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(command_line({"a", "b c", "$d"}), "a 'b c' '$d'");
}

TEST(ShellQuote, AShellReadsBackEveryWord) {
  std::vector<std::string> words{"plain", "",      " ",       "it's",   "''",    "\"$HOME\"", "$(id)",
                                 "`id`",  "a\\b",  "\\",      "*",      "~root", "a;b|c&d>",  "#no",
                                 "!x",    "{a,b}", "a\nb\tc", "ä€\x80", "-n",    "=x",        "a'$'b"};
  std::string every_byte;
  for (int byte = 1; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  words.push_back(every_byte);
  auto with_tool = words;
  with_tool.insert(with_tool.begin(), "tool");
  EXPECT_THAT(as_a_shell_reads(command_line(with_tool)), ElementsAreArray(words));
}

class RepeatCommand : public testing::Test {
 protected:
  RepeatCommand() {
    target_.key = {"VS", "RS"};
    target_.address = *IpAddress::parse("10.0.0.1");
    target_.port = 8080;
    target_.check.type = HealthCheckType::kNegotiate;
    target_.virtual_endpoint = {*IpAddress::parse("10.0.0.100"), 80};
  }
  std::string command() const { return repeat_command(target_, "/var/lib/evenkeel/checks"); }
  std::string command(NegotiateProtocol protocol) {
    target_.check.protocol = protocol;
    return command();
  }

  Target target_;
};

TEST_F(RepeatCommand, HttpIsCurl) {
  target_.check.request = "/status?a=1&b='2'";
  target_.check.virtual_host = "www.example";
  EXPECT_EQ(command(),
            "curl -sS -i -m 5 --http1.1 -g --path-as-is --noproxy '*' -H 'Host: www.example' "
            "'http://10.0.0.1:8080/status?a=1&b='\\''2'\\'''");
  EXPECT_THAT(as_a_shell_reads(command()), testing::Contains("http://10.0.0.1:8080/status?a=1&b='2'"));
}

TEST_F(RepeatCommand, HttpsAsksForTheNameAtTheServersAddress) {
  target_.check.virtual_host = "www.example";
  EXPECT_THAT(command(NegotiateProtocol::kHttps),
              HasSubstr("-k --noproxy '*' -H 'Host: www.example' --resolve www.example:8080:10.0.0.1 "
                        "https://www.example:8080/"));
  target_.port = 443;
  target_.address = *IpAddress::parse("fd00::1");
  target_.check.verify_certificate = true;
  EXPECT_THAT(command(), HasSubstr("--resolve 'www.example:443:[fd00::1]' https://www.example:443/"));
  EXPECT_THAT(command(), Not(HasSubstr(" -k")));
}

TEST_F(RepeatCommand, CurlDoesWhatTheCheckDoes) {
  target_.check.method = model::HttpMethod::kHead;
  target_.check.follow_redirects = true;
  target_.check.timeout = std::chrono::milliseconds(500);
  target_.check.headers = "Accept: text/plain\nX-Mode: a b";
  EXPECT_EQ(command(),
            "curl -sS -I -m 0.5 --http1.1 -g --path-as-is -L --max-redirs 5 -H 'Accept: text/plain' -H 'X-Mode: a b' "
            "--noproxy '*' http://10.0.0.1:8080/");
  target_.check = {};
  target_.check.type = HealthCheckType::kNegotiate;
  target_.check.request = "http://www.example/x";
  EXPECT_THAT(command(NegotiateProtocol::kHttpProxy), HasSubstr("-x http://10.0.0.1:8080 http://www.example/x"));
}

TEST_F(RepeatCommand, NoSecretIsInIt) {
  for (const auto& type : model::kHealthCheckTypeNames) {
    for (const auto& protocol : model::kNegotiateProtocolNames) {
      target_.check.type = type.value;
      target_.check.protocol = protocol.value;
      target_.check.request = "/status?disk=1&Authorization=sesame'4711&x=2";
      target_.check.headers = "Authorization: Bearer sesame'4711\nX-Api-Key: sesame'4711";
      target_.check.login = "monitor";
      target_.check.password = "sesame'4711";
      target_.check.secret = "sesame'4711";
      EXPECT_THAT(command(), Not(HasSubstr("sesame"))) << type.name << " " << protocol.name;
      EXPECT_THAT(command(), Not(HasSubstr("4711"))) << type.name << " " << protocol.name;
    }
  }
  target_.check.type = HealthCheckType::kNegotiate;
  target_.check.password = "ab";  // too short to be looked for in texts
  EXPECT_THAT(command(NegotiateProtocol::kHttp), HasSubstr("-u 'monitor:****'"));
  EXPECT_THAT(command(), HasSubstr("'http://10.0.0.1:8080/status?disk=1&Authorization=****&x=2'"));
}

TEST_F(RepeatCommand, PapercutsKeyIsAMaskedHeader) {
  target_.check.type = HealthCheckType::kPapercut;
  target_.check.secret = "sesame4711";
  EXPECT_THAT(command(), HasSubstr("-H 'Authorization: ****'"));
  EXPECT_THAT(command(), HasSubstr("'http://10.0.0.1:8080/api/health/application-server/status?disk-threshold-mb=1'"));
}

TEST_F(RepeatCommand, OtherProtocolsHaveTheirOwnTools) {
  target_.check.request = "www.example";
  EXPECT_EQ(command(NegotiateProtocol::kDns), "dig @10.0.0.1 -p 8080 +tries=1 +time=5 +tcp www.example A");
  target_.check.request.clear();
  EXPECT_EQ(command(NegotiateProtocol::kSmb), "smbclient -m SMB2 -p 8080 -N -L 10.0.0.1");
  target_.check.share = "printer";
  target_.check.login = "daemon";
  target_.check.password = "x";
  EXPECT_EQ(command(), "smbclient -m SMB2 -p 8080 -U 'daemon%****' //10.0.0.1/printer -c q");
  EXPECT_EQ(command(NegotiateProtocol::kImaps), "openssl s_client -connect 10.0.0.1:8080");
  EXPECT_EQ(command(NegotiateProtocol::kSmtp), "nc -v -w 5 10.0.0.1 8080");
  EXPECT_EQ(command(NegotiateProtocol::kSimpleTcp), "");
  target_.check.request = "/printers/Queue";
  EXPECT_EQ(command(NegotiateProtocol::kIpp),
            "ipptool -tv -T 5 ipp://10.0.0.1:8080/printers/Queue get-printer-attributes.test");
  target_.check.type = HealthCheckType::kConnect;
  EXPECT_EQ(command(), "nc -vz -w 5 10.0.0.1 8080");
  target_.check.type = HealthCheckType::kPing;
  EXPECT_EQ(command(), "ping -c 1 -W 5 10.0.0.1");
  target_.check.type = HealthCheckType::kAlwaysOn;
  EXPECT_EQ(command(), "");
}

TEST_F(RepeatCommand, AScriptIsCalledWithItsArguments) {
  target_.check.type = HealthCheckType::kExternalScript;
  target_.check.script = "queue.sh";
  EXPECT_EQ(command(), "/var/lib/evenkeel/checks/queue.sh 10.0.0.100 80 10.0.0.1 8080");
}

}  // namespace
}  // namespace evenkeel::health
