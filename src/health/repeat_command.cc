#include "health/repeat_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "health/http_request.h"
#include "health/papercut_request.h"
#include "health/script_call.h"
#include "health/secret_mask.h"
#include "health/shell_quote.h"
#include "model/names.h"
#include "model/secrets.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;
using model::NegotiateProtocol;
using Words = std::vector<std::string>;

void add(Words& words, Words more) {
  std::ranges::move(more, std::back_inserter(words));
}

std::string port_of(const Target& target) {
  return std::to_string(target.port);
}

std::string server_of(const Target& target) {
  return Endpoint{target.address, target.port}.to_string();
}

std::string decimal_seconds(const Target& target) {
  return fmt::format("{:g}", std::chrono::duration<double>(target.check.timeout).count());
}

// For tools that know no fractions.
std::string whole_seconds(const Target& target) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(target.check.timeout).count());
}

// Passwords are known to be secret, whatever they look like.
std::string masked_password(const model::HealthCheck& check) {
  return check.password.empty() ? "" : std::string(model::kMask);
}

void add_headers(Words& words, std::string_view headers) {
  while (!headers.empty()) {
    const size_t end = std::min(headers.find('\n'), headers.size());
    add(words, {"-H", std::string(headers.substr(0, end))});
    headers.remove_prefix(std::min(end + 1, headers.size()));
  }
}

// Where curl connects, and which names it uses on the way.
void add_url(Words& words, const Target& target) {
  constexpr uint16_t kHttpsPort = 443;
  const bool is_tls = target.check.protocol == NegotiateProtocol::kHttps;
  const std::string name = is_tls ? server_name(target) : "";
  if (!target.check.virtual_host.empty() && (name.empty() || target.port != kHttpsPort)) {
    add(words, {"-H", "Host: " + target.check.virtual_host});
  }
  std::string place = server_of(target);
  if (!name.empty()) {
    const std::string address = target.address.to_string();
    place = fmt::format("{}:{}", name, target.port);
    add(words,
        {"--resolve", fmt::format(fmt::runtime(target.address.is_ipv4() ? "{}:{}" : "{}:[{}]"), place, address)});
  }
  words.push_back(fmt::format("{}://{}{}", is_tls ? "https" : "http", place, request_target(target)));
}

Words curl(const Target& target) {
  const auto& check = target.check;
  const bool is_proxy = check.protocol == NegotiateProtocol::kHttpProxy;
  Words words{"curl", "-sS", check.method == model::HttpMethod::kHead ? "-I" : "-i", "-m", decimal_seconds(target)};
  add(words, {"--http1.1", "-g", "--path-as-is"});  // as the check does it: no globbing, no shortened paths
  if (check.protocol == NegotiateProtocol::kHttps && !check.verify_certificate) words.emplace_back("-k");
  if (check.follow_redirects) add(words, {"-L", "--max-redirs", "5"});
  if (!check.login.empty()) {
    add(words, {is_proxy ? "-U" : "-u", fmt::format("{}:{}", check.login, masked_password(check))});
  }
  add_headers(words, check.headers);
  if (is_proxy) {
    add(words, {"-x", "http://" + server_of(target), request_target(target)});
  } else {
    add(words, {"--noproxy", "*"});
    add_url(words, target);
  }
  return words;
}

Words netcat(const Target& target) {
  return {"nc", "-v", "-w", whole_seconds(target), target.address.to_string(), port_of(target)};
}

Words netcat_connect(const Target& target) {
  return {"nc", "-vz", "-w", whole_seconds(target), target.address.to_string(), port_of(target)};
}

Words ping(const Target& target) {
  return {"ping", "-c", "1", "-W", whole_seconds(target), target.address.to_string()};
}

// What openssl calls the protocol; null: what is said in plain is said with netcat.
const char* starttls_name(const Target& target) {
  if (!target.check.starttls) return nullptr;
  switch (target.check.protocol) {
    case NegotiateProtocol::kFtp:
      return "ftp";
    case NegotiateProtocol::kSmtp:
      return "smtp";
    case NegotiateProtocol::kImap:
      return "imap";
    case NegotiateProtocol::kPop:
      return "pop3";
    case NegotiateProtocol::kNntp:
      return "nntp";
    default:
      return nullptr;
  }
}

Words openssl(const Target& target) {
  Words words{"openssl", "s_client", "-connect", server_of(target)};
  if (const char* protocol = starttls_name(target)) add(words, {"-starttls", protocol});
  if (const std::string name = server_name(target); !name.empty()) add(words, {"-servername", name});
  return words;
}

Words dig(const Target& target) {
  Words words{"dig",      "@" + target.address.to_string(), "-p", port_of(target),
              "+tries=1", "+time=" + whole_seconds(target)};
  if (target.served == model::Protocol::kTcp) words.emplace_back("+tcp");
  std::string type = model::to_string(target.check.record_type);
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  add(words, {target.check.request, type});
  return words;
}

Words smbclient(const Target& target) {
  const auto& check = target.check;
  Words words{"smbclient", "-m", "SMB2", "-p", port_of(target)};
  if (check.login.empty()) {
    words.emplace_back("-N");
  } else {
    add(words, {"-U", fmt::format("{}%{}", check.login, masked_password(check))});
  }
  const std::string address = target.address.to_string();
  add(words,
      check.share.empty() ? Words{"-L", address} : Words{fmt::format("//{}/{}", address, check.share), "-c", "q"});
  return words;
}

Words ipptool(const Target& target) {
  const char* scheme = model::to_string(target.check.protocol);
  return {"ipptool",
          "-tv",
          "-T",
          whole_seconds(target),
          fmt::format("{}://{}{}", scheme, server_of(target), request_target(target)),
          "get-printer-attributes.test"};
}

Words ldapsearch(const Target& target) {
  const auto& check = target.check;
  const bool is_tls = check.protocol == NegotiateProtocol::kLdaps;
  Words words;
  if ((is_tls || check.starttls) && !check.verify_certificate) add(words, {"env", "LDAPTLS_REQCERT=never"});
  add(words, {"ldapsearch", "-x", "-H", fmt::format("{}://{}", is_tls ? "ldaps" : "ldap", server_of(target)), "-s",
              "base", "-b", check.request});
  if (check.starttls) words.emplace_back("-ZZ");
  if (!check.login.empty()) add(words, {"-D", check.login, "-w", masked_password(check)});
  return words;
}

std::string query_of(const model::HealthCheck& check) {
  return check.request.empty() ? "SELECT 1" : check.request;
}

Words mysql(const Target& target) {
  const auto& check = target.check;
  Words words{"env", "MYSQL_PWD=" + masked_password(check), "mysql", "-h", target.address.to_string()};
  add(words, {"-P", port_of(target), "-u", check.login});
  if (!check.database.empty()) add(words, {"-D", check.database});
  if (check.starttls) words.emplace_back("--ssl");
  add(words, {"-e", query_of(check)});
  return words;
}

Words psql(const Target& target) {
  const auto& check = target.check;
  Words words{"env", "PGPASSWORD=" + masked_password(check)};
  if (check.starttls) words.emplace_back("PGSSLMODE=require");
  add(words, {"psql", "-h", target.address.to_string()});
  add(words, {"-p", port_of(target), "-U", check.login});
  if (!check.database.empty()) add(words, {"-d", check.database});
  add(words, {"-c", query_of(check)});
  return words;
}

Words radtest(const Target& target) {
  return {"radtest", target.check.login,       masked_password(target.check), server_of(target),
          "0",       std::string(model::kMask)};
}

Words by_protocol(const Target& target) {
  switch (target.check.protocol) {
    case NegotiateProtocol::kHttp:
    case NegotiateProtocol::kHttps:
    case NegotiateProtocol::kHttpProxy:
      return curl(target);
    case NegotiateProtocol::kFtp:
    case NegotiateProtocol::kSmtp:
    case NegotiateProtocol::kImap:
    case NegotiateProtocol::kPop:
    case NegotiateProtocol::kNntp:
      return target.check.starttls ? openssl(target) : netcat(target);
    case NegotiateProtocol::kSmtps:
    case NegotiateProtocol::kImaps:
    case NegotiateProtocol::kPops:
      return openssl(target);
    case NegotiateProtocol::kDns:
      return dig(target);
    case NegotiateProtocol::kRadius:
      return radtest(target);
    case NegotiateProtocol::kLdap:
    case NegotiateProtocol::kLdaps:
      return ldapsearch(target);
    case NegotiateProtocol::kMysql:
      return mysql(target);
    case NegotiateProtocol::kPostgresql:
      return psql(target);
    case NegotiateProtocol::kSmb:
      return smbclient(target);
    case NegotiateProtocol::kIpp:
    case NegotiateProtocol::kIpps:
      return ipptool(target);
    case NegotiateProtocol::kSimpleTcp:
    case NegotiateProtocol::kSimpleUdp:
    case NegotiateProtocol::kSip:
      break;
  }
  return {};
}

Words by_type(const Target& target, const std::string& script_directory) {
  switch (target.check.type) {
    case HealthCheckType::kNegotiate:
    case HealthCheckType::kConnectsThenNegotiate:
      return by_protocol(target);
    case HealthCheckType::kConnect:
    case HealthCheckType::kSyn:
      return netcat_connect(target);
    case HealthCheckType::kPing:
      return ping(target);
    case HealthCheckType::kTls:
      return openssl(target);
    case HealthCheckType::kPapercut:
      return curl(papercut_request(target));
    case HealthCheckType::kExternalScript:
      return script_call(target, script_directory);
    case HealthCheckType::kAlwaysOn:
    case HealthCheckType::kAlwaysOff:
    case HealthCheckType::kFollow:
      break;
  }
  return {};
}

}  // namespace

std::string repeat_command(const Target& target, const std::string& script_directory) {
  const SecretMask mask(target.check);
  Words words = by_type(target, script_directory);
  // Before they are quoted: a quote in the middle of a key would hide it.
  for (std::string& word : words) word = mask.apply(word);
  return command_line(words);
}

}  // namespace evenkeel::health
