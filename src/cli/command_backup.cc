// backup, restore: all of this appliance in one file.

#include "cli/command_backup.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/state_file.h"
#include "cli/human.h"
#include "cli/json_text.h"
#include "cli/restore_view.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr size_t kMostBytes = 15 << 20;  // the API takes 16 MiB

struct BackupOptions {
  std::string file, passphrase_file;
  bool dry_run = false, json = false;
};

enum class Ask { kOnce, kTwice };

Answer<std::string> read_file(const std::string& name) {
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  if (!file) return misused(to_string(system_error("cannot be opened", name)));
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (file.bad()) return misused(to_string(system_error("cannot be read", name)));
  if (text.size() > kMostBytes) return misused(name + ": it is too big for a backup, which has at most 15 MiB");
  return text;
}

Answer<std::string> passphrase_of_terminal(Session& session, Ask ask) {
  constexpr const char* kElse = "or give it with --passphrase-file or in EVENKEEL_PASSPHRASE";
  const auto& read = session.world().read_secret;
  auto first = read("Passphrase of the backup: ");
  if (!first) return refuse(to_string(first.error()), kElse);
  if (ask == Ask::kOnce) return *first;
  const auto again = read("The same again: ");
  if (!again) return refuse(to_string(again.error()), kElse);
  if (*first != *again) return refuse("the two passphrases differ: nothing was done");
  return *first;
}

// Never on the command line, which others can see.
Answer<std::string> passphrase_of(Session& session, const BackupOptions& options, Ask ask) {
  if (options.passphrase_file.empty()) {
    const char* const given = std::getenv("EVENKEEL_PASSPHRASE");  // NOLINT(concurrency-mt-unsafe): there is one thread
    return given == nullptr ? passphrase_of_terminal(session, ask) : Answer<std::string>(given);
  }
  auto text = read_file(options.passphrase_file);
  if (text && text->ends_with('\n')) text->pop_back();
  return text;
}

Answer<> backup(Session& session, const BackupOptions& options) {
  const auto passphrase = passphrase_of(session, options, Ask::kTwice);
  if (!passphrase) return std::unexpected(passphrase.error());
  const auto document =
      session.api().send("POST", Url("backup"), json::serialize(json::object{{"passphrase", *passphrase}}));
  if (!document) return std::unexpected(document.error());
  if (options.file == "-") {
    session.print(pretty(*document));
    return {};
  }
  const std::string text = pretty(*document);
  if (auto written = write_state_file(options.file, text); !written) return refuse(to_string(written.error()));
  session.print(
      fmt::format("Backup of revision {} in {}, {}. It opens with its passphrase alone: keep that elsewhere.\n",
                  count_at(*document, "revision"), options.file, human_bytes(text.size())));
  return {};
}

Answer<> restore(Session& session, const BackupOptions& options) {
  const auto text = read_file(options.file);
  if (!text) return std::unexpected(text.error());
  boost::system::error_code error;
  const json::value document = json::parse(*text, error);
  if (error) return misused(options.file + ": this is no backup, or not all of one: it is no JSON");
  const auto passphrase = passphrase_of(session, options, Ask::kOnce);
  if (!passphrase) return std::unexpected(passphrase.error());
  const json::object body{{"backup", document}, {"passphrase", *passphrase}, {"dry_run", options.dry_run}};
  return session.show(session.api().send("POST", Url("restore"), json::serialize(body)), options.json, render_restore);
}

CLI::App* add_command(CLI::App& app, const char* name, const char* help, BackupOptions& options) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("FILE", options.file, "The file")->required()->type_name("");
  command
      ->add_option("--passphrase-file", options.passphrase_file,
                   "A file with the passphrase; else EVENKEEL_PASSPHRASE in the environment, else you are asked")
      ->type_name("FILE");
  return command;
}

}  // namespace

void add_backup_commands(CLI::App& app, Session& session) {
  auto saved = std::make_shared<BackupOptions>();
  add_command(app, "backup", "All of this appliance in one encrypted file; - is standard output", *saved)
      ->callback([&session, saved] { session.action = [&session, saved] { return backup(session, *saved); }; });
  auto restored = std::make_shared<BackupOptions>();
  CLI::App* command = add_command(app, "restore", "Take all of that back, in place of what there is", *restored);
  command->add_flag("--dry-run", restored->dry_run, "Show what would change, and change nothing");
  command->add_flag("--json", restored->json, "Print evenkeeld's answer as JSON");
  command->callback(
      [&session, restored] { session.action = [&session, restored] { return restore(session, *restored); }; });
}

}  // namespace evenkeel::cli
