// The configuration as a whole: apply, configuration, schema.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "cli/change_options.h"
#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

Answer<std::string> read_all(std::istream& in, const std::string& name) {
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return misused(to_string(system_error("cannot be read", name)));
  return text;
}

Answer<std::string> read_document(World& world, const std::string& name) {
  if (name == "-") return read_all(world.in, "standard input");
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  if (!file) return misused(to_string(system_error("cannot be opened", name)));
  return read_all(file, name);
}

Answer<> print_configuration(Session& session, const std::string& secrets, bool as_json) {
  const auto answer = session.api().get(Url("configuration").query_if("secrets", secrets));
  return session.show(answer, as_json, [](const json::value& document, const Terminal& /*terminal*/) {
    const json::value* configuration = member(document, "configuration");
    return pretty(configuration == nullptr ? document : *configuration);
  });
}

}  // namespace

void add_apply_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("apply", "Replace the whole configuration by a JSON document");
  auto file = std::make_shared<std::string>();
  command->add_option("-f,--file", *file, "The document; - is standard input")->required()->type_name("FILE");
  const auto options = add_change_options(*command);
  command->callback([&session, file, options] {
    session.action = [&session, file, options]() -> Answer<> {
      auto document = read_document(session.world(), *file);
      if (!document) return std::unexpected(document.error());
      return send_change(session, *options, "PUT", Url("configuration"), std::move(*document));
    };
  });
}

void add_configuration_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("configuration", "Print the configuration in force, as a document for apply");
  auto secrets = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  command->add_option("--secrets", *secrets, "masked, or plain (root only)")
      ->check(CLI::IsMember({"masked", "plain"}))
      ->type_name("HOW");
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON, with the number of the revision");
  command->callback([&session, secrets, as_json] {
    session.action = [&session, secrets, as_json] { return print_configuration(session, *secrets, *as_json); };
  });
}

void add_schema_command(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("schema", "Print the JSON Schema of the configuration, for editors and checkers");
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "The same: it is JSON anyway");
  command->callback([&session] {
    session.action = [&session] {
      return session.show(session.api().get(Url("schema")), true,
                          [](const json::value& schema, const Terminal& /*terminal*/) { return pretty(schema); });
    };
  });
}

}  // namespace evenkeel::cli
