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

constexpr const char* kResource = "virtual-services";

std::shared_ptr<std::string> add_label(CLI::App& command, const char* help) {
  auto label = std::make_shared<std::string>();
  command.add_option("LABEL", *label, help)->required()->type_name("");
  return label;
}

std::shared_ptr<bool> add_json_flag(CLI::App& command) {
  auto as_json = std::make_shared<bool>(false);
  command.add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  return as_json;
}

void add_list(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("list", "All virtual services, as configured");
  const auto as_json = add_json_flag(*command);
  command->callback([&session, as_json] {
    session.action = [&session, as_json] {
      return session.show(session.api().get(Url(kResource)), *as_json, render_service_list);
    };
  });
}

void add_show(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("show", "All settings of one virtual service");
  const auto label = add_label(*command, "The virtual service");
  const auto as_json = add_json_flag(*command);
  command->callback([&session, label, as_json] {
    session.action = [&session, label, as_json] {
      return session.show(session.api().get(Url(kResource).segment(*label)), *as_json, render_service);
    };
  });
}

void add_add(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("add", "Add a virtual service");
  const auto label = add_label(*command, "The new virtual service's name");
  const auto given = add_field_options(*command, "virtual_service", FieldUse::kAdd);
  const auto options = add_change_options(*command);
  command->callback([&session, label, given, options] {
    session.action = [&session, label, given, options] {
      given->set({"label"}, json::string(*label));
      return send_change(session, *options, "POST", Url(kResource), json::serialize(given->document()));
    };
  });
}

void add_edit(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("edit", "Change settings of a virtual service; the others stay as they are");
  const auto label = add_label(*command, "The virtual service");
  const auto given = add_field_options(*command, "virtual_service", FieldUse::kEdit);
  const auto options = add_change_options(*command);
  command->callback([&session, label, given, options] {
    session.action = [&session, label, given, options]() -> Answer<> {
      if (given->document().empty()) return misused("no setting is named: there is nothing to change");
      return send_change(session, *options, "PATCH", Url(kResource).segment(*label),
                         json::serialize(given->document()));
    };
  });
}

void add_delete(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("delete", "Remove a virtual service and its real servers");
  const auto label = add_label(*command, "The virtual service");
  const auto options = add_change_options(*command);
  command->callback([&session, label, options] {
    session.action = [&session, label, options] {
      return send_change(session, *options, "DELETE", Url(kResource).segment(*label), {});
    };
  });
}

void add_duplicate(CLI::App& group, Session& session) {
  CLI::App* command =
      group.add_subcommand("duplicate", "Copy a virtual service with its real servers, changed by the settings given");
  const auto label = add_label(*command, "The virtual service to copy");
  auto copy = std::make_shared<std::string>();
  command->add_option("NEW", *copy, "The copy's name")->required()->type_name("");
  const auto given = add_field_options(*command, "virtual_service", FieldUse::kDuplicate);
  const auto options = add_change_options(*command);
  command->callback([&session, label, copy, given, options] {
    session.action = [&session, label, copy, given, options] {
      given->set({"label"}, json::string(*copy));
      return send_change(session, *options, "POST", Url(kResource).segment(*label).segment("duplicate"),
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
      const auto answer = session.api().send("POST", Url(kResource).segment(*label).segment("failback"), "");
      if (!answer) return std::unexpected(answer.error());
      const uint64_t tier = count_at(*answer, "active_tier");
      session.print(fmt::format(
          "{}: {}\n", session.terminal.safe(*label),
          tier == 0 ? "no tier has usable real servers." : fmt::format("tier {} takes the connections.", tier)));
      return {};
    };
  });
}

}  // namespace

void add_virtual_service_commands(CLI::App& app, Session& session) {
  CLI::App* group =
      app.add_subcommand("virtual-service", "List, show, add, edit, delete, duplicate or fail back virtual services");
  group->require_subcommand(1);
  add_list(*group, session);
  add_show(*group, session);
  add_add(*group, session);
  add_edit(*group, session);
  add_delete(*group, session);
  add_duplicate(*group, session);
  add_failback(*group, session);
}

}  // namespace evenkeel::cli
