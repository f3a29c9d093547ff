// fallback-page: what clients see while no real server takes them.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "cli/change_options.h"
#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

std::shared_ptr<std::string> add_owner(CLI::App& command) {
  auto owner = std::make_shared<std::string>();
  command.add_option("VIRTUAL_SERVICE", *owner, "Whose page; without it: the page that all have in common")
      ->type_name("");
  return owner;
}

Answer<std::string> read_page(World& world, const std::string& name) {
  constexpr size_t kLongest = 1 << 20;  // evenkeeld's own limit is smaller, and it says so
  std::ifstream file;
  if (name != "-") {
    errno = 0;
    file.open(name, std::ios::binary);
    if (!file) return misused(to_string(system_error("cannot be opened", name)));
  }
  std::istream& in = name == "-" ? world.in : file;
  std::string page(kLongest, '\0');
  in.read(page.data(), static_cast<std::streamsize>(page.size()));
  page.resize(static_cast<size_t>(in.gcount()));
  return page;
}

// A label is of one layer only; which one, the API knows.
Answer<Url> url_of(Session& session, const std::string& owner) {
  if (owner.empty()) return Url("fallback-page");
  const auto layer7 = session.api().get(Url("layer7-services").segment(owner));
  const char* const resource = layer7 ? "layer7-services" : "virtual-services";
  return Url(resource).segment(owner).segment("fallback-page");
}

Answer<> set_page(Session& session, const ChangeOptions& options, const std::string& owner, const std::string& html) {
  auto url = url_of(session, owner);
  if (!url) return std::unexpected(url.error());
  return send_change(session, options, "PUT", *url, json::serialize(json::object{{"html", html}}));
}

std::string safe_lines(const Terminal& terminal, const std::string& text) {
  std::string safe;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) safe += terminal.safe(line) + "\n";
  return safe;
}

std::string render_stored(const json::value& page, const Terminal& terminal) {
  const std::string source = text_at(page, "source");
  if (!text_at(page, "html").empty()) return safe_lines(terminal, text_at(page, "html"));
  return source == "built_in" ? "No page is stored: clients see the built-in one (fallback-page preview).\n"
                              : "No page of its own: clients see the one that all have in common.\n";
}

// As a client gets it.
std::string render_preview(const json::value& page, const Terminal& terminal) {
  return "HTTP/1.1 503 Service Unavailable\nContent-Type: text/html; charset=utf-8\nRetry-After: 30\n\n" +
         safe_lines(terminal, text_at(page, "shown"));
}

void add_look(CLI::App& group, Session& session, const char* name, const char* help,
              std::string (*render)(const json::value&, const Terminal&)) {
  CLI::App* command = group.add_subcommand(name, help);
  const auto owner = add_owner(*command);
  auto as_json = std::make_shared<bool>(false);
  command->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  command->callback([&session, owner, as_json, render] {
    session.action = [&session, owner, as_json, render]() -> Answer<> {
      const auto url = url_of(session, *owner);
      if (!url) return std::unexpected(url.error());
      return session.show(session.api().get(*url), *as_json, render);
    };
  });
}

void add_set(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("set", "Store a page; it is shown from then on");
  const auto owner = add_owner(*command);
  auto file = std::make_shared<std::string>();
  command->add_option("--file", *file, "The page as HTML, at most 64 kB; - for standard input")
      ->type_name("FILE")
      ->required();
  const auto options = add_change_options(*command);
  command->callback([&session, owner, file, options] {
    session.action = [&session, owner, file, options]() -> Answer<> {
      const auto html = read_page(session.world(), *file);
      if (!html) return std::unexpected(html.error());
      return set_page(session, *options, *owner, *html);
    };
  });
}

void add_reset(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("reset", "Back to the page in common, or to the built-in one");
  const auto owner = add_owner(*command);
  const auto options = add_change_options(*command);
  command->callback([&session, owner, options] {
    session.action = [&session, owner, options] { return set_page(session, *options, *owner, ""); };
  });
}

}  // namespace

void add_fallback_page_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("fallback-page", "What clients see while no real server takes them");
  group->require_subcommand(1);
  add_set(*group, session);
  add_reset(*group, session);
  add_look(*group, session, "show", "The page that is stored", render_stored);
  add_look(*group, session, "preview", "What a client gets", render_preview);
}

}  // namespace evenkeel::cli
