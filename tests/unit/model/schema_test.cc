#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/help.h"
#include "model/json.h"
#include "model/names.h"

namespace evenkeel::model {
namespace {

using ::testing::HasSubstr;

// Walks a document and looks each key up in the schema.
void expect_described(const boost::json::value& document, const boost::json::object& schema,
                      const boost::json::object& definitions) {
  const boost::json::object* here = &schema;
  if (const auto* reference = schema.if_contains("$ref")) {
    const std::string name(reference->as_string().subview(std::string_view("#/$defs/").size()));
    here = &definitions.at(name).as_object();
  }
  if (const auto* object = document.if_object()) {
    for (const auto& [key, value] : *object) {
      const auto* property = here->at("properties").as_object().if_contains(key);
      ASSERT_NE(property, nullptr) << key;
      EXPECT_GT(property->as_object().at("description").as_string().size(), 20u) << key;
      expect_described(value, property->as_object(), definitions);
    }
    EXPECT_EQ(object->size(), here->at("properties").as_object().size());
    EXPECT_EQ(here->at("additionalProperties"), false);
  } else if (const auto* array = document.if_array()) {
    for (const auto& element : *array) expect_described(element, here->at("items").as_object(), definitions);
  }
}

TEST(Schema, DescribesEveryField) {
  Configuration configuration;
  configuration.virtual_services.emplace_back().real_servers.emplace_back();
  const auto schema = json_schema().as_object();
  EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  expect_described(to_json(configuration, Secrets::kPlain), schema, schema.at("$defs").as_object());
}

TEST(Schema, SaysWhatParsingChecks) {
  const auto schema = json_schema();
  const auto property = [&](std::string_view structure, std::string_view field) {
    return schema.at("$defs").at(structure).at("properties").at(field).as_object();
  };
  EXPECT_EQ(schema.at("$defs").at("virtual_service").at("required"), (boost::json::array{"label", "address", "ports"}));
  EXPECT_EQ(schema.at("$defs").at("real_server").at("required"), (boost::json::array{"label", "address"}));
  EXPECT_EQ(property("real_server", "weight").at("maximum"), 65535);
  EXPECT_EQ(property("real_server", "weight").at("default"), 100);
  EXPECT_EQ(property("virtual_service", "protocol").at("enum"), (boost::json::array{"tcp", "udp", "tcp_udp"}));
  EXPECT_EQ(property("virtual_service", "scheduler").at("default"), "weighted_least_connections");
  EXPECT_EQ(property("health_check", "check_port").at("type"), (boost::json::array{"integer", "null"}));
  EXPECT_EQ(property("health_check", "request").at("x-secret"), true);
  EXPECT_EQ(property("health_check", "timeout").at("default"), 5);
  EXPECT_EQ(property("health_check", "timeout").at("x-unit"), "seconds");
  EXPECT_EQ(property("virtual_service", "source_addresses").at("maxItems"), 7);
  EXPECT_EQ(property("virtual_service", "source_addresses").at("default"), boost::json::array());
  EXPECT_EQ(property("virtual_service", "on_failure").at("enum"), (boost::json::array{"keep", "reset", "drop"}));
  EXPECT_EQ(property("virtual_service", "on_halt").at("default"), "reset");
  EXPECT_EQ(property("persistence", "ipv6_prefix").at("maximum"), 128);
}

TEST(Help, HasEveryFieldOnce) {
  std::set<std::string> names;
  for (const FieldHelp& help : field_help()) {
    EXPECT_TRUE(names.insert(help.structure + "." + help.field).second) << help.field;
    EXPECT_GT(help.help.size(), 20u) << help.field;
    EXPECT_EQ(help.help.back(), '.') << help.field;
    EXPECT_FALSE(help.type.empty()) << help.field;
    EXPECT_EQ(help.default_value.empty(), help.required) << help.field;
    EXPECT_EQ(help.since, "0.1.0");
  }
  EXPECT_EQ(names.size(), 194u);
}

TEST(Help, IsWhatAPersonNeeds) {
  const auto all = field_help();
  const auto find = [&](std::string_view structure, std::string_view field) {
    return *std::find_if(all.begin(), all.end(),
                         [&](const FieldHelp& help) { return help.structure == structure && help.field == field; });
  };
  EXPECT_EQ(find("real_server", "weight").range, "0 to 65535");
  EXPECT_EQ(find("real_server", "weight").default_value, "100");
  EXPECT_EQ(find("virtual_service", "protocol").default_value, "\"tcp\"");
  EXPECT_EQ(find("virtual_service", "protocol").range, "tcp, udp, tcp_udp");
  EXPECT_EQ(find("health_check", "check_port").default_value, "null");
  EXPECT_EQ(find("health_check", "timeout").range, "0.05 to 300, up to three decimals");
  EXPECT_TRUE(find("health_check", "request").secret);
  const auto scheduler = find("virtual_service", "scheduler");
  ASSERT_EQ(scheduler.choices.size(), names<Scheduler>().size());
  EXPECT_EQ(scheduler.choices[3].name, "maglev");
  EXPECT_THAT(scheduler.choices[3].help, HasSubstr("consistent hashing"));
}

TEST(Names, GoBothWays) {
  for (const auto& entry : names<OperatorState>()) {
    EXPECT_EQ(from_string<OperatorState>(to_string(entry.value)), entry.value);
  }
  EXPECT_EQ(from_string<OperatorState>("Drain"), std::nullopt);
}

TEST(ToText, WritesNumbersAsPeopleDo) {
  const boost::json::value value{{"a", 2.5}, {"b", {1, "x\n"}}, {"c", boost::json::object()}, {"d", nullptr}};
  EXPECT_EQ(to_text(value, Layout::kOneLine), R"({"a":2.5,"b":[1,"x\n"],"c":{},"d":null})");
  EXPECT_EQ(to_text(value, Layout::kIndented),
            "{\n  \"a\": 2.5,\n  \"b\": [\n    1,\n    \"x\\n\"\n  ],\n  \"c\": {},\n  \"d\": null\n}");
}

}  // namespace
}  // namespace evenkeel::model
