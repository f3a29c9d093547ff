#include "health/dns_message.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <fmt/format.h>
#include <resolv.h>
#include <strings.h>

#include <array>

#include "health/bytes.h"

namespace evenkeel::health::dns {
namespace {

using model::DnsRecordType;

constexpr size_t kHeader = 12;
constexpr size_t kMostRecords = 256;

ns_type number_of(DnsRecordType type) {
  constexpr std::array kNumbers{ns_t_a,  ns_t_aaaa, ns_t_ptr, ns_t_ns,   ns_t_soa,
                                ns_t_mx, ns_t_srv,  ns_t_txt, ns_t_cname};
  return kNumbers[static_cast<size_t>(type)];
}

const unsigned char* data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// The name at that place in the record's data, and where it ends; none: broken.
std::optional<std::string> expand(const ns_msg& message, const unsigned char*& at) {
  std::array<char, NS_MAXDNAME> name{};
  const int size = dn_expand(ns_msg_base(message), ns_msg_end(message), at, name.data(), name.size());
  if (size < 0) return std::nullopt;
  at += size;
  return std::string(name.data());
}

std::string address_text(int family, const ns_rr& record) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool fits = ns_rr_rdlen(record) == (family == AF_INET ? 4 : 16);
  return fits && inet_ntop(family, ns_rr_rdata(record), text.data(), text.size()) != nullptr ? text.data() : "";
}

std::string txt_text(const ns_rr& record) {
  const std::string_view bytes(reinterpret_cast<const char*>(ns_rr_rdata(record)), ns_rr_rdlen(record));
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 1 + static_cast<uint8_t>(bytes[at])) {
    text += bytes.substr(at + 1, static_cast<uint8_t>(bytes[at]));
  }
  return text;
}

// As zone files have it, without quotes: "10.0.0.1", "10 mail.example", "0 0 9163 rpc.example". Numbers before a name.
std::string numbers_and_name(const ns_msg& message, const ns_rr& record, int numbers) {
  const unsigned char* at = ns_rr_rdata(record);
  if (ns_rr_rdlen(record) <= 2 * numbers) return {};
  std::string text;
  for (int i = 0; i < numbers; ++i, at += 2) text += fmt::format("{} ", ns_get16(at));
  return text + expand(message, at).value_or("");
}

std::string soa_text(const ns_msg& message, const ns_rr& record) {
  const unsigned char* at = ns_rr_rdata(record);
  const auto server = expand(message, at), mailbox = server ? expand(message, at) : std::nullopt;
  if (!mailbox || at + 4 > ns_rr_rdata(record) + ns_rr_rdlen(record)) return {};
  return fmt::format("{} {} {}", *server, *mailbox, ns_get32(at));
}

std::string data_text(const ns_msg& message, const ns_rr& record, DnsRecordType type) {
  switch (type) {
    case DnsRecordType::kA:
      return address_text(AF_INET, record);
    case DnsRecordType::kAaaa:
      return address_text(AF_INET6, record);
    case DnsRecordType::kPtr:
    case DnsRecordType::kNs:
    case DnsRecordType::kCname:
      return numbers_and_name(message, record, 0);
    case DnsRecordType::kMx:
      return numbers_and_name(message, record, 1);
    case DnsRecordType::kSrv:
      return numbers_and_name(message, record, 3);
    case DnsRecordType::kSoa:
      return soa_text(message, record);
    case DnsRecordType::kTxt:
      return txt_text(record);
  }
  return {};
}

struct Question {
  std::string name;
  int type;
};

std::optional<Question> question_of(std::string_view bytes) {
  ns_msg message{};
  ns_rr question{};
  if (bytes.size() > NS_MAXMSG || ns_initparse(data(bytes), static_cast<int>(bytes.size()), &message) != 0) return {};
  if (ns_msg_count(message, ns_s_qd) != 1 || ns_parserr(&message, ns_s_qd, 0, &question) != 0) return {};
  return Question{ns_rr_name(question), ns_rr_type(question)};
}

}  // namespace

std::optional<std::string> render_query(uint16_t id, const std::string& name, DnsRecordType type) {
  std::string query;
  append_big(query, id, 2);
  append_big(query, 0x0100, 2);  // recursion desired
  append_big(query, 1, 2);       // one question
  query.append(6, '\0');
  std::array<unsigned char, NS_MAXCDNAME + 1> packed{};
  const int size = dn_comp(name.c_str(), packed.data(), packed.size(), nullptr, nullptr);
  if (size < 0) return std::nullopt;
  query.append(reinterpret_cast<const char*>(packed.data()), static_cast<size_t>(size));
  append_big(query, number_of(type), 2);
  append_big(query, ns_c_in, 2);
  return query;
}

bool is_answer_to(std::string_view query, std::string_view message) {
  if (message.size() < kHeader || query.substr(0, 2) != message.substr(0, 2)) return false;
  if ((static_cast<uint8_t>(message[2]) & 0x80) == 0) return false;
  // A server that refuses may leave the question out.
  if (big(message, 4, 2) == 0) return (static_cast<uint8_t>(message[3]) & 0x0f) != 0;
  const auto asked = question_of(query), answered = question_of(message);
  return asked && answered && asked->type == answered->type &&
         ::strcasecmp(asked->name.c_str(), answered->name.c_str()) == 0;
}

std::optional<Answer> parse_answer(std::string_view bytes, DnsRecordType type) {
  ns_msg message{};
  if (bytes.size() < kHeader || bytes.size() > NS_MAXMSG) return std::nullopt;
  Answer answer{static_cast<uint8_t>(bytes[3]) & 0x0f, (static_cast<uint8_t>(bytes[2]) & 0x02) != 0, {}};
  // A truncated message may end anywhere.
  if (ns_initparse(data(bytes), static_cast<int>(bytes.size()), &message) != 0) {
    return answer.is_truncated ? std::optional(answer) : std::nullopt;
  }
  for (int i = 0; i < ns_msg_count(message, ns_s_an) && answer.records.size() < kMostRecords; ++i) {
    ns_rr record{};
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) return std::nullopt;
    if (ns_rr_type(record) == number_of(type)) answer.records.push_back(data_text(message, record, type));
  }
  return answer;
}

std::string code_text(int code) {
  constexpr std::array kNames{"NOERROR",
                              "FORMERR (the server does not understand the query)",
                              "SERVFAIL (the server cannot answer)",
                              "NXDOMAIN (there is no such name)",
                              "NOTIMP (the server does not do that)",
                              "REFUSED (the server does not answer us)"};
  return code >= 0 && static_cast<size_t>(code) < kNames.size() ? kNames[static_cast<size_t>(code)]
                                                                : fmt::format("error code {}", code);
}

}  // namespace evenkeel::health::dns
