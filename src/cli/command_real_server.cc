#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/change_options.h"
#include "cli/commands.h"
#include "cli/configuration_view.h"
#include "cli/field_options.h"
#include "cli/health_view.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

// What differs between the layers: where the API has the virtual services, and whose fields their real servers have.
struct Layer {
  const char* resource;
  const char* structure;
  const char* service;
  std::string (*render_list)(const json::value& service, const Terminal& terminal);
};
constexpr Layer kLayer4{"virtual-services", "real_server", "virtual service", render_server_list};
constexpr Layer kLayer7{"layer7-services", "layer7_server", "layer-7 virtual service", render_layer7_server_list};

struct Names {
  const Layer& layer;
  std::string virtual_service = {};
  std::string real_server = {};
  Url servers_url() const { return Url(layer.resource).segment(virtual_service).segment("real-servers"); }
  Url url() const { return servers_url().segment(real_server); }
};

std::shared_ptr<Names> add_names(CLI::App& command, const Layer& layer) {
  auto names = std::make_shared<Names>(Names{layer});
  command.add_option("VIRTUAL-SERVICE", names->virtual_service, "The virtual service")->required()->type_name("");
  command.add_option("REAL-SERVER", names->real_server, "Its real server")->required()->type_name("");
  return names;
}

void add_list(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command =
      group.add_subcommand("list", fmt::format("The real servers of a {}, as configured", layer.service));
  auto label = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  command->add_option("VIRTUAL-SERVICE", *label, "The virtual service")->required()->type_name("");
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  command->callback([&session, label, as_json, &layer] {
    session.action = [&session, label, as_json, &layer] {
      return session.show(session.api().get(Url(layer.resource).segment(*label)), *as_json, layer.render_list);
    };
  });
}

void add_explain(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("explain", "Why it is up or down, what to look at, and its last probes");
  const auto names = add_names(*command, kLayer4);
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  command->callback([&session, names, as_json] {
    session.action = [&session, names, as_json] {
      return session.show(session.api().get(names->url().segment("health")), *as_json, render_health);
    };
  });
}

void add_test(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand(
      "test", "Check it once now; settings given here are tried without being saved. Nothing counts the result");
  const auto names = add_names(*command, kLayer4);
  const auto given = add_field_options(*command, "health_check", FieldUse::kEdit);
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  command->callback([&session, names, given, as_json] {
    session.action = [&session, names, given, as_json]() -> Answer<> {
      const std::string body = given->document().empty() ? "" : json::serialize(given->document());
      const auto answer = session.api().send("POST", names->url().segment("health").segment("test"), body);
      if (auto shown = session.show(answer, *as_json, render_test); !shown) return shown;
      if (text_at(*answer, "outcome") == "success") return {};
      return refuse(fmt::format("{} of {} does not pass the check", names->real_server, names->virtual_service));
    };
  });
}

void add_add(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command = group.add_subcommand("add", fmt::format("Add a real server to a {}", layer.service));
  const auto names = add_names(*command, layer);
  const auto given = add_field_options(*command, layer.structure, FieldUse::kAdd);
  const auto options = add_change_options(*command);
  command->callback([&session, names, given, options] {
    session.action = [&session, names, given, options] {
      given->set({"label"}, json::string(names->real_server));
      return send_change(session, *options, "POST", names->servers_url(), json::serialize(given->document()));
    };
  });
}

void add_edit(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command = group.add_subcommand("edit", "Change settings of a real server; the others stay as they are");
  const auto names = add_names(*command, layer);
  const auto given = add_field_options(*command, layer.structure, FieldUse::kEdit);
  const auto options = add_change_options(*command);
  command->callback([&session, names, given, options] {
    session.action = [&session, names, given, options]() -> Answer<> {
      if (given->document().empty()) return misused("no setting is named: there is nothing to change");
      return send_change(session, *options, "PATCH", names->url(), json::serialize(given->document()));
    };
  });
}

void add_delete(CLI::App& group, Session& session, const Layer& layer) {
  CLI::App* command = group.add_subcommand("delete", fmt::format("Remove a real server from a {}", layer.service));
  const auto names = add_names(*command, layer);
  const auto options = add_change_options(*command);
  command->callback([&session, names, options] {
    session.action = [&session, names, options] { return send_change(session, *options, "DELETE", names->url(), {}); };
  });
}

void add_common(CLI::App& group, Session& session, const Layer& layer) {
  group.require_subcommand(1);
  add_list(group, session, layer);
  add_add(group, session, layer);
  add_edit(group, session, layer);
  add_delete(group, session, layer);
}

}  // namespace

void add_real_server_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand(
      "real-server", "List, explain, test, add, edit, delete, drain, halt or bring back real servers");
  add_common(*group, session, kLayer4);
  add_explain(*group, session);
  add_test(*group, session);
  add_operator_commands(*group, session);
}

void add_layer7_server_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand(
      "layer7-server", "List, add, edit or delete real servers of layer 7; drain and halt: see real-server");
  add_common(*group, session, kLayer7);
}

}  // namespace evenkeel::cli
