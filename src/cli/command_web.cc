// web: where the web interface is, and its certificate.

#include <CLI/CLI.hpp>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/session.h"
#include "cli/web_view.h"

namespace evenkeel::cli {
namespace {

struct Files {
  std::string certificate, key;
  bool json = false;
};

Answer<std::string> read_file(const std::string& name) {
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  if (!file) return misused(to_string(system_error("cannot be opened", name)));
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

Answer<> replace_certificate(Session& session, const Files& files) {
  const auto certificate = read_file(files.certificate);
  if (!certificate) return std::unexpected(certificate.error());
  const auto key = read_file(files.key);
  if (!key) return std::unexpected(key.error());
  const boost::json::object body{{"certificate", *certificate}, {"key", *key}};
  const auto answer = session.api().send("PUT", Url("web").segment("certificate"), boost::json::serialize(body));
  return session.show(answer, files.json, render_web);
}

}  // namespace

void add_web_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("web", "The web interface: where it is, and its certificate");
  group->require_subcommand(1);
  auto as_json = std::make_shared<bool>(false);
  CLI::App* status = group->add_subcommand("status", "Its addresses, and its certificate with the fingerprint");
  status->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  status->callback([&session, as_json] {
    session.action = [&session, as_json] { return session.show(session.api().get(Url("web")), *as_json, render_web); };
  });
  auto files = std::make_shared<Files>();
  CLI::App* certificate = group->add_subcommand("certificate", "Replace its certificate; open connections go on");
  certificate->add_option("--certificate", files->certificate, "The certificate, its issuers after it; PEM")
      ->type_name("FILE")
      ->required();
  certificate->add_option("--key", files->key, "Its private key without a passphrase; PEM")
      ->type_name("FILE")
      ->required();
  certificate->add_flag("--json", files->json, "Print evenkeeld's answer as JSON");
  certificate->callback(
      [&session, files] { session.action = [&session, files] { return replace_certificate(session, *files); }; });
}

}  // namespace evenkeel::cli
