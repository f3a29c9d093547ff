// certificate: list, show, add, replace, self-signed, request, acme, renew, delete.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>

#include "base/base64.h"
#include "certificates/issue.h"
#include "cli/certificates_view.h"
#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/session.h"

namespace evenkeel::cli {
namespace json = boost::json;
namespace {

constexpr size_t kLongestFile = 256 << 10;

struct Common {
  std::string label;
  bool dry_run = false;
  bool json = false;
};

struct Upload {
  Common common;
  std::vector<std::string> files;
  std::string password_file;
};

struct Issue {
  Common common;
  std::vector<std::string> names;
  std::array<std::string, 6> subject;
  std::string key = "ec-p256";
  int days = 0;
};
constexpr std::array<std::pair<const char*, const char*>, 6> kSubject{{{"organisation", "The organisation"},
                                                                       {"unit", "Its unit"},
                                                                       {"city", "The city"},
                                                                       {"province", "The province or state"},
                                                                       {"country", "The country, two letters"},
                                                                       {"email", "An e-mail address"}}};

Answer<std::string> read_file(Session& session, const std::string& name) {
  std::ifstream file;
  if (name != "-") {
    file.open(name, std::ios::binary);
    if (!file) return misused(to_string(system_error("cannot be opened", name)));
  }
  std::istream& in = name == "-" ? session.world().in : file;
  std::string text(kLongestFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kLongestFile) return misused(fmt::format("{} is too long for certificates", name));
  return text;
}

// A file of its own, or standard input: on the command line everybody on the machine could read it.
Answer<std::string> read_password(Session& session, const std::string& file) {
  if (file.empty()) return std::string();
  auto password = read_file(session, file);
  if (password) password->erase(std::min(password->find_first_of("\r\n"), password->size()));
  return password;
}

Answer<json::object> body_of(Session& session, const Upload& upload) {
  json::object body;
  std::string pem;
  for (const auto& name : upload.files) {
    auto text = read_file(session, name);
    if (!text) return std::unexpected(text.error());
    if (text->find("-----BEGIN ") != std::string::npos) {
      pem += *text + "\n";
    } else if (upload.files.size() == 1) {
      body["pkcs12"] = to_base64(*text);
    } else {
      return misused(name + " holds no PEM", "give a PFX file alone");
    }
  }
  if (!pem.empty()) body["pem"] = pem;
  auto password = read_password(session, upload.password_file);
  if (!password) return std::unexpected(password.error());
  if (!password->empty()) body["password"] = *password;
  return body;
}

json::object body_of(const Issue& issue) {
  json::object body{{"label", issue.common.label}, {"key", issue.key}};
  body["names"] = json::array(issue.names.begin(), issue.names.end());
  for (size_t i = 0; i < kSubject.size(); ++i) {
    if (!issue.subject.at(i).empty()) body[kSubject.at(i).first] = issue.subject.at(i);
  }
  if (issue.days != 0) body["days"] = issue.days;
  return body;
}

Answer<> send(Session& session, const Common& common, const char* method, Url url, const json::object& body) {
  if (common.dry_run) url.query("dry_run", "true");
  return session.show(session.api().send(method, url, json::serialize(body)), common.json, render_certificate_change);
}

void add_label(CLI::App& command, std::string& label) {
  command.add_option("LABEL", label, "The certificate's label")->required()->type_name("");
}

void add_common(CLI::App& command, Common& common) {
  add_label(command, common.label);
  command.add_flag("--dry-run", common.dry_run, "Look whether it would do, and change nothing");
  command.add_flag("--json", common.json, "Print evenkeeld's answer as JSON");
}

void add_upload(CLI::App& group, Session& session, const char* name, const char* help, bool replaces) {
  CLI::App* command = group.add_subcommand(name, help);
  auto upload = std::make_shared<Upload>();
  add_common(*command, upload->common);
  command
      ->add_option("-f,--file", upload->files,
                   "Files with certificate, chain and key, in any order (PEM), or one PFX file; - is standard input")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--password-file", upload->password_file,
                   "A file with the password of the key or the PFX file; - is standard input")
      ->type_name("FILE");
  command->callback([&session, upload, replaces] {
    session.action = [&session, upload, replaces]() -> Answer<> {
      auto body = body_of(session, *upload);
      if (!body) return std::unexpected(body.error());
      const auto& label = upload->common.label;
      if (replaces) return send(session, upload->common, "PUT", Url("certificates").segment(label), *body);
      (*body)["label"] = label;
      return send(session, upload->common, "POST", Url("certificates"), *body);
    };
  });
}

void add_issue(CLI::App& group, Session& session, const char* name, const char* help, const char* resource) {
  CLI::App* command = group.add_subcommand(name, help);
  auto issue = std::make_shared<Issue>();
  add_common(*command, issue->common);
  command
      ->add_option("--names", issue->names,
                   "The host names and addresses that it is for, separated by commas; the first is its common name")
      ->required()
      ->delimiter(',')
      ->type_name("NAME,...");
  command->add_option("--key", issue->key, fmt::format("{} (default: ec-p256)", certificates::kKeyKinds))
      ->type_name("KIND");
  for (size_t i = 0; i < kSubject.size(); ++i) {
    command->add_option(fmt::format("--{}", kSubject.at(i).first), issue->subject.at(i), kSubject.at(i).second)
        ->type_name("TEXT");
  }
  if (std::string_view(resource) == "self-signed") {
    command->add_option("--days", issue->days, "How long it is valid (default: 365)")->type_name("NUMBER");
  }
  command->callback([&session, issue, resource] {
    session.action = [&session, issue, resource] {
      return send(session, issue->common, "POST", Url("certificates").segment(resource), body_of(*issue));
    };
  });
}

struct AcmeOptions {
  Common common;
  std::vector<std::string> names;
  std::array<std::string, 5> texts;
  bool agree = false;
};
constexpr std::array<std::pair<const char*, const char*>, 5> kAcmeTexts{
    {{"directory", "The URL of the ACME server's directory"},
     {"challenge", "http-01: HAProxy answers on port 80 (default); dns-01: a hook of yours puts a record into the DNS"},
     {"hook", "For dns-01: the name of a file in the directory of scripts"},
     {"email", "An address that the server may write to"},
     {"key", "Kind of the certificate's key (default: ec-p256)"}}};

json::object body_of(const AcmeOptions& options) {
  json::object body{{"label", options.common.label}, {"agree", options.agree}};
  body["names"] = json::array(options.names.begin(), options.names.end());
  for (size_t i = 0; i < kAcmeTexts.size(); ++i) {
    if (!options.texts.at(i).empty()) body[kAcmeTexts.at(i).first] = options.texts.at(i);
  }
  return body;
}

void add_acme(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("acme", "Have one issued by an ACME server, and again before its end");
  auto options = std::make_shared<AcmeOptions>();
  add_common(*command, options->common);
  command->add_option("--names", options->names, "The host names that it is for, separated by commas")
      ->required()
      ->delimiter(',')
      ->type_name("NAME,...");
  for (size_t i = 0; i < kAcmeTexts.size(); ++i) {
    command->add_option(fmt::format("--{}", kAcmeTexts.at(i).first), options->texts.at(i), kAcmeTexts.at(i).second)
        ->type_name("TEXT");
  }
  command->get_option("--directory")->required();
  command->add_flag("--agree", options->agree, "You have read the server's terms and agree to them");
  command->callback([&session, options] {
    session.action = [&session, options] {
      return send(session, options->common, "POST", Url("certificates").segment("acme"), body_of(*options));
    };
  });
}

void add_renew(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("renew", "Have the ACME server issue it again now");
  auto label = std::make_shared<std::string>();
  add_label(*command, *label);
  command->callback([&session, label] {
    session.action = [&session, label]() -> Answer<> {
      const auto answer = session.api().send("POST", Url("certificates").segment(*label).segment("renew"), "");
      if (!answer) return std::unexpected(answer.error());
      session.print(fmt::format("The ACME server is asked for it: see evenkeel certificate show {}.\n",
                                session.terminal.safe(*label)));
      return {};
    };
  });
}

void add_list(CLI::App& group, Session& session) {
  CLI::App* list = group.add_subcommand("list", "All of them: what for, by whom, how long, used by whom");
  auto as_json = std::make_shared<bool>(false);
  list->add_flag("--json", *as_json, "Print evenkeeld's answer as JSON");
  list->callback([&session, as_json] {
    session.action = [&session, as_json] {
      return session.show(session.api().get(Url("certificates")), *as_json, render_certificates);
    };
  });
}

void add_show(CLI::App& group, Session& session) {
  CLI::App* show = group.add_subcommand("show", "One of them; with --pem, itself, or its request");
  struct Options {
    std::string label;
    bool pem = false, json = false;
  };
  auto options = std::make_shared<Options>();
  add_label(*show, options->label);
  show->add_flag("--pem", options->pem, "Print the certificate with its chain, or the request, as PEM");
  show->add_flag("--json", options->json, "Print evenkeeld's answer as JSON");
  show->callback([&session, options] {
    session.action = [&session, options] {
      const auto answer = session.api().get(Url("certificates").segment(options->label));
      return session.show(answer, options->json, [&](const json::value& certificate, const Terminal& terminal) {
        if (!options->pem) return render_certificate(certificate, terminal);
        return text_at(certificate, text_at(certificate, "pem").empty() ? "request" : "pem");
      });
    };
  });
}

void add_delete(CLI::App& group, Session& session) {
  CLI::App* command = group.add_subcommand("delete", "Remove one with its key; not while it is used");
  auto label = std::make_shared<std::string>();
  add_label(*command, *label);
  command->callback([&session, label] {
    session.action = [&session, label]() -> Answer<> {
      const auto answer = session.api().send("DELETE", Url("certificates").segment(*label), "");
      if (!answer) return std::unexpected(answer.error());
      session.print(fmt::format("{} is removed.\n", session.terminal.safe(*label)));
      return {};
    };
  });
}

}  // namespace

void add_certificate_commands(CLI::App& app, Session& session) {
  CLI::App* group = app.add_subcommand("certificate", "Certificates for TLS: list, add, make, replace, remove");
  group->require_subcommand(1);
  add_list(*group, session);
  add_show(*group, session);
  add_upload(*group, session, "add", "Bring one with its key, an authority's alone, or what a request has become",
             false);
  add_upload(*group, session, "replace", "Bring another in place of one; it is used at once", true);
  add_issue(*group, session, "self-signed", "Make a key and a certificate that it signs itself", "self-signed");
  add_issue(*group, session, "request", "Make a key and a request for an authority to sign", "requests");
  add_acme(*group, session);
  add_renew(*group, session);
  add_delete(*group, session);
}

}  // namespace evenkeel::cli
