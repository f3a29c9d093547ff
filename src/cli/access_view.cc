#include "cli/access_view.h"

#include <fmt/format.h>

#include <ranges>

#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/table.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

std::string time_at(const json::value& owner, std::string_view key, const char* otherwise) {
  const std::string text = text_at(owner, key);
  return text.empty() ? otherwise : local_time(text);
}

}  // namespace

std::string render_users(const json::value& answer, const Terminal& terminal) {
  Table table({{"USER"}, {"ROLE"}, {"PASSWORD"}, {"SECOND FACTOR"}, {"LAST SIGN-IN"}});
  for (const json::value& user : list_at(answer, "users")) {
    table.add_row({{terminal.safe(text_at(user, "name")), Colour::kBold},
                   {terminal.safe(text_at(user, "role"))},
                   {text_at(user, "source") == "pam" ? "PAM" : "own"},
                   {flag_at(user, "totp") ? "yes" : "no"},
                   {terminal.safe(time_at(user, "last_sign_in", "never"))}});
  }
  return table.empty() ? "There is no user: see evenkeel setup.\n" : table.render(terminal);
}

std::string render_tokens(const json::value& answer, const Terminal& terminal) {
  Table table({{"ID", Align::kRight}, {"TOKEN"}, {"ROLE"}, {"EXPIRES"}, {"MADE BY"}});
  for (const json::value& token : list_at(answer, "tokens")) {
    table.add_row({{std::to_string(count_at(token, "id"))},
                   {terminal.safe(text_at(token, "label")), Colour::kBold},
                   {terminal.safe(text_at(token, "role"))},
                   {terminal.safe(time_at(token, "expires_at", "never"))},
                   {terminal.safe(text_at(token, "created_by"))}});
  }
  return table.empty() ? "There is no token.\n" : table.render(terminal);
}

std::string render_new_token(const json::value& answer, const Terminal& terminal) {
  return fmt::format("{}\nThis is the only time that it is shown. It is sent as\n  Authorization: Bearer {}\n",
                     terminal.safe(text_at(answer, "token")), terminal.safe(text_at(answer, "token")));
}

// Oldest first, as a log reads.
std::string render_audit(const json::value& answer, const Terminal& terminal) {
  std::string text;
  for (const json::value& entry : list_at(answer, "audit") | std::views::reverse) {
    const std::string user = text_at(entry, "user");
    text += fmt::format("{}  {}  {}  {}\n", local_time(text_at(entry, "at")),
                        terminal.paint(terminal.safe(user.empty() ? "-" : user), Colour::kBold),
                        terminal.safe(text_at(entry, "address")), terminal.safe(text_at(entry, "what")));
  }
  return text.empty() ? "Nothing is noted.\n" : text;
}

}  // namespace evenkeel::cli
