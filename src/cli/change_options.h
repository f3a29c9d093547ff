#pragma once
// The options of every command that changes the configuration.

#include <memory>
#include <optional>
#include <string>

#include "cli/session.h"
#include "cli/url.h"

namespace CLI {
class App;
}

namespace evenkeel::cli {

struct ChangeOptions {
  bool dry_run = false;
  std::string comment;
  std::optional<int64_t> expected_revision;
  std::string confirm_within;  // such as "60s"; empty: it stays
  bool json = false;
};

// Adds --dry-run, --comment, --expected-revision, --confirm-within and --json; the values are there once the command
// line is parsed.
std::shared_ptr<const ChangeOptions> add_change_options(CLI::App& command);

// Sends the change and prints what came of it.
Answer<> send_change(Session& session, const ChangeOptions& options, std::string method, Url url, std::string body);

}  // namespace evenkeel::cli
