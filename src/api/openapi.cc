#include "api/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "model/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

constexpr std::string_view kRoot = "/api/v1/";
constexpr std::string_view kSchemas = "#/components/schemas/";

// What the bodies of objects of the configuration are called in its schema, by the last word of their path.
struct Resource {
  std::string_view owner;  // that the path has to hold
  std::string_view word;
  std::string_view schema;
};
constexpr std::array kResources{
    Resource{"configuration", "configuration", "configuration"},
    Resource{"layer7-services", "real-servers", "layer7_server"},
    Resource{"layer7-services", "layer7-services", "layer7_service"},
    Resource{"virtual-services", "real-servers", "real_server"},
    Resource{"virtual-services", "virtual-services", "virtual_service"},
};

// The texts in bodies that are no part of the configuration: "?" marks those that may be missing.
struct Body {
  std::string_view method, pattern, members;
};
constexpr std::array kBodies{
    Body{"PUT", "/api/v1/fallback-page", "html"},
    Body{"PUT", "/api/v1/virtual-services/{label}/fallback-page", "html"},
    Body{"PUT", "/api/v1/layer7-services/{label}/fallback-page", "html"},
    Body{"POST", "/api/v1/layer7-services/{label}/udp-companion", "ports? label?"},
    Body{"POST", "/api/v1/session", "user password code?"},
    Body{"POST", "/api/v1/backup", "passphrase"},
    Body{"POST", "/api/v1/restore", "backup passphrase dry_run?"},
    Body{"POST", "/api/v1/users", "name role source? password?"},
    Body{"PATCH", "/api/v1/users/{name}", "role"},
    Body{"POST", "/api/v1/users/{name}/password", "password old_password?"},
    Body{"POST", "/api/v1/users/{name}/totp", "code?"},
    Body{"POST", "/api/v1/tokens", "label role expires_in?"},
};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(at), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool is_capture(std::string_view word) {
  return word.starts_with('{');
}

std::vector<std::string_view> words_of(const Route& route) {
  return split(route.pattern.substr(kRoot.size()), '/');
}

json::object of_type(std::string_view type) {
  return {{"type", type}};
}

json::object reference(std::string_view schema) {
  return {{"$ref", fmt::format("{}{}", kSchemas, schema)}};
}

// "get_virtual_services_by_label"
std::string operation_id(const Route& route) {
  std::string id(route.method);
  std::ranges::transform(id, id.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (std::string_view word : words_of(route)) {
    id += is_capture(word) ? fmt::format("_by_{}", word.substr(1, word.size() - 2)) : fmt::format("_{}", word);
  }
  std::ranges::replace(id, '-', '_');
  return id;
}

bool is_change(const Route& route) {
  return route.parameters.data() == kChangeParameters.data();
}

json::object parameter(std::string_view name, std::string_view where, std::string_view description) {
  json::object object{{"name", name}, {"in", where}, {"schema", of_type("string")}};
  if (where == "path") object["required"] = true;
  if (!description.empty()) object["description"] = description;
  return object;
}

json::array parameters_of(const Route& route) {
  json::array parameters;
  for (std::string_view word : words_of(route)) {
    if (is_capture(word)) parameters.emplace_back(parameter(word.substr(1, word.size() - 2), "path", ""));
  }
  for (const Parameter& one : route.parameters) parameters.emplace_back(parameter(one.name, "query", one.summary));
  if (is_change(route)) {
    parameters.emplace_back(
        parameter("If-Match", "header", "the revision that the change was made from, as ETag has it"));
  }
  return parameters;
}

// None: the route takes no object of the configuration.
std::optional<std::string> configured_body(const Route& route) {
  if (!is_change(route) || route.method == "DELETE") return std::nullopt;
  auto words = words_of(route);
  const bool is_part = route.method == "PATCH" || words.back() == "duplicate";
  std::erase_if(words, [](std::string_view word) { return is_capture(word) || word == "duplicate"; });
  for (const Resource& resource : kResources) {
    if (words.front() != resource.owner || words.back() != resource.word) continue;
    return fmt::format("{}{}", resource.schema, is_part ? "_changes" : "");
  }
  return std::nullopt;
}

json::object member_schema(std::string_view name) {
  if (name == "role") return {{"enum", json::array{"viewer", "operator", "administrator"}}};
  if (name == "source") return {{"enum", json::array{"local", "pam"}}};
  if (name == "backup") return of_type("object");
  if (name == "dry_run") return of_type("boolean");
  if (name == "expires_in") return {{"type", json::array{"integer", "null"}}};
  return of_type("string");
}

json::object schema_of(const Body& body) {
  json::object properties;
  json::array required;
  for (std::string_view member : split(body.members, ' ')) {
    const bool is_optional = member.ends_with('?');
    if (is_optional) member.remove_suffix(1);
    if (!is_optional) required.emplace_back(member);
    properties[member] = member_schema(member);
  }
  json::object schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json::object content(json::object schema, std::string_view type = "application/json") {
  return {{type, json::object{{"schema", std::move(schema)}}}};
}

std::optional<json::object> request_body(const Route& route) {
  if (const auto schema = configured_body(route)) {
    return json::object{{"required", true}, {"content", content(reference(*schema))}};
  }
  const auto body = std::ranges::find_if(
      kBodies, [&](const Body& one) { return one.method == route.method && one.pattern == route.pattern; });
  if (body != kBodies.end()) return json::object{{"required", true}, {"content", content(schema_of(*body))}};
  if (route.method != "POST" || is_change(route)) return std::nullopt;
  return json::object{{"required", false}, {"content", content(of_type("object"))}};
}

json::object success_of(const Route& route) {
  const auto is_one_of = [&](std::initializer_list<Handler> handlers) {
    return std::ranges::find(handlers, route.handler) != handlers.end();
  };
  if (is_one_of({get_events, follow_log, follow_proxy_log})) return content(of_type("string"), "text/event-stream");
  if (is_one_of({get_engine_configuration})) return content(of_type("string"), "text/plain");
  if (is_one_of({get_engines, get_logs})) return content({{"type", "array"}, {"items", of_type("object")}});
  if (is_one_of({get_confirmation})) return content({{"type", json::array{"object", "null"}}});
  if (is_change(route) || is_one_of({revert})) return content(reference("change"));
  return content(of_type("object"));
}

json::object responses_of(const Route& route) {
  json::object responses{{"200", json::object{{"description", "done"}, {"content", success_of(route)}}}};
  if (is_change(route)) {
    responses["412"] = json::object{{"description", "If-Match names a revision that is no longer in force"},
                                    {"content", content(reference("stale"))}};
  }
  responses["default"] = json::object{{"description", "why not"}, {"content", content(reference("error"))}};
  return responses;
}

json::object operation_of(const Route& route) {
  json::object operation{{"operationId", operation_id(route)},
                         {"summary", route.summary},
                         {"tags", json::array{words_of(route).front()}},
                         {"x-role", to_string(route.role())},
                         {"responses", responses_of(route)}};
  if (json::array parameters = parameters_of(route); !parameters.empty())
    operation["parameters"] = std::move(parameters);
  if (auto body = request_body(route)) operation["requestBody"] = std::move(*body);
  if (route.role() == access::Role::kNobody) operation["security"] = json::array{};
  return operation;
}

// The schema's own references lead into its "$defs": here these are components.
void move_references(json::value& value) {
  constexpr std::string_view kBefore = "#/$defs/";
  if (json::array* const array = value.if_array()) {
    for (json::value& element : *array) move_references(element);
  } else if (json::object* const object = value.if_object()) {
    for (auto& [key, member] : *object) {
      if (key == "$ref" && member.is_string() && std::string_view(member.get_string()).starts_with(kBefore)) {
        member = fmt::format("{}{}", kSchemas, std::string_view(member.get_string()).substr(kBefore.size()));
      } else {
        move_references(member);
      }
    }
  }
}

// What a merge patch may bring: any of the fields, and null for the default.
json::object changes_of(json::object schema) {
  schema.erase("required");
  for (auto& [name, property] : schema.at("properties").as_object()) {
    property = json::object{{"anyOf", json::array{property, of_type("null")}}};
  }
  return schema;
}

json::object text_members(std::initializer_list<std::string_view> names) {
  json::object properties;
  for (const std::string_view name : names) properties[name] = of_type("string");
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

json::object error_schema() {
  json::object inner = text_members({"code", "message"});
  inner["required"] = json::array{"code", "message"};
  inner["properties"].as_object()["problems"] =
      json::object{{"type", "array"}, {"items", text_members({"path", "message", "hint"})}};
  return {{"type", "object"},
          {"required", json::array{"error"}},
          {"properties", json::object{{"error", std::move(inner)}}}};
}

json::object change_schema() {
  const json::object number_or_null{{"type", json::array{"integer", "null"}}};
  const json::object object{{"type", "object"}};
  return {{"type", "object"},
          {"properties", json::object{{"revision", number_or_null},
                                      {"dry_run", of_type("boolean")},
                                      {"plan", object},
                                      {"confirmation", json::object{{"type", json::array{"object", "null"}}}},
                                      {"warnings", json::object{{"type", "array"}, {"items", of_type("string")}}}}}};
}

json::object stale_schema() {
  json::object schema = error_schema();
  json::object& properties = schema["properties"].as_object();
  properties["expected_revision"] = of_type("integer");
  properties["current_revision"] = of_type("object");
  properties["changed_meanwhile"] = of_type("object");
  return schema;
}

json::object schemas() {
  json::value configuration = model::json_schema();
  move_references(configuration);
  json::object whole = std::move(configuration.as_object());
  json::object all = std::move(whole.at("$defs").as_object());
  whole.erase("$defs");
  whole.erase("$schema");
  all["configuration"] = std::move(whole);
  for (const Resource& resource : kResources) {
    all[fmt::format("{}_changes", resource.schema)] = changes_of(all.at(resource.schema).as_object());
  }
  all["error"] = error_schema();
  all["change"] = change_schema();
  all["stale"] = stale_schema();
  return all;
}

json::object security_schemes() {
  return {{"session", json::object{{"type", "apiKey"},
                                   {"in", "cookie"},
                                   {"name", "evenkeel_session"},
                                   {"description", "requests other than GET need the header X-CSRF-Token besides"}}},
          {"token", json::object{{"type", "http"}, {"scheme", "bearer"}}}};
}

}  // namespace

json::object openapi(std::span<const Route> table) {
  json::object paths;
  for (const Route& route : table) {
    json::value& path = paths[route.pattern];
    if (!path.is_object()) path.emplace_object();
    std::string method(route.method);
    std::ranges::transform(method, method.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    path.as_object()[method] = operation_of(route);
  }
  const json::array security{json::object{{"session", json::array{}}}, json::object{{"token", json::array{}}}};
  return {{"openapi", "3.1.0"},
          {"info", json::object{{"title", "Evenkeel"},
                                {"version", "1"},
                                {"license", json::object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"servers", json::array{json::object{{"url", "/"}}}},
          {"security", security},
          {"paths", std::move(paths)},
          {"components", json::object{{"schemas", schemas()}, {"securitySchemes", security_schemes()}}}};
}

Answer get_openapi(Call& /*call*/) {
  co_return reply(openapi(routes()));
}

}  // namespace evenkeel::api
