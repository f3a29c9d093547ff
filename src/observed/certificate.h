#pragma once
// A certificate as people see it: everything but its key.

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "certificates/acme_record.h"
#include "certificates/description.h"

namespace evenkeel::observed {

struct Stapling {
  std::optional<WallTime> this_update, next_update;  // of the authority's word that is stapled; none: there is none
  std::string error;                                 // why there is no newer one; empty: all is well
};

// How ACME fares with it.
struct Acme {
  certificates::AcmeRecord record;
  bool is_issued = false;                     // false: one that we have signed stands in for it
  bool is_running = false;                    // the server is being asked just now
  std::optional<WallTime> next_attempt = {};  // none: when it can be shown that the names are ours
  std::string error = {};  // why the last attempt has failed, in the server's words; empty: it has not
};

struct Certificate {
  std::string label;
  std::string origin;                                    // "uploaded", "self_signed", "requested", "acme"
  std::optional<certificates::Description> description;  // none: its request is not signed yet
  bool has_key = false;
  std::string request;               // CSR, PEM; empty: there was none
  std::string chain;                 // PEM
  std::vector<std::string> used_by;  // labels of virtual services
  bool is_used_by_web = false;       // by the web interface
  std::vector<std::string> warnings;
  int days_left = 0;
  std::optional<Stapling> stapling;  // none: nobody wants it
  std::optional<Acme> acme = {};     // none: it is not issued by ACME
};

// The lists leave out PEM.
enum class Detail { kSummary, kWithPem };
boost::json::object to_json(const Certificate& certificate, Detail detail);

}  // namespace evenkeel::observed
