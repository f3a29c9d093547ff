#pragma once
// What a backup holds: everything that makes an appliance what it is, apart from its machine. Sessions, the audit
// trail, statistics and old revisions stay where they are.

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "access/store.h"
#include "base/result.h"
#include "config/store.h"

namespace evenkeel::backup {

// What stands in files beside the stores.
struct Files {
  struct WebCertificate {
    std::string stored;  // label of the stored certificate that is followed; empty: one of its own
    std::string pem;     // key and certificates, as they are in force
    bool operator==(const WebCertificate&) const = default;
  };
  std::optional<WebCertificate> web_certificate;  // none: one that evenkeeld has made itself, as every appliance does
  std::string acme_account;                       // the key by which ACME servers know us, PEM; empty: none
  bool operator==(const Files&) const = default;
};

struct Content {
  model::Configuration configuration;
  std::vector<model::OperatorAction> operator_actions;
  std::vector<config::StoredCertificate> certificates;  // without what authorities said of them: that is asked anew
  std::vector<access::User> users;                      // with hashes of passwords and secrets of second factors
  std::vector<access::Token> tokens;                    // as fingerprints
  Files files;                                          // in backups of before there were any: nothing
};

boost::json::object to_json(const Content& content);
// kInvalidArgument: with the place of what is wrong. Whether the whole makes sense is left to validation.
Result<Content> parse_content(const boost::json::value& document);

// What is not in the store of the configuration, in the same form: files, and users and tokens where they are wanted.
enum class Access { kLeftOut, kIncluded };
boost::json::object rest_to_json(const Content& content, Access access);
struct Rest {
  bool has_access = false;
  Content content;
};
Result<Rest> parse_rest(const boost::json::value& document);

}  // namespace evenkeel::backup
