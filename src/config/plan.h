#pragma once
// What a change would do, per object and field; also how two revisions differ. Pure functions.

#include <optional>
#include <string>
#include <vector>

#include "config/text_change.h"
#include "model/configuration.h"
#include "model/operator_action.h"
#include "model/problem.h"

namespace evenkeel::config {

struct FieldChange {
  std::string field;  // "health_check.interval"
  std::string from;   // rendered as JSON, secrets masked; empty when added. Of a long text, its size in words.
  std::string to;
  std::optional<TextChange> text = {};  // of a long text that there was before
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

// Empty exactly when the two are equal. The order of objects counts: where it changes, the object that holds them has
// a change of its "real_servers" or "virtual_services" (of the object "configuration").
Plan plan(const model::Configuration& from, const model::Configuration& to);

// Real servers that go on under another name, theirs or their virtual service's: what was said about them goes along.
struct Rename {
  model::RealServerKey from, to;
  bool operator==(const Rename&) const = default;
};
std::vector<Rename> renames(const model::Configuration& from, const model::Configuration& to);

// What only the whole can tell: duplicate labels, overlapping services (address, port, protocol), families that do not
// match, the guide's constraints (docs: features of each forwarding method). Every problem, each with its JSON path.
std::vector<model::Problem> validate(const model::Configuration& configuration);

// What is allowed but probably not meant. Warnings, in the form of problems.
std::vector<model::Problem> lint(const model::Configuration& configuration);

// What the layer-4 engine can hold; the same numbers as in bpf/abi.h, which a unit test compares.
inline constexpr int kShortRange = 64;      // ports of a range that is stored port by port
inline constexpr int kMostLongRanges = 16;  // longer ranges of one address and protocol
inline constexpr int kMostVirtualServices = 16384;
inline constexpr int kMostRealServers = 65535;  // over all virtual services
inline constexpr int kMostPorts = 131072;       // stored port by port, over all virtual services

}  // namespace evenkeel::config
