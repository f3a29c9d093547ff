#pragma once
// A certificate as people see it: everything but its key.

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "certificates/description.h"

namespace evenkeel::observed {

struct Stapling {
  std::optional<WallTime> this_update, next_update;  // of the authority's word that is stapled; none: there is none
  std::string error;                                 // why there is no newer one; empty: all is well
};

struct Certificate {
  std::string label;
  std::string origin;                                    // "uploaded", "self_signed", "requested"
  std::optional<certificates::Description> description;  // none: its request is not signed yet
  bool has_key = false;
  std::string request;               // CSR, PEM; empty: there was none
  std::string chain;                 // PEM
  std::vector<std::string> used_by;  // labels of virtual services
  std::vector<std::string> warnings;
  int days_left = 0;
  std::optional<Stapling> stapling;  // none: nobody wants it
};

// The lists leave out PEM.
enum class Detail { kSummary, kWithPem };
boost::json::object to_json(const Certificate& certificate, Detail detail);

}  // namespace evenkeel::observed
