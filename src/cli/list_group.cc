#include "cli/list_group.h"

#include <memory>

namespace evenkeel::cli {

CLI::App* add_list_group(CLI::App& app, Session& session, const char* name, const char* summary,
                         std::string (*view)(const boost::json::value&, const Terminal&)) {
  CLI::App* group = app.add_subcommand(name, summary);
  group->require_subcommand(0, 1);
  auto as_json = std::make_shared<bool>(false);
  group->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  group->callback([&session, group, as_json, view] {
    if (!group->get_subcommands().empty()) return;
    session.action = [&session, as_json, view, resource = group->get_name()] {
      return session.show(session.api().get(Url(resource)), *as_json, view);
    };
  });
  return group;
}

}  // namespace evenkeel::cli
