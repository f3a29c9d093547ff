#include "cli/change_options.h"

#include <CLI/CLI.hpp>

#include "cli/human.h"
#include "cli/plan_view.h"

namespace evenkeel::cli {

std::shared_ptr<const ChangeOptions> add_change_options(CLI::App& command) {
  auto options = std::make_shared<ChangeOptions>();
  command.add_flag("--dry-run", options->dry_run, "Show what would change, and change nothing");
  command.add_option("--comment", options->comment, "Why, for the list of revisions")->type_name("TEXT");
  command
      .add_option("--expected-revision", options->expected_revision,
                  "Refuse if another revision than this one is in force")
      ->type_name("N");
  command
      .add_option("--confirm-within", options->confirm_within,
                  "Take it back unless `evenkeel confirm` comes within this time, from 10s to 1h")
      ->type_name("TIME");
  command.add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  return options;
}

Answer<> send_change(Session& session, const ChangeOptions& options, std::string method, Url url, std::string body) {
  if (!options.confirm_within.empty()) {
    const auto within = parse_duration(options.confirm_within);
    if (!within) return misused("\"" + options.confirm_within + "\" is no length of time", "write 60s or 5m");
    url.query("confirm_within", std::to_string(within->count()));
  }
  if (options.dry_run) url.query("dry_run", "true");
  url.query_if("comment", options.comment);
  if (options.expected_revision) url.query("expected_revision", std::to_string(*options.expected_revision));
  return session.show(session.api().send(std::move(method), url, std::move(body)), options.json, render_change);
}

}  // namespace evenkeel::cli
