// What is going on, apart from the status: counters, explain.

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/lists_view.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace {

struct ExplainOptions {
  std::string virtual_service, client, port, protocol;
  bool json = false;
};

}  // namespace

void add_counters_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("counters", "Exact counters, and why packets were not forwarded");
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  command->callback([&session, as_json] {
    session.action = [&session, as_json] {
      return session.show(session.api().get(Url("counters")), *as_json, render_counters);
    };
  });
}

void add_explain_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("explain", "Which real server a client would get now, and why");
  auto options = std::make_shared<ExplainOptions>();
  command->add_option("VIRTUAL-SERVICE", options->virtual_service, "The virtual service")->required()->type_name("");
  command->add_option("CLIENT", options->client, "The client: 10.0.0.1:40000 or [2001:db8::1]:40000")
      ->required()
      ->type_name("");
  command->add_option("--port", options->port, "The virtual service's port (its first if not said)")
      ->type_name("N")
      ->check(CLI::Range(1, 65535));
  command->add_option("--protocol", options->protocol, "tcp or udp (the virtual service's if not said)")
      ->transform(CLI::IsMember({"tcp", "udp"}, CLI::ignore_case))
      ->type_name("NAME");
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, options] {
    session.action = [&session, options] {
      const Url url = Url("explain")
                          .query("virtual_service", options->virtual_service)
                          .query("client", options->client)
                          .query_if("port", options->port)
                          .query_if("protocol", options->protocol);
      return session.show(session.api().get(url), options->json, render_explanation);
    };
  });
}

}  // namespace evenkeel::cli
