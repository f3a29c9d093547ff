// The messages of the binary protocols: what is sent, and what a broken or foreign answer does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "health/bytes.h"
#include "health/dns_message.h"
#include "health/ipp_message.h"
#include "health/ldap_client.h"
#include "health/ntlm.h"
#include "health/radius_message.h"
#include "health/reply.h"
#include "health/sip_message.h"
#include "health/smb_message.h"
#include "health/tcp_segment.h"

namespace evenkeel::health {
namespace {

using model::DnsRecordType;
using testing::ElementsAre;
using testing::HasSubstr;

std::string hex(const std::string& digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

TEST(Reply, HasACodeAndMayGoOn) {
  EXPECT_EQ(parse_reply_line("220 ready")->code, 220);
  EXPECT_FALSE(parse_reply_line("220-more")->is_last);
  EXPECT_TRUE(parse_reply_line("220")->is_last);
  for (const char* line : {"", "22", "2x0 a", "220x", "099 a", "600 a", " 220 a"}) {
    EXPECT_FALSE(parse_reply_line(line)) << line;
  }
}

// The example of MS-NLMP 4.2.4: user "User", domain "Domain", password "Password".
TEST(Ntlm, AnswersTheSpecificationsExample) {
  const smb::Challenge challenge{hex("0123456789abcdef"),
                                 hex("02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000")};
  const auto proof = smb::ntlm_authenticate({"Domain\\User", "Password"}, challenge, hex("aaaaaaaaaaaaaaaa"), 0);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->session_key, hex("8de40ccadbc14a82f15cb0ad0de95ca3"));
  EXPECT_THAT(proof->token, HasSubstr(hex("68cd0ab851e51c96aabc927bebef6a1c")));
}

TEST(Ntlm, TextIsUtf16) {
  EXPECT_EQ(smb::to_utf16("a\xc3\xa4"), std::string("a\0\xe4\0", 4));
  EXPECT_EQ(smb::to_utf16("\xf0\x9f\x98\x80"), hex("3dd800de"));
  EXPECT_EQ(smb::to_utf16("\xff"), hex("fdff"));
}

TEST(Smb, OnlyAnswersToTheCommandAreTaken) {
  std::string answer = smb::render_negotiate();
  EXPECT_FALSE(smb::parse_answer(answer, smb::Command::kNegotiate)) << "a request is no answer";
  answer[16] = 1;
  answer.resize(64 + 65);
  answer[68] = 0x10;
  answer[69] = 0x02;
  EXPECT_EQ(smb::parse_answer(answer, smb::Command::kNegotiate)->dialect, 0x0210);
  EXPECT_FALSE(smb::parse_answer(answer, smb::Command::kTreeConnect));
  answer[68] = 0x11;
  EXPECT_FALSE(smb::parse_answer(answer, smb::Command::kNegotiate)) << "a dialect that was not offered";
  EXPECT_EQ(smb::announced_length(std::string("\0\x01\x02\x03", 4)), 0x010203U);
  EXPECT_FALSE(smb::announced_length("SSH-"));
  EXPECT_FALSE(smb::parse_challenge("NTLMSSP"));
}

TEST(Dns, AsksAndReads) {
  const auto query = dns::render_query(0x1234, "www.example", DnsRecordType::kA);
  ASSERT_TRUE(query);
  EXPECT_EQ(*query, hex("123401000001000000000000") + std::string("\x03www\x07"
                                                                  "example\0\0\1\0\1",
                                                                  17));
  EXPECT_FALSE(dns::is_answer_to(*query, *query)) << "a query is no answer";
  std::string answer = *query;
  answer[2] = static_cast<char>(0x81);
  answer[7] = 1;
  answer += hex("c00c00010001000000050004") + hex("0a4d0015");
  EXPECT_TRUE(dns::is_answer_to(*query, answer));
  EXPECT_THAT(dns::parse_answer(answer, DnsRecordType::kA)->records, ElementsAre("10.77.0.21"));
  EXPECT_TRUE(dns::parse_answer(answer, DnsRecordType::kAaaa)->records.empty());
  EXPECT_FALSE(dns::is_answer_to(*dns::render_query(0x1234, "www.other", DnsRecordType::kA), answer));
  for (size_t size = 0; size < answer.size(); ++size) {
    const auto cut = dns::parse_answer(answer.substr(0, size), DnsRecordType::kA);
    EXPECT_FALSE(cut && !cut->records.empty()) << size;
  }
}

TEST(Radius, BelievesOnlyWhoKnowsTheSecret) {
  const auto request = radius::render_request(7, std::string(16, 'a'), "monitor", "password", "shared");
  std::string answer = hex("02070014");
  answer += digest(EVP_md5(), answer + request.authenticator + "shared");
  EXPECT_EQ(radius::parse_answer(answer, request, "shared"), radius::kAccept);
  EXPECT_FALSE(radius::parse_answer(answer, request, "other"));
  EXPECT_TRUE(radius::is_signed_otherwise(answer, request, "other"));
  answer[1] = 8;
  EXPECT_FALSE(radius::is_signed_otherwise(answer, request, "other")) << "an answer to somebody else";
  EXPECT_FALSE(radius::parse_answer(hex("020700ff"), request, "shared"));
  EXPECT_EQ(radius::reply_message(std::string(20, 'x') + hex("1204") + "no"), "no");
  EXPECT_EQ(radius::reply_message(std::string(20, 'x') + hex("12ff") + "no"), "");
}

TEST(Sip, TakesItsOwnAnswerOnly) {
  const std::string request = sip::render_options({"UDP", "10.0.0.1:5060", "10.0.0.2:4000", "", "abc123"});
  EXPECT_THAT(request, HasSubstr("OPTIONS sip:10.0.0.1:5060 SIP/2.0\r\n"));
  EXPECT_FALSE(sip::parse_status(request, "abc123"));
  EXPECT_EQ(sip::parse_status("SIP/2.0 200 OK\r\nCall-ID: abc123@evenkeel\r\n\r\n", "abc123"), 200);
  EXPECT_FALSE(sip::parse_status("SIP/2.0 200 OK\r\nCall-ID: other\r\n\r\n", "abc123"));
  EXPECT_FALSE(sip::parse_status("SIP/2.0 2x0 abc123", "abc123"));
}

TEST(Ipp, ReadsItsOwnWritingAndRefusesTheRest) {
  const std::string request = ipp::render_request("ipp://10.0.0.1:631/printers/q");
  EXPECT_THAT(request, HasSubstr("printer-state-reasons"));
  EXPECT_TRUE(ipp::parse_answer(request)) << "the format of requests and answers is the same";
  for (size_t size = 0; size < request.size(); ++size) EXPECT_FALSE(ipp::parse_answer(request.substr(0, size))) << size;
  EXPECT_FALSE(ipp::parse_answer("<html>"));
  EXPECT_EQ(ipp::parse_answer(hex("02000406") + hex("0000000103"))->status_text, "client-error-not-found");
  EXPECT_EQ(ipp::parse_answer(hex("02006363") + hex("0000000103"))->status_text, "status 0x6363");
}

TEST(Syn, IsASegmentWithARightChecksum) {
  const Syn syn{*Endpoint::parse("10.0.0.1:4000"), *Endpoint::parse("10.0.0.2:80"), 0x01020304};
  const std::string segment = render_syn(syn);
  ASSERT_EQ(segment.size(), 24U);
  uint32_t sum = 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + 6 + 24;
  for (size_t i = 0; i < segment.size(); i += 2) sum += big(segment, i, 2);
  EXPECT_EQ((sum & 0xffff) + (sum >> 16), 0xffffU);
}

TEST(Syn, KnowsItsAnswer) {
  const Syn syn{*Endpoint::parse("10.0.0.1:4000"), *Endpoint::parse("10.0.0.2:80"), 0x01020304};
  const auto read = [&](const std::string& tcp) {
    const std::string packet = "\x45" + std::string(19, '\0') + tcp;
    return read_syn_answer(syn, std::span(reinterpret_cast<const uint8_t*>(packet.data()), packet.size()));
  };
  const std::string ports = hex("00500fa0"), numbers = hex("00000000") + hex("01020305");
  EXPECT_EQ(read(ports + numbers + hex("5012") + std::string(6, '\0')), SynAnswer::kAccepted);
  EXPECT_EQ(read(ports + numbers + hex("5014") + std::string(6, '\0')), SynAnswer::kRefused);
  EXPECT_EQ(read(hex("00510fa0") + numbers + hex("5012") + std::string(6, '\0')), SynAnswer::kNone);
  EXPECT_EQ(read(ports + hex("0000000001020306") + hex("5012") + std::string(6, '\0')), SynAnswer::kNone);
  EXPECT_EQ(read(ports), SynAnswer::kNone);
  EXPECT_EQ(read_syn_answer(syn, {}), SynAnswer::kNone);
}

TEST(Ldap, GarbageAndLengthsWithoutEndAreErrors) {
  for (const std::string& bytes : {std::string("HTTP/1.1 400 Bad\r\n\r\n"), hex("3084ffffffff020101"),
                                   hex("30847fffffff020101"), std::string(1000, '\xff')}) {
    auto client = LdapClient::make();
    ASSERT_TRUE(client);
    const auto operation = (*client)->bind("", "");
    ASSERT_TRUE(operation);
    EXPECT_FALSE((*client)->to_send().empty());
    EXPECT_TRUE((*client)->receive(bytes));
    const auto answer = (*client)->answer(*operation);
    EXPECT_FALSE(answer && *answer && (*answer)->code == LDAP_SUCCESS);
  }
}

}  // namespace
}  // namespace evenkeel::health
