#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/change_options.h"
#include "cli/commands.h"
#include "cli/configuration_view.h"
#include "cli/field_options.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

using Render = std::string(const json::value&, const Terminal&);
// What differs between the layers: the command's name, where the API has them, and whose fields they have.
struct Layer {
  const char* command;
  const char* resource;
  const char* structure;
  const char* one;
  const char* all;
  Render* render_list;
  Render* render_one;
};
constexpr Layer kLayer4{"virtual-service",  "virtual-services",  "virtual_service", "virtual service",
                        "virtual services", render_service_list, render_service};
constexpr Layer kLayer7{"layer7-service",           "layer7-services",  "layer7_service",     "layer-7 virtual service",
                        "layer-7 virtual services", render_layer7_list, render_layer7_service};

std::shared_ptr<std::string> add_label(CLI::App& command, const std::string& help) {
  auto label = std::make_shared<std::string>();
  command.add_option("LABEL", *label, help)->required()->type_name("");
  return label;
}

std::shared_ptr<bool> add_json_flag(CLI::App& command) {
  auto as_json = std::make_shared<bool>(false);
  command.add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  return as_json;
}

void add_list(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command = group.add_subcommand("list", fmt::format("All {}, as configured", layer.all));
  const auto as_json = add_json_flag(*command);
  command->callback([&session, as_json, &layer] {
    session.action = [&session, as_json, &layer] {
      return session.show(session.api().get(Url(layer.resource)), *as_json, layer.render_list);
    };
  });
}

void add_show(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command = group.add_subcommand("show", fmt::format("All settings of one {}", layer.one));
  const auto label = add_label(*command, "The virtual service");
  const auto as_json = add_json_flag(*command);
  command->callback([&session, label, as_json, &layer] {
    session.action = [&session, label, as_json, &layer] {
      return session.show(session.api().get(Url(layer.resource).segment(*label)), *as_json, layer.render_one);
    };
  });
}

void add_add(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command = group.add_subcommand("add", fmt::format("Add a {}", layer.one));
  const auto label = add_label(*command, "The new virtual service's name");
  const auto given = add_field_options(*command, layer.structure, FieldUse::kAdd);
  auto companion = std::make_shared<std::string>();
  if (&layer == &kLayer7) {
    command
        ->add_option("--udp-companion", *companion,
                     "Add a layer-4 virtual service for UDP on these ports too, with the same real servers")
        ->type_name("PORTS");
  }
  const auto options = add_change_options(*command);
  command->callback([&session, label, given, companion, options, &layer] {
    session.action = [&session, label, given, companion, options, &layer] {
      given->set({"label"}, json::string(*label));
      return send_change(session, *options, "POST", Url(layer.resource).query_if("udp_companion", *companion),
                         json::serialize(given->document()));
    };
  });
}

void add_udp_companion(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand(
      "udp-companion", "Add a layer-4 virtual service (snat) for UDP on the same address, with the same real servers");
  const auto label = add_label(*command, "The layer-7 virtual service");
  auto ports = std::make_shared<std::string>();
  auto name = std::make_shared<std::string>();
  command->add_option("--ports", *ports, "Its ports; without them: those of the layer-7 virtual service")
      ->type_name("PORTS");
  command->add_option("--label", *name, "Its name; without it: LABEL_UDP")->type_name("LABEL");
  const auto options = add_change_options(*command);
  command->callback([&session, label, ports, name, options] {
    session.action = [&session, label, ports, name, options] {
      json::object body;
      if (!ports->empty()) body["ports"] = *ports;
      if (!name->empty()) body["label"] = *name;
      return send_change(session, *options, "POST", Url(kLayer7.resource).segment(*label).segment("udp-companion"),
                         json::serialize(body));
    };
  });
}

void add_edit(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command =
      group.add_subcommand("edit", fmt::format("Change settings of a {}; the others stay as they are", layer.one));
  const auto label = add_label(*command, "The virtual service");
  const auto given = add_field_options(*command, layer.structure, FieldUse::kEdit);
  const auto options = add_change_options(*command);
  command->callback([&session, label, given, options, &layer] {
    session.action = [&session, label, given, options, &layer]() -> Answer<> {
      if (given->document().empty()) return misused("no setting is named: there is nothing to change");
      return send_change(session, *options, "PATCH", Url(layer.resource).segment(*label),
                         json::serialize(given->document()));
    };
  });
}

void add_delete(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command = group.add_subcommand("delete", fmt::format("Remove a {} and its real servers", layer.one));
  const auto label = add_label(*command, "The virtual service");
  const auto options = add_change_options(*command);
  command->callback([&session, label, options, &layer] {
    session.action = [&session, label, options, &layer] {
      return send_change(session, *options, "DELETE", Url(layer.resource).segment(*label), {});
    };
  });
}

void add_duplicate(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command = group.add_subcommand(
      "duplicate", fmt::format("Copy a {} with its real servers, changed by the settings given", layer.one));
  const auto label = add_label(*command, "The virtual service to copy");
  auto copy = std::make_shared<std::string>();
  command->add_option("NEW", *copy, "The copy's name")->required()->type_name("");
  const auto given = add_field_options(*command, layer.structure, FieldUse::kDuplicate);
  const auto options = add_change_options(*command);
  command->callback([&session, label, copy, given, options, &layer] {
    session.action = [&session, label, copy, given, options, &layer] {
      given->set({"label"}, json::string(*copy));
      return send_change(session, *options, "POST", Url(layer.resource).segment(*label).segment("duplicate"),
                         json::serialize(given->document()));
    };
  });
}

void add_failback(CLI::App& group, Session& session) {
  CLI::App* command =
      group.add_subcommand("failback", "Let the most preferred usable tier of real servers take over again");
  const auto label = add_label(*command, "The virtual service");
  command->callback([&session, label] {
    session.action = [&session, label]() -> Answer<> {
      const auto answer = session.api().send("POST", Url(kLayer4.resource).segment(*label).segment("failback"), "");
      if (!answer) return std::unexpected(answer.error());
      const uint64_t tier = count_at(*answer, "active_tier");
      session.print(fmt::format(
          "{}: {}\n", session.terminal.safe(*label),
          tier == 0 ? "no tier has usable real servers." : fmt::format("tier {} takes the connections.", tier)));
      return {};
    };
  });
}

void add_common(CLI::App& group, Session& session, const Layer& layer) {
  group.require_subcommand(1);
  add_list(group, session, layer);
  add_show(group, session, layer);
  add_add(group, session, layer);
  add_edit(group, session, layer);
  add_delete(group, session, layer);
  add_duplicate(group, session, layer);
}

}  // namespace

void add_virtual_service_commands(CLI::App& app, Session& session) {
  CLI::App* group =
      app.add_subcommand(kLayer4.command, "List, show, add, edit, delete, duplicate or fail back virtual services");
  add_common(*group, session, kLayer4);
  add_failback(*group, session);
}

void add_layer7_service_commands(CLI::App& app, Session& session) {
  CLI::App* group =
      app.add_subcommand(kLayer7.command, "List, show, add, edit, delete or duplicate layer-7 virtual services");
  add_common(*group, session, kLayer7);
  add_udp_companion(*group, session);
}

}  // namespace evenkeel::cli
