// The rows of the connection table: connections, and the clients that persistence remembers.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/row_list.h"

namespace evenkeel::cli {
namespace {

constexpr const char* kNoLimit = "100000000";  // the highest that the API takes

struct Options {
  std::string virtual_service, real_server, client, state, protocol, limit;
  bool all = false, resolve = false, json = false;

  Url narrowed(Url url) const {
    return url.query_if("virtual_service", virtual_service)
        .query_if("real_server", real_server)
        .query_if("client", client)
        .query_if("state", state)
        .query_if("protocol", protocol)
        .query_if("limit", all ? kNoLimit : limit)
        .query_if("names", resolve ? "true" : "");
  }
};

void add_filters(CLI::App& command, Options& options) {
  command.add_option("--virtual-service", options.virtual_service, "Only those of this one")->type_name("LABEL");
  command.add_option("--real-server", options.real_server, "Only those to this one")->type_name("LABEL");
  command.add_option("--client", options.client, "Only those from this address or network, such as 10.0.0.0/24")
      ->type_name("ADDRESS");
}

void add_list_options(CLI::App& command, Options& options) {
  CLI::Option* const limit = command.add_option("--limit", options.limit, "At most so many (1000 if not said)")
                                 ->type_name("N")
                                 ->check(CLI::PositiveNumber);
  command.add_flag("--all", options.all, "However many there are")->excludes(limit);
  command.add_flag("--json", options.json, "Print evenkeeld's answer as JSON");
}

Answer<> clear(Session& session, const Options& options) {
  const bool is_narrowed = !(options.virtual_service + options.real_server + options.client).empty();
  if (is_narrowed == options.all) {
    return misused("say which entries to clear", "--client, --real-server or --virtual-service; --all for every one");
  }
  Url url("persistence");
  url = url.query_if("virtual_service", options.virtual_service)
            .query_if("real_server", options.real_server)
            .query_if("client", options.client)
            .query_if("all", options.all ? "true" : "");
  return session.show(session.api().send("DELETE", url, {}), options.json,
                      [](const boost::json::value& answer, const Terminal&) {
                        const uint64_t cleared = count_at(answer, "cleared");
                        return cleared == 1 ? std::string("One persistence entry cleared.\n")
                                            : fmt::format("{} persistence entries cleared.\n", grouped(cleared));
                      });
}

}  // namespace

void add_connections_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("connections", "The connections that are going on now");
  auto options = std::make_shared<Options>();
  add_filters(*command, *options);
  command->add_option("--state", options->state, "Only those in this state, such as ESTABLISHED or SYN_RECV")
      ->type_name("STATE");
  command->add_option("--protocol", options->protocol, "Only tcp or udp")
      ->transform(CLI::IsMember({"tcp", "udp"}, CLI::ignore_case))
      ->type_name("NAME");
  command->add_flag("--resolve", options->resolve,
                    "Host names in place of addresses, as far as name servers are quick");
  add_list_options(*command, *options);
  command->callback([&session, options] {
    session.action = [&session, options] {
      return show_rows(session,
                       {options->narrowed(Url("connections")), options->json, "No connections.\n", render_connections});
    };
  });
}

void add_persistence_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("persistence", "The clients that persistence remembers, and forgetting them");
  group->require_subcommand(1);
  CLI::App* list = group->add_subcommand("list", "Which client belongs to which real server, and for how long");
  auto listed = std::make_shared<Options>();
  add_filters(*list, *listed);
  add_list_options(*list, *listed);
  list->callback([&session, listed] {
    session.action = [&session, listed] {
      return show_rows(session, {listed->narrowed(Url("persistence")), listed->json, "No client is remembered.\n",
                                 render_persistence});
    };
  });
  CLI::App* command = group->add_subcommand("clear", "Forget clients: their next new connection is scheduled anew");
  auto cleared = std::make_shared<Options>();
  add_filters(*command, *cleared);
  command->add_flag("--all", cleared->all, "Every entry of every virtual service");
  command->add_flag("--json", cleared->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, cleared] { session.action = [&session, cleared] { return clear(session, *cleared); }; });
}

}  // namespace evenkeel::cli
