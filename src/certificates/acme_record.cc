#include "certificates/acme_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/ip_address.h"
#include "certificates/issue.h"

namespace evenkeel::certificates {
namespace json = boost::json;
namespace {

constexpr size_t kLongestText = 256;

std::unexpected<Error> wrong(const char* field, std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message), field);
}

bool is_printable(std::string_view text) {
  return text.size() <= kLongestText && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_file_name(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !text.empty() && text.size() <= kLongestText && text.front() != '.' && text.front() != '-' &&
         std::ranges::all_of(text, is_allowed);
}

}  // namespace

const char* to_string(Challenge challenge) {
  return challenge == Challenge::kHttp01 ? "http-01" : "dns-01";
}

Result<> validate(const AcmeRecord& record) {
  const bool is_dns = record.challenge == Challenge::kDns01;
  if (record.names.empty()) return wrong("names", "it needs a host name");
  for (const auto& name : record.names) {
    if (IpAddress::parse(name)) return wrong("names", fmt::format("{} is an address: ACME is for host names", name));
    if (name.starts_with("*.") && !is_dns) {
      return wrong("names", fmt::format("{} takes the challenge dns-01: http-01 shows single names only", name));
    }
  }
  if (!record.directory.starts_with("https://") || !is_printable(record.directory)) {
    return wrong("directory", "it must be the https:// URL of an ACME server's directory");
  }
  const bool is_address = record.email.find('@') != std::string::npos && record.email.front() != '-';
  if (!record.email.empty() && (!is_address || !is_printable(record.email))) {
    return wrong("email", fmt::format("\"{}\" is no e-mail address", record.email));
  }
  if (is_dns && !is_file_name(record.hook)) {
    return wrong("hook", "dns-01 needs a script: the name of a file in the directory of scripts");
  }
  if (!is_dns && !record.hook.empty()) return wrong("hook", "only dns-01 has a hook");
  if (!key_kind(record.key))
    return wrong("key", fmt::format("\"{}\" is no kind of key: write {}", record.key, kKeyKinds));
  return {};
}

std::string to_stored(const AcmeRecord& record) {
  return json::serialize(json::object{{"directory", record.directory},
                                      {"names", json::array(record.names.begin(), record.names.end())},
                                      {"email", record.email},
                                      {"challenge", to_string(record.challenge)},
                                      {"hook", record.hook},
                                      {"key", record.key}});
}

Result<AcmeRecord> acme_record_from_stored(std::string_view text) {
  try {
    const auto parsed = json::parse(text);
    const auto& object = parsed.as_object();
    const auto word = [&](const char* name) { return std::string(object.at(name).as_string()); };
    AcmeRecord record;
    record.directory = word("directory");
    record.email = word("email");
    for (const auto& name : object.at("names").as_array()) record.names.emplace_back(name.as_string());
    record.challenge = word("challenge") == to_string(Challenge::kDns01) ? Challenge::kDns01 : Challenge::kHttp01;
    record.hook = word("hook");
    record.key = word("key");
    return record;
  } catch (const std::exception&) {
    return fail(ErrorCode::kCorrupt, "how it is issued cannot be read any more: replace it");
  }
}

}  // namespace evenkeel::certificates
