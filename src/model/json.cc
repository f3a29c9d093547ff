#include "model/json.h"

#include "model/parse_structure.h"

namespace evenkeel::model {

boost::json::value to_json(const Configuration& configuration, Secrets secrets) {
  return table<Configuration>().to_json(&configuration, secrets);
}

boost::json::value to_json(const VirtualService& service, Secrets secrets) {
  return table<VirtualService>().to_json(&service, secrets);
}

boost::json::value to_json(const RealServer& server, Secrets secrets) {
  return table<RealServer>().to_json(&server, secrets);
}

Parsed<Configuration> parse_configuration(const boost::json::value& document) {
  return parse_structure<Configuration>(document);
}

Parsed<Configuration> parse_configuration(std::string_view text) {
  auto document = parse_json(text);
  if (!document) return std::unexpected(std::move(document.error()));
  return parse_configuration(*document);
}

Parsed<VirtualService> parse_virtual_service(const boost::json::value& document) {
  return parse_structure<VirtualService>(document);
}

Parsed<RealServer> parse_real_server(const boost::json::value& document) {
  return parse_structure<RealServer>(document);
}

}  // namespace evenkeel::model
