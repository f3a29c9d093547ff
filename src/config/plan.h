#pragma once
// What a change would do, per object and field; also how two revisions differ. Pure functions.

#include <string>
#include <vector>

#include "model/configuration.h"
#include "model/problem.h"

namespace evenkeel::config {

struct FieldChange {
  std::string field;  // "health_check.interval"
  std::string from;   // rendered as JSON, secrets masked; empty when added
  std::string to;
  bool operator==(const FieldChange&) const = default;
};

struct ObjectChange {
  enum class Kind { kAdded, kRemoved, kModified };
  Kind kind = Kind::kModified;
  std::string object;               // "virtual_service/MobilityPrint/real_server/PS1"
  std::string renamed_from;         // object it was before, when recognised as the same one under another label
  std::vector<FieldChange> fields;  // of kAdded: those that differ from the defaults
  bool operator==(const ObjectChange&) const = default;
};

struct Plan {
  std::vector<ObjectChange> changes;
  bool empty() const { return changes.empty(); }
};

Plan plan(const model::Configuration& from, const model::Configuration& to);

// What only the whole can tell: duplicate labels, overlapping services (address, port, protocol), families that do not
// match, the guide's constraints (docs: features of each forwarding method). Every problem, each with its JSON path.
std::vector<model::Problem> validate(const model::Configuration& configuration);

}  // namespace evenkeel::config
