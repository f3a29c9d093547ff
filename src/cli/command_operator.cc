// drain, halt and online: what an operator says about a real server, apart from the configuration.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <utility>

#include "cli/commands.h"
#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

enum class End { kNever, kMayHave };

struct Verb {
  const char* name;
  const char* help;
  End end;
  const char* done;  // follows the name of the real server
};

constexpr std::array<Verb, 3> kVerbs{{
    {"drain", "No new connections; established ones go on", End::kMayHave,
     "is drained: no new connections, established ones go on"},
    {"halt", "No connections at all: established ones are cut too", End::kNever, "is halted: no connections at all"},
    {"online", "Let health decide again, after drain or halt", End::kNever, "is back: its health decides"},
}};

struct OperatorOptions {
  std::vector<std::string> names;  // VIRTUAL-SERVICE REAL-SERVER, or REAL-SERVER alone with --all-services
  bool all_services = false;
  std::string reason;
  std::string within;  // of a drain; empty: no end
};

Answer<std::vector<std::string>> services_with(ApiClient& api, const std::string& real_server) {
  std::vector<std::string> labels;
  for (const auto& [resource, list] :
       {std::pair{"virtual-services", "virtual_services"}, std::pair{"layer7-services", "layer7_services"}}) {
    const auto answer = api.get(Url(resource));
    if (!answer) return std::unexpected(answer.error());
    for (const json::value& service : list_at(*answer, list)) {
      for (const json::value& server : list_at(service, "real_servers")) {
        if (text_at(server, "label") == real_server) labels.push_back(text_at(service, "label"));
      }
    }
  }
  if (labels.empty()) return refuse(fmt::format("no virtual service has a real server {}", real_server));
  return labels;
}

json::object body_of(const OperatorOptions& options) {
  json::object body;
  if (!options.reason.empty()) body["reason"] = options.reason;
  if (!options.within.empty()) body["within"] = parse_duration(options.within)->count();
  return body;
}

Answer<> act_on(Session& session, const Verb& verb, const std::string& service, const std::string& server,
                const OperatorOptions& options) {
  const Url url = Url("virtual-services").segment(service).segment("real-servers").segment(server).segment(verb.name);
  const json::object body = body_of(options);
  const auto answer = session.api().send("POST", url, body.empty() ? "" : json::serialize(body));
  if (!answer) return std::unexpected(answer.error());
  const std::string end = options.within.empty() ? "" : fmt::format("; halted after {}", options.within);
  session.print(
      fmt::format("{} of {} {}{}.\n", session.terminal.safe(server), session.terminal.safe(service), verb.done, end));
  return {};
}

// One after the other: the first that is refused ends it, and what was said of those before is on the screen.
Answer<> act(Session& session, const Verb& verb, const OperatorOptions& options) {
  if (!options.all_services) return act_on(session, verb, options.names[0], options.names[1], options);
  const auto services = services_with(session.api(), options.names[0]);
  if (!services) return std::unexpected(services.error());
  for (const std::string& service : *services) {
    if (auto done = act_on(session, verb, service, options.names[0], options); !done) return done;
  }
  return {};
}

Answer<> check_options(const OperatorOptions& options) {
  if (!options.within.empty() && !parse_duration(options.within)) {
    return misused(fmt::format("--within: \"{}\" is no time", options.within), "write 90s, 10m or 2h");
  }
  if (options.names.size() == (options.all_services ? 1U : 2U)) return {};
  return misused(options.all_services ? "with --all-services, name the real server alone"
                                      : "name the virtual service and the real server, or use --all-services");
}

}  // namespace

void add_operator_commands(CLI::App& group, Session& session) {
  for (const Verb& verb : kVerbs) {
    CLI::App* command = group.add_subcommand(verb.name, verb.help);
    auto options = std::make_shared<OperatorOptions>();
    command
        ->add_option("NAMES", options->names,
                     "The real server and its virtual service; with --all-services, the real server alone")
        ->required()
        ->expected(1, 2)
        ->option_text("[VIRTUAL-SERVICE] REAL-SERVER")
        ->type_name("");
    command->add_flag("--all-services", options->all_services,
                      "In every virtual service that has a real server of this label");
    command->add_option("--reason", options->reason, "Why; everybody sees it in the status")->type_name("TEXT");
    if (verb.end == End::kMayHave) {
      command
          ->add_option("--within", options->within,
                       "Halt it when no connection is left, or after this time at the latest: 90s, 10m, 2h")
          ->type_name("TIME");
    }
    command->callback([&session, options, &verb] {
      session.action = [&session, options, &verb]() -> Answer<> {
        if (auto checked = check_options(*options); !checked) return checked;
        return act(session, verb, *options);
      };
    });
  }
}

}  // namespace evenkeel::cli
