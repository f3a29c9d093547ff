#include <CLI/CLI.hpp>

#include "cli/change_options.h"
#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/lists_view.h"
#include "cli/plan_view.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

struct RevisionOptions {
  int64_t first = 0;
  int64_t second = 0;
  int64_t limit = 0;
  bool json = false;
};

void add_number(CLI::App& command, const char* name, int64_t& number, const char* help) {
  command.add_option(name, number, help)->required()->type_name("");
}

std::string render_difference(const json::value& answer, const Terminal& terminal) {
  const json::value* plan = member(answer, "plan");
  const std::string text = render_plan(plan == nullptr ? answer : *plan, terminal);
  return text.empty() ? "They do not differ.\n" : text;
}

void add_list(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("list", "Revisions, newest first");
  auto options = std::make_shared<RevisionOptions>();
  command->add_option("--limit", options->limit, "At most so many (100 if not said)")->type_name("N");
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, options] {
    session.action = [&session, options] {
      const Url url = Url("revisions").query_if("limit", options->limit == 0 ? "" : std::to_string(options->limit));
      return session.show(session.api().get(url), options->json, render_revisions);
    };
  });
}

void add_show(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("show", "One revision with its configuration");
  auto options = std::make_shared<RevisionOptions>();
  add_number(*command, "N", options->first, "The revision");
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, options] {
    session.action = [&session, options] {
      return session.show(session.api().get(Url("revisions").segment(options->first)), options->json, render_revision);
    };
  });
}

void add_diff(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("diff", "What changed from one revision to another");
  auto options = std::make_shared<RevisionOptions>();
  add_number(*command, "N", options->first, "From this revision");
  add_number(*command, "M", options->second, "To this one");
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, options] {
    session.action = [&session, options] {
      const Url url = Url("revisions").segment(options->first).segment("diff").segment(options->second);
      return session.show(session.api().get(url), options->json, render_difference);
    };
  });
}

void add_restore(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("restore", "Make an old revision the newest one");
  auto revision = std::make_shared<RevisionOptions>();
  add_number(*command, "N", revision->first, "The revision");
  const auto options = add_change_options(*command);
  command->callback([&session, revision, options] {
    session.action = [&session, revision, options] {
      return send_change(session, *options, "POST", Url("revisions").segment(revision->first).segment("restore"), {});
    };
  });
}

}  // namespace

void add_revisions_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("revisions", "List, show, compare or restore revisions of the configuration");
  group->require_subcommand(1);
  add_list(*group, session);
  add_show(*group, session);
  add_diff(*group, session);
  add_restore(*group, session);
}

}  // namespace evenkeel::cli
