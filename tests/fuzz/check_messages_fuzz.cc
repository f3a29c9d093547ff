// Feeds the readers of all protocols that health checks speak any bytes at all: they must stay inside them, and come to
// an end. The first byte chooses the reader.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "health/dns_message.h"
#include "health/http_response.h"
#include "health/ipp_message.h"
#include "health/ldap_client.h"
#include "health/papercut_judge.h"
#include "health/radius_message.h"
#include "health/reply.h"
#include "health/simple_text.h"
#include "health/sip_message.h"
#include "health/smb_message.h"
#include "health/tcp_segment.h"

using namespace evenkeel;
using namespace evenkeel::health;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void read_reply(std::string_view bytes) {
  const auto line = parse_reply_line(bytes);
  if (line) check(line->code >= 100 && line->code <= 599);
}

void read_smb(std::string_view bytes) {
  for (const auto command : {smb::Command::kNegotiate, smb::Command::kSessionSetup, smb::Command::kTreeConnect}) {
    const auto answer = smb::parse_answer(bytes, command);
    if (answer) check(answer->token.size() <= bytes.size());
  }
  if (const auto challenge = smb::parse_challenge(bytes)) {
    check(smb::ntlm_authenticate({}, *challenge, "12345678", 0).has_value());
  }
}

void read_dns(std::string_view bytes) {
  static const std::string query = *dns::render_query(0x1234, "www.example", model::DnsRecordType::kA);
  dns::is_answer_to(query, bytes);
  for (int type = 0; type <= static_cast<int>(model::DnsRecordType::kCname); ++type) {
    const auto answer = dns::parse_answer(bytes, static_cast<model::DnsRecordType>(type));
    if (answer) check(answer->records.size() <= 256);
  }
}

void read_radius(std::string_view bytes) {
  static const auto request = radius::render_request(7, std::string(16, 'a'), "monitor", "password", "shared");
  radius::parse_answer(bytes, request, "shared");
  check(radius::reply_message(bytes).size() < 256);
}

void read_ldap(std::string_view bytes) {
  auto client = LdapClient::make();
  check(client.has_value());
  const auto operation = (*client)->bind("", "");
  check(operation.has_value());
  (*client)->to_send();
  (*client)->receive(bytes);
  (void)(*client)->answer(*operation);
}

void read_papercut(std::string_view bytes) {
  HttpResponse response;
  response.feed(bytes);
  response.close();
  if (papercut::judge(response).state == papercut::State::kActive) check(response.status() == 200);
}

void read_segment(std::string_view bytes) {
  const std::span<const uint8_t> packet(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  read_syn_answer({*Endpoint::parse("10.0.0.1:4000"), *Endpoint::parse("10.0.0.2:80"), 1}, packet);
  read_syn_answer({*Endpoint::parse("[fd77::1]:4000"), *Endpoint::parse("[fd77::2]:80"), 1}, packet);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using Reader = void (*)(std::string_view);
  static constexpr std::array<Reader, 10> kReaders{
      read_reply,
      read_smb,
      read_dns,
      read_radius,
      read_ldap,
      read_papercut,
      read_segment,
      [](std::string_view bytes) { ipp::parse_answer(bytes); },
      [](std::string_view bytes) { sip::parse_status(bytes, "token"); },
      [](std::string_view bytes) { check(unescaped(bytes).size() <= bytes.size()); },
  };
  if (size < 1) return 0;
  kReaders[data[0] % kReaders.size()]({reinterpret_cast<const char*>(data + 1), size - 1});
  return 0;
}
