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

struct Wanted {
  std::string certificate, key;  // files
  std::string stored;            // or the label of one that evenkeeld has
  bool json = false;
};

Answer<std::string> read_file(const std::string& name) {
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  if (!file) return misused(to_string(system_error("cannot be opened", name)));
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

Answer<boost::json::object> body_of(const Wanted& wanted) {
  if (!wanted.stored.empty()) return boost::json::object{{"stored", wanted.stored}};
  if (wanted.certificate.empty()) return misused("give --certificate and --key, or --stored");
  const auto certificate = read_file(wanted.certificate);
  if (!certificate) return std::unexpected(certificate.error());
  const auto key = read_file(wanted.key);
  if (!key) return std::unexpected(key.error());
  return boost::json::object{{"certificate", *certificate}, {"key", *key}};
}

Answer<> replace_certificate(Session& session, const Wanted& wanted) {
  const auto body = body_of(wanted);
  if (!body) return std::unexpected(body.error());
  const auto answer = session.api().send("PUT", Url("web").segment("certificate"), boost::json::serialize(*body));
  return session.show(answer, wanted.json, render_web);
}

void add_certificate_command(CLI::App& group, Session& session) {
  auto wanted = std::make_shared<Wanted>();
  CLI::App* certificate = group.add_subcommand("certificate", "Replace its certificate; open connections go on");
  CLI::Option* file =
      certificate->add_option("--certificate", wanted->certificate, "The certificate, its issuers after it; PEM");
  CLI::Option* key =
      certificate->add_option("--key", wanted->key, "Its private key without a passphrase; PEM")->type_name("FILE");
  file->type_name("FILE")->needs(key);
  key->needs(file);
  certificate
      ->add_option("--stored", wanted->stored,
                   "One of `evenkeel certificate list` instead, which it follows: what replaces that one, an ACME "
                   "server's next one too, is the web interface's at once")
      ->type_name("LABEL")
      ->excludes(file)
      ->excludes(key);
  certificate->add_flag("--json", wanted->json, "Print evenkeeld's answer as JSON");
  certificate->callback(
      [&session, wanted] { session.action = [&session, wanted] { return replace_certificate(session, *wanted); }; });
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
  add_certificate_command(*group, session);
}

}  // namespace evenkeel::cli
