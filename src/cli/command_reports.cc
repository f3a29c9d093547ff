// What is going on, apart from the status: traffic, reasons, counters, explain.

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/lists_view.h"
#include "cli/session.h"
#include "cli/watch.h"

namespace evenkeel::cli {
namespace {

struct TrafficOptions {
  std::string window = "10s";
  double watch_seconds = 0;
  bool json = false;
};

struct ReasonOptions {
  std::string virtual_service;
  bool all = false, json = false;
};

struct ExplainOptions {
  std::string virtual_service, client, port, protocol;
  bool json = false;
};

}  // namespace

void add_traffic_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("traffic", "Connections, packets and bytes per second");
  auto options = std::make_shared<TrafficOptions>();
  command->add_option("--window", options->window, "Average over the last 1s, 10s or 60s (10s if not said)")
      ->check(CLI::IsMember({"1s", "10s", "60s"}))
      ->type_name("TIME");
  auto* json = command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  add_watch_option(*command, options->watch_seconds, json);
  command->callback([&session, options] {
    session.action = [&session, options]() -> Answer<> {
      const auto render = [options](const boost::json::value& answer, const Terminal& terminal) {
        return render_traffic(answer, options->window, terminal);
      };
      const Url url("traffic");
      if (options->watch_seconds > 0) return watch(session, url, options->watch_seconds, render);
      return session.show(session.api().get(url), options->json, render);
    };
  });
}

void add_reasons_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("reasons", "Why packets were not simply forwarded, and what to do about it");
  auto options = std::make_shared<ReasonOptions>();
  command->add_option("--virtual-service", options->virtual_service, "What happened to its packets alone")
      ->type_name("LABEL");
  command->add_flag("--all", options->all, "Also reasons that never happened");
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, options] {
    session.action = [&session, options] {
      const Url url = Url("reasons")
                          .query_if("all", options->all ? "true" : "")
                          .query_if("virtual_service", options->virtual_service);
      return session.show(session.api().get(url), options->json, render_reasons);
    };
  });
}

void add_source_ports_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("source-ports", "The source ports that SNAT has in use");
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  command->callback([&session, as_json] {
    session.action = [&session, as_json] {
      return session.show(session.api().get(Url("source-ports")), *as_json, render_source_ports);
    };
  });
}

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
