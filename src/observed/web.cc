#include "observed/web.h"

namespace evenkeel::observed {
namespace json = boost::json;
namespace {

json::array list(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object to_json(const WebCertificate& certificate) {
  return {{"subject", certificate.subject},
          {"issuer", certificate.issuer},
          {"names", list(certificate.names)},
          {"not_before", to_iso8601(certificate.not_before)},
          {"not_after", to_iso8601(certificate.not_after)},
          {"fingerprint", certificate.fingerprint},
          {"generated", certificate.is_generated},
          {"stored", certificate.stored}};
}

}  // namespace

json::object to_json(const WebStatus& status) {
  json::object object{{"on", status.is_on},
                      {"serving", status.is_serving},
                      {"reason", status.reason},
                      {"addresses", list(status.addresses)},
                      {"certificate", nullptr}};
  if (status.certificate) object["certificate"] = to_json(*status.certificate);
  return object;
}

}  // namespace evenkeel::observed
