#pragma once
// What each field of the configuration is, for the command line and the user interface. From the field tables.

#include <string>
#include <vector>

namespace evenkeel::model {

struct Choice {
  std::string name;  // "weighted_round_robin"
  std::string help;
};

struct FieldHelp {
  std::string structure;      // "virtual_service", "real_server", "health_check", "persistence", "fallback"
  std::string field;          // "weight"
  std::string type;           // "integer", "text", "one of", "IP address", "IP addresses", ...
  std::string default_value;  // as JSON: "100", "\"tcp\"", "null"; empty when required
  std::string range;          // "0 to 65535"; "tcp, udp or tcp_udp"; empty when anything goes
  std::string unit;           // "seconds"; mostly empty
  std::string help;           // a sentence or two for an administrator
  std::string since;          // the version that brought it
  bool required = false;
  bool secret = false;          // may hold a key: masked wherever it is shown
  std::vector<Choice> choices;  // of an enumeration
};

// Every field of every structure, outermost structure first, in the order of the tables.
std::vector<FieldHelp> field_help();

}  // namespace evenkeel::model
