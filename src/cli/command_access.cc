// setup, user, token, audit: who may do what, and who did.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <istream>

#include "cli/access_view.h"
#include "cli/commands.h"
#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr const char* kFirstUser = "loadbalancer";

struct UserOptions {
  std::string name;
  std::string role = "viewer";
  bool pam = false;
  bool password_stdin = false;
  bool json = false;
};

struct TokenOptions {
  std::string label;
  std::string role = "viewer";
  std::string expires;  // "90d", "never"; empty: as the API has it
  int64_t id = 0;
  bool json = false;
};

struct AuditOptions {
  int64_t limit = 0;
  std::string user;
  bool json = false;
};

Answer<std::string> password_of_terminal(Session& session, const std::string& user) {
  const auto& read = session.world().read_secret;
  auto first = read(fmt::format("New password of {}: ", user));
  if (!first) return refuse(to_string(first.error()), "give it on standard input: --password-stdin");
  const auto again = read("The same again: ");
  if (!again) return refuse(to_string(again.error()));
  if (*first != *again) return refuse("the two passwords differ: nothing was changed");
  return *first;
}

Answer<std::string> new_password(Session& session, const UserOptions& options) {
  if (!options.password_stdin) return password_of_terminal(session, options.name);
  std::string password;
  std::getline(session.world().in, password);
  return password;
}

Answer<> add_user(Session& session, const UserOptions& options) {
  json::object body{{"name", options.name}, {"role", options.role}, {"source", options.pam ? "pam" : "local"}};
  if (!options.pam) {
    const auto password = new_password(session, options);
    if (!password) return std::unexpected(password.error());
    body["password"] = *password;
  }
  const auto answer = session.api().send("POST", Url("users"), json::serialize(body));
  if (!answer) return std::unexpected(answer.error());
  session.print(fmt::format("{} may sign in with the role {}.\n", session.terminal.safe(options.name), options.role));
  return {};
}

// Only the first user can be made this way: it is not asked for a password in vain.
Answer<> set_up(Session& session, UserOptions options) {
  const auto users = session.api().get(Url("users"));
  if (!users) return std::unexpected(users.error());
  if (!list_at(*users, "users").empty()) {
    return refuse("this load balancer is set up already",
                  fmt::format("to set a new password: evenkeel user password {}", kFirstUser));
  }
  options.name = kFirstUser;
  options.role = "administrator";
  return add_user(session, options);
}

Answer<> set_password(Session& session, const UserOptions& options) {
  const auto password = new_password(session, options);
  if (!password) return std::unexpected(password.error());
  const auto answer = session.api().send("POST", Url("users").segment(options.name).segment("password"),
                                         json::serialize(json::object{{"password", *password}}));
  if (!answer) return std::unexpected(answer.error());
  session.print(
      fmt::format("{} has a new password; sessions with the old one are over.\n", session.terminal.safe(options.name)));
  return {};
}

// Sends a change whose answer says no more than that it was made.
Answer<> send_and_say(Session& session, std::string method, const Url& url, const json::object& body,
                      const std::string& done) {
  const auto answer = session.api().send(std::move(method), url, body.empty() ? "" : json::serialize(body));
  if (!answer) return std::unexpected(answer.error());
  session.print(session.terminal.safe(done) + "\n");
  return {};
}

Answer<> add_token(Session& session, const TokenOptions& options) {
  json::object body{{"label", options.label}, {"role", options.role}};
  if (options.expires == "never") {
    body["expires_in"] = nullptr;
  } else if (!options.expires.empty()) {
    const auto duration = parse_duration(options.expires);
    if (!duration)
      return misused(fmt::format("--expires: \"{}\" is no time", options.expires), "write 12h, 90d or never");
    body["expires_in"] = duration->count();
  }
  return session.show(session.api().send("POST", Url("tokens"), json::serialize(body)), options.json, render_new_token);
}

void add_role(CLI::App& command, std::string& role) {
  command.add_option("--role", role, "viewer, operator or administrator")
      ->check(CLI::IsMember({"viewer", "operator", "administrator"}))
      ->capture_default_str()
      ->type_name("ROLE");
}

void add_password_stdin(CLI::App& command, UserOptions& options) {
  command.add_flag("--password-stdin", options.password_stdin, "Read the password from standard input, one line");
}

void add_name(CLI::App& command, UserOptions& options) {
  command.add_option("USER", options.name, "The user's name")->required()->type_name("");
}

CLI::App* add_user_command(CLI::App& group, Session& session, const char* name, const char* help,
                           const std::shared_ptr<UserOptions>& options, Answer<> (*run)(Session&, const UserOptions&)) {
  CLI::App* command = group.add_subcommand(name, help);
  command->callback(
      [&session, options, run] { session.action = [&session, options, run] { return run(session, *options); }; });
  return command;
}

Answer<> list_users(Session& session, const UserOptions& options) {
  return session.show(session.api().get(Url("users")), options.json, render_users);
}

Answer<> change_role(Session& session, const UserOptions& options) {
  return send_and_say(session, "PATCH", Url("users").segment(options.name), {{"role", options.role}},
                      fmt::format("{} has the role {} now.", options.name, options.role));
}

Answer<> delete_user(Session& session, const UserOptions& options) {
  return send_and_say(session, "DELETE", Url("users").segment(options.name), {},
                      fmt::format("{} may no longer sign in.", options.name));
}

Answer<> delete_totp(Session& session, const UserOptions& options) {
  return send_and_say(session, "DELETE", Url("users").segment(options.name).segment("totp"), {},
                      fmt::format("{} signs in with the password alone.", options.name));
}

void add_user_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("user", "Who may sign in to the web interface");
  group->require_subcommand(1);
  const auto options = std::make_shared<UserOptions>();
  CLI::App* list = add_user_command(*group, session, "list", "Users and their roles", options, list_users);
  list->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  CLI::App* add = add_user_command(*group, session, "add", "Add a user", options, add_user);
  add_name(*add, *options);
  add_role(*add, options->role);
  add->add_flag("--pam", options->pam, "PAM knows the password (LDAP, Active Directory, RADIUS)");
  add_password_stdin(*add, *options);
  CLI::App* role = add_user_command(*group, session, "role", "Change a user's role", options, change_role);
  add_name(*role, *options);
  role->add_option("ROLE", options->role, "viewer, operator or administrator")->required()->type_name("");
  CLI::App* password = add_user_command(*group, session, "password", "Set a user's password", options, set_password);
  add_name(*password, *options);
  add_password_stdin(*password, *options);
  CLI::App* totp = add_user_command(*group, session, "remove-second-factor",
                                    "For who has lost the telephone with the codes", options, delete_totp);
  add_name(*totp, *options);
  CLI::App* remove =
      add_user_command(*group, session, "delete", "Remove a user and end its sessions", options, delete_user);
  add_name(*remove, *options);
}

void add_token_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("token", "Tokens by which programs use the API over the web");
  group->require_subcommand(1);
  const auto options = std::make_shared<TokenOptions>();
  CLI::App* list = group->add_subcommand("list", "Tokens, without their secrets");
  list->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  list->callback([&session, options] {
    session.action = [&session, options] {
      return session.show(session.api().get(Url("tokens")), options->json, render_tokens);
    };
  });
  CLI::App* add = group->add_subcommand("add", "Make a token, which is shown once");
  add->add_option("LABEL", options->label, "What it is for")->required()->type_name("");
  add_role(*add, options->role);
  add->add_option("--expires", options->expires, "12h, 90d (if not said) or never")->type_name("TIME");
  add->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  add->callback([&session, options] { session.action = [&session, options] { return add_token(session, *options); }; });
  CLI::App* remove = group->add_subcommand("delete", "Remove a token: it opens nothing any more");
  remove->add_option("ID", options->id, "As the list has it")->required()->type_name("");
  remove->callback([&session, options] {
    session.action = [&session, options] {
      return send_and_say(session, "DELETE", Url("tokens").segment(options->id), {},
                          fmt::format("Token {} is removed.", options->id));
    };
  });
}

void add_audit_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("audit", "Who signed in, failed to, and changed what");
  const auto options = std::make_shared<AuditOptions>();
  command->add_option("--limit", options->limit, "At most so many (100 if not said)")->type_name("N");
  command->add_option("--user", options->user, "Only of this user")->type_name("USER");
  command->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  command->callback([&session, options] {
    session.action = [&session, options] {
      const Url url = Url("audit")
                          .query_if("limit", options->limit == 0 ? "" : std::to_string(options->limit))
                          .query_if("user", options->user);
      return session.show(session.api().get(url), options->json, render_audit);
    };
  });
}

}  // namespace

void add_access_commands(CLI::App& app, Session& session) {
  const auto options = std::make_shared<UserOptions>();
  CLI::App* setup =
      app.add_subcommand("setup", "Set the first password of the web interface, of the user loadbalancer");
  add_password_stdin(*setup, *options);
  setup->callback([&session, options] { session.action = [&session, options] { return set_up(session, *options); }; });
  add_user_commands(app, session);
  add_token_commands(app, session);
  add_audit_command(app, session);
}

}  // namespace evenkeel::cli
