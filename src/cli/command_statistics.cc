// statistics: the past of the system, a virtual service or a real server.

#include <CLI/CLI.hpp>
#include <array>

#include "cli/commands.h"
#include "cli/human.h"
#include "cli/session.h"
#include "cli/statistics_view.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr std::array kOfAll{"bytes_in", "bytes_out", "connections", "active"};
constexpr std::array kOfSystem{"load", "memory"};

struct StatisticsOptions {
  std::string virtual_service, real_server, metric, since = "1h";
  bool json = false;

  bool is_system() const { return virtual_service.empty() || (virtual_service == "system" && real_server.empty()); }
  std::string object() const {
    if (is_system()) return "system";
    return real_server.empty() ? "virtual_service/" + virtual_service
                               : "real_server/" + virtual_service + "/" + real_server;
  }
};

Url url_of(const StatisticsOptions& options, std::string_view metric, int64_t from, int64_t to) {
  return Url("statistics")
      .query("object", options.object())
      .query("metric", metric)
      .query("from", std::to_string(from))
      .query("to", std::to_string(to));
}

Answer<> show_one(Session& session, const StatisticsOptions& options, int64_t from, int64_t to) {
  return session.show(session.api().get(url_of(options, options.metric, from, to)), options.json, render_metric);
}

Answer<> show_all(Session& session, const StatisticsOptions& options, int64_t from, int64_t to) {
  std::vector<std::string_view> metrics(kOfAll.begin(), kOfAll.end());
  if (options.is_system()) metrics.insert(metrics.end(), kOfSystem.begin(), kOfSystem.end());
  json::array answers;
  for (const std::string_view metric : metrics) {
    auto answer = session.api().get(url_of(options, metric, from, to));
    if (!answer) return std::unexpected(answer.error());
    answers.push_back(std::move(*answer));
  }
  const json::value all = json::object{{"statistics", answers}};
  return session.show(Answer<json::value>(all), options.json,
                      [&](const json::value& /*all*/, const Terminal& terminal) {
                        return render_statistics({answers.begin(), answers.end()}, terminal);
                      });
}

}  // namespace

void add_statistics_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("statistics", "What was: traffic, connections, load and memory over time");
  auto options = std::make_shared<StatisticsOptions>();
  command->add_option("VIRTUAL-SERVICE", options->virtual_service, "Of this one (of the system if not said)")
      ->type_name("");
  command->add_option("REAL-SERVER", options->real_server, "And of it, only of this one")->type_name("");
  command
      ->add_option("--metric", options->metric,
                   "Only bytes_in, bytes_out, connections or active, of the system also load or memory: step by step")
      ->check(CLI::IsMember({"bytes_in", "bytes_out", "connections", "active", "load", "memory"}))
      ->type_name("NAME");
  command->add_option("--since", options->since, "How far back: 1h (if not said), 24h, 7d, 365d")->type_name("TIME");
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, options] {
    session.action = [&session, options]() -> Answer<> {
      const auto since = parse_duration(options->since);
      if (!since) return misused("\"" + options->since + "\" is no length of time", "write 1h, 24h, 7d or 365d");
      const auto now =
          std::chrono::duration_cast<std::chrono::seconds>(session.world().clock.wall_now().time_since_epoch());
      const int64_t to = now.count();
      const int64_t from = std::max<int64_t>(0, to - since->count());
      return options->metric.empty() ? show_all(session, *options, from, to) : show_one(session, *options, from, to);
    };
  });
}

}  // namespace evenkeel::cli
