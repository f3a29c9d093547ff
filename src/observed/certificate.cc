#include "observed/certificate.h"

#include "base/clock.h"

namespace evenkeel::observed {
namespace {

namespace json = boost::json;

json::value time_or_null(const std::optional<WallTime>& time) {
  return time ? json::value(json::string(to_iso8601(*time))) : json::value();
}

json::array list_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object to_json(const Acme& acme) {
  const auto& record = acme.record;
  return {{"directory", record.directory},
          {"names", list_of(record.names)},
          {"email", record.email},
          {"challenge", certificates::to_string(record.challenge)},
          {"hook", record.hook},
          {"key", record.key},
          {"issued", acme.is_issued},
          {"running", acme.is_running},
          {"next_attempt", time_or_null(acme.next_attempt)},
          {"error", acme.error}};
}

void add_description(json::object& object, const certificates::Description& description, int days_left) {
  object["subject"] = description.subject;
  object["names"] = list_of(description.names);
  object["issuer"] = description.issuer;
  object["self_signed"] = description.is_self_signed;
  object["authority"] = description.is_authority;
  object["serial"] = description.serial;
  object["key"] = description.key;
  object["not_before"] = to_iso8601(description.not_before);
  object["not_after"] = to_iso8601(description.not_after);
  object["days_left"] = days_left;
  object["fingerprint"] = description.fingerprint;
  object["chain"] = list_of(description.chain);
  object["ocsp_responder"] = description.ocsp_responder;
}

}  // namespace

json::object to_json(const Certificate& certificate, Detail detail) {
  json::object object{
      {"label", certificate.label},
      {"origin", certificate.origin},
      {"state", certificate.description ? "present" : "requested"},
      {"has_key", certificate.has_key},
      {"used_by", list_of(certificate.used_by)},
      {"used_by_web", certificate.is_used_by_web},
      {"warnings", list_of(certificate.warnings)},
  };
  if (certificate.description) add_description(object, *certificate.description, certificate.days_left);
  if (certificate.stapling) {
    object["stapling"] = json::object{{"this_update", time_or_null(certificate.stapling->this_update)},
                                      {"next_update", time_or_null(certificate.stapling->next_update)},
                                      {"error", certificate.stapling->error}};
  }
  if (certificate.acme) object["acme"] = to_json(*certificate.acme);
  if (detail == Detail::kWithPem) {
    if (!certificate.chain.empty()) object["pem"] = certificate.chain;
    if (!certificate.request.empty()) object["request"] = certificate.request;
  }
  return object;
}

}  // namespace evenkeel::observed
