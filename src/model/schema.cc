// JSON Schema and help, from the field tables.

#include <algorithm>

#include "model/field.h"
#include "model/help.h"
#include "model/json.h"

namespace evenkeel::model {
namespace {

// The tables that can be reached from this one, itself first, each once.
void visit_tables(const Table& table, std::vector<const Table*>& seen) {
  if (std::find(seen.begin(), seen.end(), &table) != seen.end()) return;
  seen.push_back(&table);
  for (const auto& field : table.fields()) {
    if (const Table* inner = field->table()) visit_tables(*inner, seen);
  }
}

std::vector<const Table*> all_tables() {
  std::vector<const Table*> tables;
  visit_tables(table<Configuration>(), tables);
  return tables;
}

boost::json::object schema_of(const Table& table, const Field& field) {
  const FieldText& text = field.text();
  boost::json::object schema = field.schema();
  schema["description"] = text.help;
  if (!field.is_required()) schema["default"] = table.default_of(field);
  if (*text.unit != '\0') schema["x-unit"] = text.unit;
  if (text.shown == Shown::kMasked) schema["x-secret"] = true;
  schema["x-since"] = text.since;
  return schema;
}

FieldHelp help_of(const Table& table, const Field& field) {
  const FieldText& text = field.text();
  FieldHelp help;
  help.structure = table.name();
  help.field = text.name;
  help.unit = text.unit;
  help.help = text.help;
  help.since = text.since;
  help.required = field.is_required();
  help.secret = text.shown == Shown::kMasked;
  field.describe(help);
  if (!help.required) help.default_value = to_text(table.default_of(field), Layout::kOneLine);
  return help;
}

}  // namespace

boost::json::object Table::schema() const {
  boost::json::object properties;
  boost::json::array required;
  for (const auto& field : fields_) {
    properties[field->text().name] = schema_of(*this, *field);
    if (field->is_required()) required.emplace_back(field->text().name);
  }
  boost::json::object schema{{"type", "object"},
                             {"description", help_},
                             {"properties", std::move(properties)},
                             {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

boost::json::value json_schema() {
  boost::json::object schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                             {"title", "Evenkeel configuration"}};
  boost::json::object definitions;
  for (const Table* table : all_tables()) {
    if (table != &model::table<Configuration>()) definitions[table->name()] = table->schema();
  }
  for (auto& [key, value] : table<Configuration>().schema()) schema[key] = std::move(value);
  schema["$defs"] = std::move(definitions);
  return schema;
}

std::vector<FieldHelp> field_help() {
  std::vector<FieldHelp> help;
  for (const Table* table : all_tables()) {
    for (const auto& field : table->fields()) help.push_back(help_of(*table, *field));
  }
  return help;
}

}  // namespace evenkeel::model
