// What only layer 7 has to report: HAProxy's workers, and how long real servers take.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/session.h"
#include "cli/table.h"
#include "model/json.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

std::string render_workers(const json::value& answer, const Terminal& terminal) {
  Table table({{"PID", Align::kRight}, {"AGE"}, {"CONNECTIONS", Align::kRight}, {""}});
  for (const json::value& worker : list_at(answer, "workers")) {
    const std::chrono::seconds age(count_at(worker, "age"));
    table.add_row({{std::to_string(count_at(worker, "pid"))},
                   {human_age(age)},
                   {grouped(count_at(worker, "connections"))},
                   {flag_at(worker, "old") ? "old: it goes on for its connections alone" : "serves"}});
  }
  if (table.empty()) return "HAProxy does not run.\n";
  const std::chrono::seconds limit(count_at(answer, "old_worker_limit"));
  return table.render(terminal) + fmt::format("An old one ends after {} at the latest.\n", human_age(limit));
}

// Null where there is none.
const json::value& part_of(const json::value& value, std::initializer_list<std::string_view> path) {
  static const json::value kNone;
  const json::value* found = &value;
  for (const std::string_view key : path) {
    found = found == nullptr ? nullptr : member(*found, key);
  }
  return found == nullptr ? kNone : *found;
}

std::string milliseconds(const json::value& owner, const std::string& part) {
  const json::value& time = part_of(owner, {"traffic", "times", part});
  if (time.is_null()) return "-";
  return fmt::format("{} / {}", grouped(count_at(time, "average_ms")), grouped(count_at(time, "longest_ms")));
}

void add_times(Table& table, const std::string& name, Colour colour, const json::value& owner) {
  std::vector<Cell> row{{name, colour}};
  for (const char* part : {"queue", "connect", "response", "total"}) row.push_back({milliseconds(owner, part), colour});
  for (const char* answers : {"2xx", "3xx", "4xx", "5xx"}) {
    row.push_back({grouped(count_at(part_of(owner, {"traffic", "answers"}), answers)), colour});
  }
  table.add_row(std::move(row));
}

std::string render_times(const json::value& status, const Terminal& terminal) {
  Table table({{"SERVICE / REAL SERVER"},
               {"QUEUE", Align::kRight},
               {"CONNECT", Align::kRight},
               {"RESPONSE", Align::kRight},
               {"TOTAL", Align::kRight},
               {"2XX", Align::kRight},
               {"3XX", Align::kRight},
               {"4XX", Align::kRight},
               {"5XX", Align::kRight}});
  const json::value& layer7 = part_of(status, {"layer7"});
  for (const json::value& service : list_at(layer7, "services")) {
    add_times(table, terminal.safe(text_at(service, "label")), Colour::kBold, service);
    for (const json::value& server : list_at(service, "real_servers")) {
      add_times(table, "  " + terminal.safe(text_at(server, "label")), Colour::kNone, server);
    }
  }
  if (table.empty()) return "There is no layer-7 virtual service.\n";
  return table.render(terminal) +
         "Milliseconds: the average of the last 1,024, and the longest since HAProxy's worker began.\n";
}

void add_times_command(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("times", "How long real servers take, and what they answer");
  command->callback([&session] {
    session.action = [&session] { return session.show(session.api().get(Url("status")), false, render_times); };
  });
}

}  // namespace

void add_layer7_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("layer7", "HAProxy, which serves the layer-7 virtual services");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("workers", "Its workers, also those from before a reload");
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  command->callback([&session, as_json] {
    session.action = [&session, as_json] {
      return session.show(session.api().get(Url("layer7").segment("workers")), *as_json, render_workers);
    };
  });
  add_times_command(*group, session);
}

}  // namespace evenkeel::cli
