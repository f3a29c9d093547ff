#include "api/openapi.h"

#include <gtest/gtest.h>

#include <set>

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

void visit(const json::value& value, const std::function<void(std::string_view, const json::value&)>& member) {
  if (const auto* array = value.if_array()) {
    for (const json::value& element : *array) visit(element, member);
  } else if (const auto* object = value.if_object()) {
    for (const auto& [key, inner] : *object) {
      member(key, inner);
      visit(inner, member);
    }
  }
}

class OpenApiTest : public testing::Test {
 protected:
  const json::object& operation(std::string_view method, std::string_view path) const {
    return document_.at("paths").at(path).at(method).as_object();
  }
  const json::value document_ = openapi(routes());
};

TEST_F(OpenApiTest, EveryRouteIsAnOperationWithItsRole) {
  size_t operations = 0;
  for (const auto& path : document_.at("paths").as_object()) operations += path.value().as_object().size();
  EXPECT_EQ(operations, routes().size());
  for (const Route& route : routes()) {
    std::string method(route.method);
    std::ranges::transform(method, method.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto& found = operation(method, route.pattern);
    EXPECT_EQ(found.at("summary").as_string(), route.summary);
    EXPECT_EQ(found.at("x-role").as_string(), to_string(route.role()));
    EXPECT_TRUE(found.at("responses").as_object().contains("200"));
    EXPECT_EQ(found.at("responses").at("default").at("content").at("application/json").at("schema").at("$ref"),
              "#/components/schemas/error");
  }
}

TEST_F(OpenApiTest, OperationsHaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const auto& path : document_.at("paths").as_object()) {
    for (const auto& one : path.value().as_object()) {
      EXPECT_TRUE(names.insert(std::string(one.value().at("operationId").as_string())).second) << one.value();
    }
  }
  EXPECT_TRUE(names.contains("patch_virtual_services_by_label"));
}

TEST_F(OpenApiTest, EveryCaptureOfAPathIsARequiredParameter) {
  for (const auto& [path, methods] : document_.at("paths").as_object()) {
    for (const auto& [method, one] : methods.as_object()) {
      size_t captures = 0;
      std::set<std::string> seen;
      const auto* parameters = one.as_object().if_contains("parameters");
      for (const json::value& parameter : parameters ? parameters->as_array() : json::array()) {
        EXPECT_TRUE(
            seen.insert(std::string(parameter.at("in").as_string()) + std::string(parameter.at("name").as_string()))
                .second);
        EXPECT_TRUE(parameter.as_object().contains("schema"));
        if (parameter.at("in") != "path") continue;
        ++captures;
        EXPECT_EQ(parameter.at("required"), true);
        EXPECT_NE(std::string(path).find("{" + std::string(parameter.at("name").as_string()) + "}"), std::string::npos);
      }
      EXPECT_EQ(captures, static_cast<size_t>(std::ranges::count(std::string(path), '{'))) << path;
    }
  }
}

TEST_F(OpenApiTest, EveryReferenceLeadsSomewhere) {
  size_t references = 0;
  const auto& schemas = document_.at("components").at("schemas").as_object();
  visit(document_, [&](std::string_view key, const json::value& value) {
    if (key != "$ref") return;
    ++references;
    const std::string target(value.as_string());
    ASSERT_TRUE(target.starts_with("#/components/schemas/")) << target;
    EXPECT_TRUE(schemas.contains(target.substr(target.rfind('/') + 1))) << target;
  });
  EXPECT_GT(references, routes().size());
}

TEST_F(OpenApiTest, BodiesAreTheFieldTables) {
  const auto schema = [&](std::string_view method, std::string_view path) {
    return std::string(operation(method, path)
                           .at("requestBody")
                           .at("content")
                           .at("application/json")
                           .at("schema")
                           .at("$ref")
                           .as_string());
  };
  EXPECT_EQ(schema("put", "/api/v1/configuration"), "#/components/schemas/configuration");
  EXPECT_EQ(schema("post", "/api/v1/virtual-services"), "#/components/schemas/virtual_service");
  EXPECT_EQ(schema("patch", "/api/v1/virtual-services/{label}"), "#/components/schemas/virtual_service_changes");
  EXPECT_EQ(schema("post", "/api/v1/layer7-services/{label}/real-servers"), "#/components/schemas/layer7_server");
  const auto& schemas = document_.at("components").at("schemas");
  EXPECT_TRUE(schemas.at("virtual_service").as_object().contains("required"));
  EXPECT_FALSE(schemas.at("virtual_service_changes").as_object().contains("required"));
  EXPECT_EQ(schemas.at("virtual_service_changes").at("properties").at("ports").at("anyOf").at(1).at("type"), "null");
}

TEST_F(OpenApiTest, OnlySigningInNeedsNoCredentials) {
  for (const auto& [path, methods] : document_.at("paths").as_object()) {
    for (const auto& [method, one] : methods.as_object()) {
      EXPECT_EQ(one.as_object().contains("security"), path == "/api/v1/session" && method == "post") << path;
    }
  }
}

TEST_F(ApiTest, TheDocumentAndTheFieldsAreServed) {
  EXPECT_EQ(ask("GET", "/api/v1/openapi.json").value().at("openapi"), "3.1.0");
  const auto fields = ask("GET", "/api/v1/fields").value();
  const auto* const weight = std::ranges::find_if(fields.at("fields").as_array(), [](const json::value& field) {
    return field.at("structure") == "real_server" && field.at("field") == "weight";
  });
  ASSERT_NE(weight, fields.at("fields").as_array().end());
  EXPECT_EQ(weight->at("label"), "Weight");
  EXPECT_EQ(weight->at("default"), 100);
  EXPECT_EQ(weight->at("range"), "0 to 65535");
}

}  // namespace
}  // namespace evenkeel::api
