#pragma once
// What a backup holds: everything that makes an appliance what it is, apart from its machine. Sessions, the audit
// trail, statistics and old revisions stay where they are.

#include <boost/json.hpp>
#include <vector>

#include "access/store.h"
#include "base/result.h"
#include "config/store.h"

namespace evenkeel::backup {

struct Content {
  model::Configuration configuration;
  std::vector<model::OperatorAction> operator_actions;
  std::vector<config::StoredCertificate> certificates;  // without what authorities said of them: that is asked anew
  std::vector<access::User> users;                      // with hashes of passwords and secrets of second factors
  std::vector<access::Token> tokens;                    // as fingerprints
};

boost::json::object to_json(const Content& content);
// kInvalidArgument: with the place of what is wrong. Whether the whole makes sense is left to validation.
Result<Content> parse_content(const boost::json::value& document);

// Users and tokens alone, in the same form.
boost::json::object access_to_json(const Content& content);
Result<Content> parse_access(const boost::json::value& document);

}  // namespace evenkeel::backup
