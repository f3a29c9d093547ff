// logs: what HAProxy notes of requests, and what evenkeeld, HAProxy and nginx say of themselves.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>

#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/list_group.h"
#include "cli/session.h"
#include "cli/sse.h"
#include "cli/table.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

struct RequestOptions {
  std::string service, server, status, client, limit;
  bool follow = false, json = false;

  Url narrowed(Url url) const {
    return url.query_if("virtual_service", service)
        .query_if("real_server", server)
        .query_if("status", status)
        .query_if("client", client)
        .query_if("limit", limit);
  }
};

struct ProgramOptions {
  std::string contains, limit;
  bool follow = false, json = false;
};

struct ProgramLog {
  const char *name, *summary;
};
constexpr std::array kProgramLogs{
    ProgramLog{"evenkeeld", "evenkeeld's own, as far as it is remembered"},
    ProgramLog{"haproxy-engine", "What HAProxy's processes say of their starts and reloads"},
    ProgramLog{"nginx", "What nginx says, that of the web interface and that of the fallback page"},
};

using Render = std::string (*)(const json::value&, const Terminal&);

std::string render_request(const json::value& entry, const Terminal& terminal) {
  return terminal.safe(text_at(entry, "at")) + " " + terminal.safe(text_at(entry, "line")) + "\n";
}

std::string render_requests(const json::value& answer, const Terminal& terminal) {
  std::string text;
  for (const json::value& entry : list_at(answer, "lines")) text += render_request(entry, terminal);
  return text.empty() ? "HAProxy has noted nothing of that kind.\n" : text;
}

std::string render_line(const json::value& line, const Terminal& terminal) {
  const auto or_dash = [&](const char* member) {
    const std::string text = text_at(line, member);
    return text.empty() ? std::string("-") : terminal.safe(text);
  };
  return fmt::format("{} {:7} {}\n", or_dash("time"), or_dash("level"), terminal.safe(text_at(line, "text")));
}

std::string render_lines_of_log(const json::value& answer, const Terminal& terminal) {
  std::string text;
  for (const json::value& line : list_at(answer, "lines")) text += render_line(line, terminal);
  return text.empty() ? "There is no such line.\n" : text;
}

std::string render_logs(const json::value& logs, const Terminal& terminal) {
  Table table({{"LOG"}, {"WHAT STANDS IN IT"}});
  table.add_row({{"haproxy"}, {"requests and connections of layer 7"}});
  if (!logs.is_array()) return {};
  for (const json::value& log : logs.get_array()) {
    table.add_row({{terminal.safe(text_at(log, "name"))}, {terminal.safe(text_at(log, "title"))}});
  }
  return table.render(terminal);
}

Answer<> follow(Session& session, const Url& url, bool as_json, Render render) {
  SseParser parser([&](const ServerSentEvent& event) {
    std::error_code error;
    const json::value entry = json::parse(event.data, error);
    if (!error) session.print(as_json ? one_line(entry) : render(entry, session.terminal));
  });
  const StreamRequest request{url.text(), std::nullopt, std::nullopt};
  const auto response = session.api().transport().stream(request, [&](std::string_view bytes) { parser.feed(bytes); });
  if (!response) return std::unexpected(failure_of(response.error()));
  if (response->status != 200) return std::unexpected(failure_of(*response));
  return refuse("evenkeeld has gone away", "see journalctl -u evenkeeld");
}

void add_requests_command(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("haproxy", "Requests and connections of layer 7, as HAProxy notes them");
  auto options = std::make_shared<RequestOptions>();
  command->add_option("--service", options->service, "Only those of this virtual service")->type_name("LABEL");
  command->add_option("--server", options->server, "Only those that went to this real server")->type_name("LABEL");
  command->add_option("--status", options->status, "Only answers of this status, such as 503, or 5xx")
      ->type_name("STATUS");
  command->add_option("--client", options->client, "Only those from this address or network, such as 10.0.0.0/24")
      ->type_name("ADDRESS");
  CLI::Option* const limit =
      command->add_option("--limit", options->limit, "The newest so many (100 if not said, 5000 are remembered)")
          ->type_name("N")
          ->check(CLI::Range(1, 5000));
  command->add_flag("-f,--follow", options->follow, "Show new ones as they come")->excludes(limit);
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, options] {
    session.action = [&session, options]() -> Answer<> {
      const Url url = options->narrowed(Url("logs").segment("haproxy"));
      if (!options->follow) return session.show(session.api().get(url), options->json, render_requests);
      return follow(session, options->narrowed(Url("logs").segment("haproxy").segment("live")), options->json,
                    render_request);
    };
  });
}

void add_program_log_command(CLI::App& group, Session& session, const ProgramLog& log) {
  CLI::App* command = group.add_subcommand(log.name, log.summary);
  auto options = std::make_shared<ProgramOptions>();
  command->add_option("--contains", options->contains, "Only lines with this text")->type_name("TEXT");
  CLI::Option* const limit =
      command->add_option("--limit", options->limit, "The newest so many (200 if not said, 2000 are remembered)")
          ->type_name("N")
          ->check(CLI::Range(1, 1000));
  command->add_flag("-f,--follow", options->follow, "Show new ones as they come")->excludes(limit);
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, options, name = std::string(log.name)] {
    session.action = [&session, options, name]() -> Answer<> {
      const Url url = Url("logs").segment(name);
      if (options->follow) {
        return follow(session, Url(url).segment("stream").query_if("contains", options->contains), options->json,
                      render_line);
      }
      const Url narrowed = Url(url).query_if("limit", options->limit).query_if("contains", options->contains);
      return session.show(session.api().get(narrowed), options->json, render_lines_of_log);
    };
  });
}

}  // namespace

void add_logs_commands(CLI::App& app, Session& session) {
  CLI::App* group = add_list_group(app, session, "logs", "What evenkeeld and the engines write down", render_logs);
  add_requests_command(*group, session);
  for (const ProgramLog& log : kProgramLogs) add_program_log_command(*group, session, log);
}

}  // namespace evenkeel::cli
