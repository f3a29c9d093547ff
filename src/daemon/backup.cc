// A backup of all that makes this appliance what it is, and the way back.

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <future>
#include <ranges>

#include "acme/account.h"
#include "backup/content.h"
#include "backup/document.h"
#include "base/blocking.h"
#include "certificates/thumbprint.h"
#include "daemon/turn.h"
#include "daemon/version.h"
#include "engines/web_nginx/certificate.h"

namespace evenkeel::daemon {
namespace {

namespace json = boost::json;
using api::Changed;
using api::ChangeRefused;
using api::RestoreRequest;
using api::RestoreResult;

std::unexpected<ChangeRefused> refused(Error error, std::vector<model::Problem> problems = {}) {
  return std::unexpected(ChangeRefused{std::move(error), std::move(problems)});
}

Error unreadable(std::string what) {
  return {ErrorCode::kUnavailable, std::move(what) + ": see the notices of `evenkeel status`", "store", 0};
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

// Which names come, go, or stay with something else behind them.
template <class T, class Name, class Same>
api::ListChange change_of(const std::vector<T>& before, const std::vector<T>& after, Name name, Same is_same) {
  api::ListChange change;
  for (const T& now : after) {
    const auto known = std::ranges::find(before, std::invoke(name, now), name);
    if (known == before.end()) change.added.push_back(std::invoke(name, now));
    if (known != before.end() && !is_same(*known, now)) change.changed.push_back(std::invoke(name, now));
  }
  for (const T& known : before) {
    if (std::ranges::find(after, std::invoke(name, known), name) == after.end()) {
      change.removed.push_back(std::invoke(name, known));
    }
  }
  return change;
}

bool is_same_certificate(const config::StoredCertificate& left, const config::StoredCertificate& right) {
  return left.chain == right.chain && left.key == right.key && left.request == right.request;
}

bool is_same_user(const access::User& left, const access::User& right) {
  return left.role == right.role && left.source == right.source && left.password_hash == right.password_hash &&
         left.totp_secret == right.totp_secret;
}

bool is_same_token(const access::Token& left, const access::Token& right) {
  return left.role == right.role && left.fingerprint == right.fingerprint && left.expires == right.expires;
}

api::ListChange change_of(const backup::Files& before, const backup::Files& after) {
  api::ListChange change;
  const auto note = [&](const char* name, const auto& now, const auto& wanted, bool is_wanted) {
    if (is_wanted && now != wanted) change.changed.emplace_back(name);
  };
  note("web interface's certificate", before.web_certificate, after.web_certificate, after.web_certificate.has_value());
  note("key of the ACME account", before.acme_account, after.acme_account, !after.acme_account.empty());
  return change;
}

// The thumbprint of the account that there is afterwards. Whatever of the files would not do is an error.
Result<std::string> judge(const backup::Files& files, const std::string& thumbprint) {
  if (const auto& web = files.web_certificate) {
    const auto described = engines::web_nginx::describe(web->pem);
    if (!described)
      return fail(ErrorCode::kInvalidArgument, "the backup's web certificate: " + described.error().message);
  }
  if (files.acme_account.empty()) return thumbprint;
  auto restored = certificates::thumbprint_of(files.acme_account);
  if (!restored) return fail(ErrorCode::kInvalidArgument, "the backup's ACME account: " + restored.error().message);
  return restored;
}

// Without one nobody could administer by the web afterwards.
bool has_administrator(const backup::Content& content) {
  return std::ranges::any_of(content.users,
                             [](const access::User& user) { return user.role == access::Role::kAdministrator; });
}

struct Read {
  backup::Content content;
  backup::Origin origin;
  bool is_own = false;
};

// Blocks for a tenth of a second: for the worker.
Result<Read> read(const RestoreRequest& request, const std::string& identity_path) {
  const auto identity = backup::load_identity(identity_path);
  if (!identity) return fail(identity.error());
  auto opened = backup::open(request.backup, request.passphrase, *identity);
  if (!opened) return fail(opened.error());
  auto content = backup::parse_content(opened->content);
  if (!content) return fail(content.error());
  return Read{std::move(*content), std::move(opened->origin), opened->is_own};
}

}  // namespace

Result<backup::Content> Controller::content() {
  if (parts_.reader == nullptr) return fail(unreadable("the store is damaged"));
  if (parts_.accounts == nullptr) return fail(unreadable("the store of users cannot be read"));
  auto stored = parts_.reader->certificates();
  if (!stored) return fail(stored.error());
  backup::Content content;
  content.configuration = configuration_;
  for (const auto& [key, action] : operator_actions_) content.operator_actions.push_back(action);
  content.certificates = std::move(*stored);
  for (const auto& [name, user] : parts_.accounts->users()) content.users.push_back(user);
  content.tokens = parts_.accounts->tokens();
  content.files = files();
  return content;
}

// Of files that are small and next to never written.
backup::Files Controller::files() const {
  backup::Files files{.web_certificate = {}, .acme_account = acme::read_account(parts_.acme.directory)};
  auto kept = parts_.web.kept();
  if (!kept.pem.empty()) files.web_certificate = {.stored = std::move(kept.stored), .pem = std::move(kept.pem)};
  return files;
}

boost::asio::awaitable<Result<json::object>> Controller::backup(std::string passphrase) {
  const auto all = content();
  if (!all) co_return fail(all.error());
  const backup::Origin origin{to_iso8601(parts_.clock.wall_now()), kVersion, host_name(), revision_};
  co_return co_await run_blocking(parts_.worker, [&]() -> Result<json::object> {
    const auto identity = backup::load_identity(parts_.identity_path);
    if (!identity) return fail(identity.error());
    return backup::seal(backup::to_json(*all), origin, passphrase, *identity);
  });
}

boost::asio::awaitable<Changed<RestoreResult>> Controller::restore(RestoreRequest request) {
  auto read_backup = co_await run_blocking(parts_.worker, [&] { return read(request, parts_.identity_path); });
  if (!read_backup) co_return refused(read_backup.error());
  co_await Turn::wait(*this);
  const Turn turn(*this);
  if (confirmation_ && !request.dry_run) co_return refused(error_while_waiting());
  const auto now = content();
  if (!now) co_return refused(now.error());
  auto& [wanted, origin, is_own] = *read_backup;
  auto thumbprint = judge(wanted.files, parts_.acme_thumbprint);
  if (!thumbprint) co_return refused(thumbprint.error());
  CertificateShelf shelf(*thumbprint);
  if (const auto damaged = shelf.load(wanted.certificates, parts_.clock.wall_now()); !damaged.empty()) {
    co_return refused(damaged.front());
  }
  if (auto refusal = refuse(wanted.configuration, shelf)) co_return std::unexpected(std::move(*refusal));

  RestoreResult result;
  result.origin = origin;
  result.is_own = is_own;
  result.replaces_users = has_administrator(wanted);
  result.change.plan = config::plan(configuration_, wanted.configuration);
  using config::StoredCertificate;
  result.certificates =
      change_of(now->certificates, wanted.certificates, &StoredCertificate::label, is_same_certificate);
  if (result.replaces_users) {
    result.users = change_of(now->users, wanted.users, &access::User::name, is_same_user);
    result.tokens = change_of(now->tokens, wanted.tokens, &access::Token::label, is_same_token);
  }
  result.files = change_of(now->files, wanted.files);
  result.operator_actions = wanted.operator_actions.size();
  const auto& web = wanted.files.web_certificate;
  if (const auto objection = objection_of_web(shelf, web ? web->stored : parts_.web.stored_certificate());
      !objection.empty()) {
    result.change.warnings.push_back("the web interface goes on with its last certificate: " + objection);
  }
  if (request.dry_run) co_return result;

  const auto comment = fmt::format("restored from the backup of {}, made at {}", origin.host, origin.made_at);
  const auto access = result.replaces_users ? backup::Access::kIncluded : backup::Access::kLeftOut;
  auto revision = co_await commit(wanted, access, request.author, comment);
  if (!revision) co_return refused(revision.error());
  parts_.acme_thumbprint = std::move(*thumbprint);
  put_in_force(std::move(wanted), std::move(shelf), *revision);
  co_await layer7_settled();
  parts_.web.answer_acme(parts_.acme_thumbprint);
  co_await parts_.web.follow();
  result.change.revision = *revision;
  std::ranges::move(warnings_for(configuration_), std::back_inserter(result.change.warnings));
  co_return result;
}

// Two stores, which one transaction cannot hold, and files: they wait, ready, until the other store has its own and a
// note of what is still to be done. A crash in between is made good at the next start.
boost::asio::awaitable<Result<config::Revision>> Controller::commit(const backup::Content& wanted,
                                                                    backup::Access access, std::string author,
                                                                    std::string comment) {
  const auto rest = backup::rest_to_json(wanted, access);
  const config::Whole whole{wanted.configuration, wanted.operator_actions, wanted.certificates,
                            rest.empty() ? std::string() : json::serialize(rest)};
  const auto replace = [&] { return parts_.writer->replace(whole, author, comment, revision_); };
  Result<config::Revision> revision = fail(ErrorCode::kInternal, "the store was not asked");
  Result<> rest_done;
  if (access == backup::Access::kIncluded) {
    rest_done = co_await parts_.accounts->replace(wanted.users, wanted.tokens, [&]() -> Result<> {
      std::promise<void> done;
      boost::asio::post(parts_.worker, [&] {
        revision = replace();
        done.set_value();
      });
      done.get_future().wait();
      if (!revision) return fail(revision.error());
      return {};
    });
  } else {
    revision = co_await run_blocking(parts_.worker, replace);
  }
  if (!revision) co_return revision;
  if (rest_done) rest_done = co_await put_back(wanted.files);
  if (!rest_done) {
    spdlog::error("the rest of the backup is restored at the next start: {}", to_string(rest_done.error()));
    parts_.notices.push_back(
        {"backup", "users and files of the restored backup come back when evenkeeld is started again: " +
                       to_string(rest_done.error())});
    co_return revision;
  }
  if (rest.empty()) co_return revision;
  const auto finished = co_await run_blocking(parts_.worker, [&] { return parts_.writer->finish_restore(); });
  if (!finished) spdlog::warn("{}", to_string(finished.error()));  // it is done again at the next start
  co_return revision;
}

boost::asio::awaitable<Result<>> Controller::put_back(const backup::Files& files) {
  if (!files.acme_account.empty()) {
    const auto written = co_await run_blocking(
        parts_.worker, [&] { return acme::write_account(parts_.acme.directory, files.acme_account); });
    if (!written) co_return written;
  }
  if (!files.web_certificate) co_return Result<>{};
  co_return co_await parts_.web.restore({.pem = files.web_certificate->pem, .stored = files.web_certificate->stored});
}

void Controller::put_in_force(backup::Content content, CertificateShelf shelf, const config::Revision& revision) {
  revision_ = revision.number;
  configuration_ = std::move(content.configuration);
  operator_actions_.clear();
  for (auto& action : content.operator_actions) {
    if (action.state == model::OperatorState::kOnline) continue;
    const auto key = action.key;
    operator_actions_.insert_or_assign(key, std::move(action));
  }
  certificates_ = std::move(shelf);
  note_web_certificate();
  configure_health();
  apply_now();
  parts_.alerts.configure(configuration_);
  look_at_certificates();
  parts_.events.append(observed::EventKind::kConfigurationCommitted, "configuration",
                       fmt::format("revision {} by {}: {}", revision.number, revision.author, revision.comment));
}

}  // namespace evenkeel::daemon
