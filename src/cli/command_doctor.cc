// doctor: looks for what is wrong around the load balancer, and says what to do about it.

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/doctor_view.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace {

struct ArpOptions {
  std::string subject;  // a virtual address; with a script: a real server
  std::string script;   // "linux", "windows"; empty: none
  bool undo = false;
  bool json = false;
};

Answer<> examine(Session& session, const ArpOptions& options) {
  const Url url = Url("doctor/arp").query_if("virtual_address", options.subject);
  return session.show(session.api().get(url), options.json, render_arp_diagnosis);
}

// The script as it is: it is for a file.
Answer<> print_script(Session& session, const ArpOptions& options) {
  if (options.subject.empty()) return misused("--script needs the REAL_SERVER that it is for");
  const Url url = Url("doctor/script")
                      .query("real_server", options.subject)
                      .query("system", options.script)
                      .query_if("undo", options.undo ? "true" : "");
  const auto answer = session.api().get(url);
  if (!answer) return std::unexpected(answer.error());
  session.print(text_at(*answer, "script"));
  return {};
}

}  // namespace

void add_doctor_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("doctor", "Look for what is wrong, and say what to do");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand(
      "arp", "Who answers for the virtual addresses, which real servers lack them, and how to mend it");
  auto options = std::make_shared<ArpOptions>();
  command
      ->add_option("ADDRESS", options->subject, "One virtual address (all if not said); with --script: a real server")
      ->type_name("");
  auto* script =
      command->add_option("--script", options->script, "Print a script for that real server: linux or windows")
          ->transform(CLI::IsMember({"linux", "windows"}, CLI::ignore_case))
          ->type_name("SYSTEM");
  command->add_flag("--undo", options->undo, "The script that takes it back")->needs(script);
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON")->excludes(script);
  command->callback([&session, options] {
    session.action = [&session, options]() -> Answer<> {
      return options->script.empty() ? examine(session, *options) : print_script(session, *options);
    };
  });
}

}  // namespace evenkeel::cli
