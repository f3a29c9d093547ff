#include "model/check_kind.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "model/field.h"
#include "model/names.h"

namespace evenkeel::model {
namespace {

constexpr std::string_view kAlways = "type interval jitter timeout failure_count success_count";
constexpr std::string_view kHttpFields =
    "virtual_host request response_expected allowed_status method headers json_pointer json_equals follow_redirects "
    "login password insist";
constexpr std::string_view kHttpsFields =
    "virtual_host request response_expected allowed_status method headers json_pointer json_equals follow_redirects "
    "login password verify_certificate certificate_warning insist";
constexpr std::string_view kLogin = "response_expected login password starttls";
constexpr std::string_view kStarttls = "virtual_host verify_certificate certificate_warning";
constexpr std::string_view kLoginOverTls =
    "response_expected login password virtual_host verify_certificate certificate_warning";
constexpr std::string_view kQuery = "request login password database starttls";

struct Type {
  HealthCheckType type;
  CheckKind kind;
};
struct Protocol {
  NegotiateProtocol protocol;
  CheckKind kind;
};

constexpr std::array kTypes{
    Type{HealthCheckType::kNegotiate, {Transport::kTcp, RequestSyntax::kNone, 0, "check_port more_ports protocol", ""}},
    Type{HealthCheckType::kConnect, {Transport::kTcp, RequestSyntax::kNone, 0, "check_port more_ports", ""}},
    Type{HealthCheckType::kPing, {Transport::kIcmp, RequestSyntax::kNone, 0, "", ""}},
    Type{HealthCheckType::kAlwaysOn, {Transport::kNone, RequestSyntax::kNone, 0, "", ""}},
    Type{HealthCheckType::kAlwaysOff, {Transport::kNone, RequestSyntax::kNone, 0, "", ""}},
    Type{HealthCheckType::kConnectsThenNegotiate,
         {Transport::kTcp, RequestSyntax::kNone, 0, "check_port more_ports protocol connects_per_negotiate", ""}},
    Type{HealthCheckType::kTls,
         {Transport::kTcp, RequestSyntax::kNone, 443,
          "check_port more_ports virtual_host verify_certificate certificate_warning", ""}},
    Type{HealthCheckType::kSyn, {Transport::kTcp, RequestSyntax::kNone, 0, "check_port more_ports", ""}},
    Type{HealthCheckType::kPapercut,
         {Transport::kTcp, RequestSyntax::kPath, 9191,
          "check_port more_ports protocol virtual_host request secret verify_certificate certificate_warning insist",
          "secret"}},
    Type{HealthCheckType::kExternalScript,
         {Transport::kScript, RequestSyntax::kNone, 0, "check_port more_ports script", "script"}},
    Type{HealthCheckType::kFollow, {Transport::kNone, RequestSyntax::kNone, 0, "follow", ""}},
};

constexpr std::array kProtocols{
    Protocol{NegotiateProtocol::kHttp, {Transport::kTcp, RequestSyntax::kPath, 80, kHttpFields, ""}},
    Protocol{NegotiateProtocol::kHttps, {Transport::kTcp, RequestSyntax::kPath, 443, kHttpsFields, ""}},
    Protocol{
        NegotiateProtocol::kHttpProxy,
        {Transport::kTcp, RequestSyntax::kUrl, 3128,
         "request response_expected allowed_status method headers json_pointer json_equals login password", "request"}},
    Protocol{NegotiateProtocol::kSimpleTcp,
             {Transport::kTcp, RequestSyntax::kText, 0, "request response_expected", ""}},
    Protocol{NegotiateProtocol::kSimpleUdp,
             {Transport::kUdp, RequestSyntax::kText, 0, "request response_expected accept_silence", ""}},
    Protocol{NegotiateProtocol::kFtp, {Transport::kTcp, RequestSyntax::kNone, 21, kLogin, "", kStarttls}},
    Protocol{NegotiateProtocol::kSmtp, {Transport::kTcp, RequestSyntax::kNone, 25, kLogin, "", kStarttls}},
    Protocol{NegotiateProtocol::kSmtps, {Transport::kTcp, RequestSyntax::kNone, 465, kLoginOverTls, ""}},
    Protocol{NegotiateProtocol::kImap, {Transport::kTcp, RequestSyntax::kNone, 143, kLogin, "", kStarttls}},
    Protocol{NegotiateProtocol::kImaps, {Transport::kTcp, RequestSyntax::kNone, 993, kLoginOverTls, ""}},
    Protocol{NegotiateProtocol::kPop, {Transport::kTcp, RequestSyntax::kNone, 110, kLogin, "", kStarttls}},
    Protocol{NegotiateProtocol::kPops, {Transport::kTcp, RequestSyntax::kNone, 995, kLoginOverTls, ""}},
    Protocol{NegotiateProtocol::kNntp,
             {Transport::kTcp, RequestSyntax::kText, 119, "request response_expected login password starttls", "",
              kStarttls}},
    Protocol{NegotiateProtocol::kDns,
             {Transport::kTcpOrUdp, RequestSyntax::kDnsName, 53, "request response_expected record_type", "request"}},
    Protocol{
        NegotiateProtocol::kSip,
        {Transport::kTcpOrUdp, RequestSyntax::kNone, 5060, "virtual_host allowed_status login response_expected", ""}},
    Protocol{NegotiateProtocol::kRadius,
             {Transport::kUdp, RequestSyntax::kNone, 1812, "login password secret", "login secret"}},
    Protocol{NegotiateProtocol::kLdap,
             {Transport::kTcp, RequestSyntax::kEntry, 389, "request response_expected login password starttls", "",
              kStarttls}},
    Protocol{NegotiateProtocol::kLdaps,
             {Transport::kTcp, RequestSyntax::kEntry, 636,
              "request response_expected login password virtual_host verify_certificate certificate_warning", ""}},
    Protocol{NegotiateProtocol::kMysql,
             {Transport::kTcp, RequestSyntax::kSelect, 3306, kQuery, "login", "verify_certificate"}},
    Protocol{NegotiateProtocol::kPostgresql,
             {Transport::kTcp, RequestSyntax::kSelect, 5432, kQuery, "login", "virtual_host verify_certificate"}},
    Protocol{NegotiateProtocol::kSmb, {Transport::kTcp, RequestSyntax::kNone, 445, "share login password", ""}},
    Protocol{NegotiateProtocol::kIpp,
             {Transport::kTcp, RequestSyntax::kQueue, 631, "virtual_host request login password", "request"}},
    Protocol{NegotiateProtocol::kIpps,
             {Transport::kTcp, RequestSyntax::kQueue, 631,
              "virtual_host request login password verify_certificate certificate_warning", "request"}},
};

// In the enumerators' order, and all of them.
template <class T, size_t N, class E, class Names>
consteval bool is_complete(const std::array<T, N>& table, E T::* key, const Names& names) {
  if (N != names.size()) return false;
  for (size_t i = 0; i < N; ++i) {
    if (table[i].*key != static_cast<E>(i)) return false;
  }
  return true;
}
static_assert(is_complete(kTypes, &Type::type, kHealthCheckTypeNames));
static_assert(is_complete(kProtocols, &Protocol::protocol, kNegotiateProtocolNames));

void add_words(std::string_view text, std::vector<std::string_view>& words) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool negotiates(HealthCheckType type) {
  return type == HealthCheckType::kNegotiate || type == HealthCheckType::kConnectsThenNegotiate;
}

RequestSyntax syntax_of(const HealthCheck& check) {
  return negotiates(check.type) ? kind_of(check.protocol).request : kind_of(check.type).request;
}

std::optional<Objection> object_to_path(const std::string& request) {
  if (RE2::FullMatch(request, "/[!-~]*")) return std::nullopt;
  if (RE2::PartialMatch(request, "^(?i)https?://")) {
    return Objection{"this is a whole URL: the check asks the real server itself, at its own address and check_port",
                     "write the path alone, such as \"/status\", and the name in virtual_host"};
  }
  return Objection{"this is not a path to request",
                   "write path and query as in \"/api/health?name=value\"; other characters as %20 and so on"};
}

std::optional<Objection> object_to_url(const std::string& request) {
  if (RE2::FullMatch(request, "http://[!-.0-~]+(?:/[!-~]*)?")) return std::nullopt;
  return Objection{"this is not a URL that a proxy can be asked for", "write one such as \"http://www.example/\""};
}

std::optional<Objection> object_to_dns_name(const std::string& request) {
  if (RE2::FullMatch(request, R"(\.|(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?)") && request.size() <= 253) {
    return std::nullopt;
  }
  return Objection{"this is not a name that DNS can be asked for", "write one such as \"www.example\""};
}

std::optional<Objection> object_to_select(const std::string& request) {
  if (RE2::FullMatch(request, R"((?is)\s*select\b[^;]*;?\s*)")) return std::nullopt;
  return Objection{"a check may only read: this is not one SELECT statement", "write one such as \"SELECT 1\""};
}

}  // namespace

const CheckKind& kind_of(HealthCheckType type) {
  return kTypes[static_cast<size_t>(type)].kind;
}

const CheckKind& kind_of(NegotiateProtocol protocol) {
  return kProtocols[static_cast<size_t>(protocol)].kind;
}

bool has_protocol(HealthCheckType type) {
  return negotiates(type) || type == HealthCheckType::kPapercut;
}

std::string kind_name(const HealthCheck& check) {
  const char* type = to_string(check.type);
  return negotiates(check.type) ? fmt::format("{} with {}", type, to_string(check.protocol)) : type;
}

Transport transport_of(const HealthCheck& check) {
  return negotiates(check.type) ? kind_of(check.protocol).transport : kind_of(check.type).transport;
}

bool is_constant(const HealthCheck& check) {
  return check.type == HealthCheckType::kAlwaysOn || check.type == HealthCheckType::kAlwaysOff;
}

bool asks_papercut(const HealthCheck& check) {
  constexpr std::string_view kHealthApi = "/api/health/";
  if (check.type == HealthCheckType::kPapercut) return true;
  const bool is_http = check.protocol == NegotiateProtocol::kHttp || check.protocol == NegotiateProtocol::kHttps;
  return negotiates(check.type) && is_http && check.request.starts_with(kHealthApi);
}

std::chrono::seconds interval_of(const HealthCheck& check) {
  constexpr std::chrono::seconds kPolite{15};
  return asks_papercut(check) && !check.insist ? std::max(check.interval, kPolite) : check.interval;
}

std::vector<std::string_view> used_fields(const HealthCheck& check) {
  std::vector<std::string_view> fields;
  add_words(kAlways, fields);
  add_words(kind_of(check.type).fields, fields);
  if (!negotiates(check.type)) return fields;
  add_words(kind_of(check.protocol).fields, fields);
  if (check.starttls) add_words(kind_of(check.protocol).tls_fields, fields);
  return fields;
}

std::string settings_text(const HealthCheck& check) {
  const boost::json::object values = table<HealthCheck>().to_json(&check, Secrets::kPlain);
  boost::json::object settings;
  for (const std::string_view field : used_fields(check)) settings[field] = values.at(field);
  for (const std::string_view field : {"check_port", "more_ports", "insist"}) settings.erase(field);
  settings["interval"] = interval_of(check).count();
  return boost::json::serialize(settings);
}

std::vector<std::string_view> useless_fields(const HealthCheck& check) {
  const auto used = used_fields(check);
  const Table& fields = table<HealthCheck>();
  const boost::json::object values = fields.to_json(&check, Secrets::kPlain);
  std::vector<std::string_view> useless;
  for (const auto& field : fields.fields()) {
    const std::string_view name = field->text().name;
    if (std::ranges::find(used, name) != used.end() || values.at(name) == fields.default_of(*field)) continue;
    useless.push_back(name);
  }
  return useless;
}

std::vector<std::string_view> missing_fields(const HealthCheck& check) {
  std::vector<std::string_view> required;
  add_words(kind_of(check.type).required, required);
  if (negotiates(check.type)) add_words(kind_of(check.protocol).required, required);
  const boost::json::object values = table<HealthCheck>().to_json(&check, Secrets::kPlain);
  std::erase_if(required, [&](std::string_view name) { return values.at(name) != boost::json::value(""); });
  return required;
}

std::optional<Objection> object_to_request(const HealthCheck& check) {
  if (check.request.empty()) return std::nullopt;
  switch (syntax_of(check)) {
    case RequestSyntax::kPath:
    case RequestSyntax::kQueue:
      return object_to_path(check.request);
    case RequestSyntax::kUrl:
      return object_to_url(check.request);
    case RequestSyntax::kDnsName:
      return object_to_dns_name(check.request);
    case RequestSyntax::kSelect:
      return object_to_select(check.request);
    case RequestSyntax::kNone:
    case RequestSyntax::kText:
    case RequestSyntax::kEntry:
      break;
  }
  return std::nullopt;
}

}  // namespace evenkeel::model
