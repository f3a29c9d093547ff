#pragma once
// One option per field of the model, derived from the model's own field tables: name, help, default, allowed values.

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/api_client.h"
#include "model/help.h"

namespace CLI {
class App;
}

namespace evenkeel::cli {

// Where a field stands in the JSON of its object, and what its option is called.
struct FieldOption {
  model::FieldHelp help;
  std::vector<std::string> path;  // {"health_check", "request"}
  std::string name;               // "check-request": --check-request
};

// The fields of "virtual_service" or "alerts" with those of the structures within it, or of "real_server".
std::vector<FieldOption> field_options(std::string_view structure);

// What was given on the command line, as the JSON that the API wants: only the fields given.
class GivenFields {
 public:
  void set(const std::vector<std::string>& path, boost::json::value value);
  const boost::json::object& document() const { return document_; }
  boost::json::object& document() { return document_; }

 private:
  boost::json::object document_;
};

enum class FieldUse {
  kAdd,        // the label is an argument of its own; defaults are shown
  kEdit,       // --label renames; --reset puts fields back to their defaults
  kDuplicate,  // as kEdit, but the copy's label is an argument
};

// Adds the options to the command. The fields are there once the command line is parsed.
std::shared_ptr<GivenFields> add_field_options(CLI::App& command, std::string_view structure, FieldUse use);

// The JSON of an option's text, or why it is none: numbers must be numbers, and names may be written as people do
// ("TCP/UDP", "weighted-round-robin").
Answer<boost::json::value> parse_field(const FieldOption& option, std::string_view text);

// An element of a list, from the text that its option has: type=negotiate protocol=http request="/a b" starttls.
// Numbers and names are as above, and names of settings may have "-" or "_".
Answer<boost::json::value> parse_element(const FieldOption& list, const std::string& text);

}  // namespace evenkeel::cli
