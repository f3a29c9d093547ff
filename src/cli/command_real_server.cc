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

struct Names {
  std::string virtual_service;
  std::string real_server;
  Url url() const {
    return Url("virtual-services").segment(virtual_service).segment("real-servers").segment(real_server);
  }
};

std::shared_ptr<Names> add_names(CLI::App& command) {
  auto names = std::make_shared<Names>();
  command.add_option("VIRTUAL-SERVICE", names->virtual_service, "The virtual service")->required()->type_name("");
  command.add_option("REAL-SERVER", names->real_server, "Its real server")->required()->type_name("");
  return names;
}

void add_list(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("list", "The real servers of a virtual service, as configured");
  auto label = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  command->add_option("VIRTUAL-SERVICE", *label, "The virtual service")->required()->type_name("");
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  command->callback([&session, label, as_json] {
    session.action = [&session, label, as_json] {
      return session.show(session.api().get(Url("virtual-services").segment(*label)), *as_json, render_server_list);
    };
  });
}

void add_explain(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("explain", "Why it is up or down, what to look at, and its last probes");
  const auto names = add_names(*command);
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
  const auto names = add_names(*command);
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

void add_add(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("add", "Add a real server to a virtual service");
  const auto names = add_names(*command);
  const auto given = add_field_options(*command, "real_server", FieldUse::kAdd);
  const auto options = add_change_options(*command);
  command->callback([&session, names, given, options] {
    session.action = [&session, names, given, options] {
      given->set({"label"}, json::string(names->real_server));
      return send_change(session, *options, "POST",
                         Url("virtual-services").segment(names->virtual_service).segment("real-servers"),
                         json::serialize(given->document()));
    };
  });
}

void add_edit(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("edit", "Change settings of a real server; the others stay as they are");
  const auto names = add_names(*command);
  const auto given = add_field_options(*command, "real_server", FieldUse::kEdit);
  const auto options = add_change_options(*command);
  command->callback([&session, names, given, options] {
    session.action = [&session, names, given, options]() -> Answer<> {
      if (given->document().empty()) return misused("no setting is named: there is nothing to change");
      return send_change(session, *options, "PATCH", names->url(), json::serialize(given->document()));
    };
  });
}

void add_delete(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("delete", "Remove a real server from a virtual service");
  const auto names = add_names(*command);
  const auto options = add_change_options(*command);
  command->callback([&session, names, options] {
    session.action = [&session, names, options] { return send_change(session, *options, "DELETE", names->url(), {}); };
  });
}

}  // namespace

void add_real_server_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand(
      "real-server", "List, explain, test, add, edit, delete, drain, halt or bring back real servers");
  group->require_subcommand(1);
  add_list(*group, session);
  add_explain(*group, session);
  add_test(*group, session);
  add_add(*group, session);
  add_edit(*group, session);
  add_delete(*group, session);
  add_operator_commands(*group, session);
}

}  // namespace evenkeel::cli
