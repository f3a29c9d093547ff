#include "cli/configuration_view.h"

#include <algorithm>
#include <array>

#include "cli/field_options.h"
#include "cli/json_text.h"
#include "cli/table.h"
#include "cli/words.h"
#include "model/json.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

std::string value_in_words(const json::value& value) {
  if (value.is_string()) return value.get_string().empty() ? "-" : std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (const auto* list = value.if_array()) {
    std::string words;
    for (const json::value& element : *list) words += (words.empty() ? "" : ",") + value_in_words(element);
    return words.empty() ? "-" : words;
  }
  return value.is_null() ? "-" : model::to_text(value, model::Layout::kOneLine);
}

const json::value& value_at(const json::value& object, const std::vector<std::string>& path) {
  static const json::value kNull;
  const json::value* found = &object;
  for (const std::string& step : path) {
    found = member(*found, step);
    if (found == nullptr) return kNull;
  }
  return *found;
}

std::vector<Cell> setting_row(const FieldOption& option, const json::value& service, const Terminal& terminal) {
  const json::value& value = value_at(service, option.path);
  std::string text = value_in_words(value);
  if (!option.help.choices.empty()) text = in_words(text);
  if (!option.help.unit.empty() && value.is_number()) text += " " + option.help.unit;
  return {{"  " + option.name}, {terminal.safe(text)}};
}

std::string render_settings(const json::value& service, std::string_view structure, const Terminal& terminal) {
  const std::string label = text_at(service, "label");
  Table settings({{label.empty() ? std::string(structure) : terminal.safe(label)}, {""}});
  for (const FieldOption& option : field_options(structure)) {
    if (option.name != "label") settings.add_row(setting_row(option, service, terminal));
  }
  return settings.render(terminal);
}

struct Column {
  const char* heading;
  const char* field;
};

// Empty where there are none. The first of the layer's own columns is a protocol or mode.
std::string render_services(const json::array& services, const std::array<Column, 3>& own, const Terminal& terminal) {
  Table table({{"LABEL"},
               {"ADDRESS"},
               {"PORTS"},
               {own[0].heading},
               {own[1].heading},
               {own[2].heading},
               {"SERVERS", Align::kRight}});
  for (const json::value& service : services) {
    table.add_row({{terminal.safe(text_at(service, "label")), Colour::kBold},
                   {terminal.safe(text_at(service, "address"))},
                   {terminal.safe(text_at(service, "ports"))},
                   {protocol_in_words(terminal.safe(text_at(service, own[0].field)))},
                   {in_words(terminal.safe(text_at(service, own[1].field)))},
                   {in_words(terminal.safe(text_at(service, own[2].field)))},
                   {std::to_string(list_at(service, "real_servers").size())}});
  }
  return table.empty() ? "" : table.render(terminal);
}

}  // namespace

std::string render_service_list(const json::value& answer, const Terminal& terminal) {
  const auto list = render_services(
      list_at(answer, "virtual_services"),
      {{{"PROTOCOL", "protocol"}, {"METHOD", "forwarding_method"}, {"SCHEDULER", "scheduler"}}}, terminal);
  return list.empty() ? "There is no virtual service.\n" : list;
}

std::string render_layer7_list(const json::value& answer, const Terminal& terminal) {
  const auto list =
      render_services(list_at(answer, "layer7_services"),
                      {{{"MODE", "mode"}, {"SCHEDULER", "scheduler"}, {"PERSISTENCE", "persistence"}}}, terminal);
  return list.empty() ? "There is no layer-7 virtual service.\n" : list;
}

std::string render_service(const json::value& service, const Terminal& terminal) {
  return render_settings(service, "virtual_service", terminal) + "\n" + render_server_list(service, terminal);
}

std::string render_alert_settings(const json::value& alerts, const Terminal& terminal) {
  return render_settings(alerts, "alerts", terminal);
}

std::string render_layer7_service(const json::value& service, const Terminal& terminal) {
  return render_settings(service, "layer7_service", terminal) + "\n" + render_layer7_server_list(service, terminal);
}

std::string render_layer7_server_list(const json::value& service, const Terminal& terminal) {
  Table table({{"REAL SERVER"},
               {"ADDRESS"},
               {"WEIGHT", Align::kRight},
               {"MINIMUM CONNECTIONS", Align::kRight},
               {"MAXIMUM CONNECTIONS", Align::kRight}});
  for (const json::value& server : list_at(service, "real_servers")) {
    table.add_row({{terminal.safe(text_at(server, "label")), Colour::kBold},
                   {terminal.safe(address_with_port(server))},
                   {std::to_string(count_at(server, "weight"))},
                   {std::to_string(count_at(server, "minimum_connections"))},
                   {std::to_string(count_at(server, "maximum_connections"))}});
  }
  return table.empty() ? "No real servers.\n" : table.render(terminal);
}

std::string render_server_list(const json::value& service, const Terminal& terminal) {
  Table table({{"REAL SERVER"},
               {"ADDRESS"},
               {"PRIORITY", Align::kRight},
               {"WEIGHT", Align::kRight},
               {"MINIMUM CONNECTIONS", Align::kRight},
               {"MAXIMUM CONNECTIONS", Align::kRight}});
  for (const json::value& server : list_at(service, "real_servers")) {
    table.add_row({{terminal.safe(text_at(server, "label")), Colour::kBold},
                   {terminal.safe(address_with_port(server))},
                   {std::to_string(count_at(server, "priority"))},
                   {std::to_string(count_at(server, "weight"))},
                   {std::to_string(count_at(server, "minimum_connections"))},
                   {std::to_string(count_at(server, "maximum_connections"))}});
  }
  return table.empty() ? "No real servers.\n" : table.render(terminal);
}

}  // namespace evenkeel::cli
