// Certificates as the controller sees them: changed by people, watched until they end, confirmed by their authorities.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "base/blocking.h"
#include "certificates/bundle.h"
#include "daemon/turn.h"

namespace evenkeel::daemon {
namespace {

using api::CertificateChange;
using api::CertificateResult;
using api::IssuedCertificate;
using api::UploadedCertificate;
using certificates::AcmeRecord;
using config::StoredCertificate;

std::string object_of(const std::string& label) {
  return "certificate/" + label;
}

// Blocks while it makes a key: for the worker.
Result<StoredCertificate> prepare(const UploadedCertificate& upload, const StoredCertificate& before) {
  const std::string known_key = before.request.empty() ? "" : before.key;
  auto bundle = upload.pkcs12.empty() ? certificates::read_pem(upload.pem, upload.password, known_key)
                                      : certificates::read_pkcs12(upload.pkcs12, upload.password);
  if (!bundle) return fail(bundle.error());
  StoredCertificate stored;
  stored.origin = before.request.empty() ? "uploaded" : "requested";
  stored.chain = std::move(bundle->chain);
  stored.key = std::move(bundle->key);
  stored.request = before.request;
  return stored;
}

Result<StoredCertificate> prepare(const IssuedCertificate& issue, WallTime now) {
  auto key = certificates::make_key(issue.key);
  if (!key) return fail(key.error());
  StoredCertificate stored;
  stored.key = std::move(*key);
  const bool is_request = issue.days == 0;
  stored.origin = is_request ? "requested" : "self_signed";
  auto made = is_request ? certificates::make_request(stored.key, issue.subject)
                         : certificates::self_sign(stored.key, issue.subject, issue.days, now);
  if (!made) return fail(made.error());
  (is_request ? stored.request : stored.chain) = std::move(*made);
  return stored;
}

// With one that we sign, so that virtual services can use it from the start.
Result<StoredCertificate> prepare(const AcmeRecord& record, WallTime now) {
  constexpr int kDays = 90;
  IssuedCertificate stand_in{.subject = {.names = record.names}, .days = kDays};
  stand_in.key = *certificates::key_kind(record.key);
  auto stored = prepare(stand_in, now);
  if (!stored) return stored;
  stored->origin = "acme";
  stored->acme = record;
  return stored;
}

Error read_only() {
  return {ErrorCode::kUnavailable, "the store is damaged and changes are refused", "store", 0};
}

}  // namespace

std::vector<observed::Certificate> Controller::certificates() {
  auto known = certificates_.observe(configuration_, parts_.clock.wall_now());
  for (auto& one : known) acme_.describe(one);
  return known;
}

// A label that is taken is taken, but for a request: its signed certificate belongs there.
Result<> Controller::may_become(const CertificateChange& change) const {
  if (parts_.writer == nullptr) return fail(read_only());
  const auto* const before = certificates_.find(change.label);
  if (change.replaces) {
    if (before != nullptr) return {};
    return fail(ErrorCode::kNotFound, fmt::format("there is no certificate {} that could be replaced", change.label));
  }
  const bool completes =
      before != nullptr && before->chain.empty() && std::holds_alternative<UploadedCertificate>(change.wanted);
  if (before == nullptr || completes) return {};
  return fail(ErrorCode::kConflict,
              fmt::format("there is a certificate {} already: replace it, or take another label", change.label));
}

boost::asio::awaitable<Result<CertificateResult>> Controller::change_certificate(CertificateChange change) {
  co_await Turn::wait(*this);
  const Turn turn(*this);
  if (auto allowed = may_become(change); !allowed) co_return fail(allowed.error());
  const auto now = parts_.clock.wall_now();
  const auto* const found = certificates_.find(change.label);
  const auto before = found == nullptr ? StoredCertificate() : *found;
  auto prepared = co_await run_blocking(parts_.worker, [&]() -> Result<StoredCertificate> {
    if (const auto* const upload = std::get_if<UploadedCertificate>(&change.wanted)) return prepare(*upload, before);
    if (const auto* const record = std::get_if<AcmeRecord>(&change.wanted)) return prepare(*record, now);
    return prepare(std::get<IssuedCertificate>(change.wanted), now);
  });
  if (!prepared) co_return fail(prepared.error());
  prepared->label = change.label;
  prepared->at = now;

  CertificateShelf shelf = certificates_;
  if (auto put = shelf.put(*prepared); !put) co_return fail(put.error());
  const bool is_still_good =
      shelf.problems_of(configuration_).size() <= certificates_.problems_of(configuration_).size();
  if (!is_still_good) {
    co_return fail(ErrorCode::kConflict,
                   fmt::format("{} of {} could not be used any more with this one: it must have its key, or be an "
                               "authority's where it verifies others",
                               change.label, fmt::join(users_of(configuration_, change.label), ", ")));
  }
  if (change.label == parts_.web.stored_certificate()) {
    if (const auto objection = objection_of_web(shelf, change.label); !objection.empty()) {
      co_return fail(ErrorCode::kConflict,
                     fmt::format("the web interface uses {}, and could not use this one: {}", change.label, objection));
    }
  }
  CertificateResult result{.certificate = {}, .layer7 = way_of_certificates(shelf)};
  if (!change.dry_run) {
    const auto saved = co_await run_blocking(parts_.worker, [&] { return parts_.writer->save(*prepared); });
    if (!saved) co_return fail(saved.error());
    co_await put_in_force(std::move(*prepared));
    parts_.events.append(observed::EventKind::kCertificateChanged, object_of(change.label),
                         fmt::format("{} by {}", before.label.empty() ? "added" : "replaced", change.author));
  }
  for (auto& one : (change.dry_run ? shelf : certificates_).observe(configuration_, now)) {
    if (one.label == change.label) result.certificate = std::move(one);
  }
  co_return result;
}

// For the one whose turn it is. With its authority's word from the start: HAProxy staples nothing to a certificate that
// came without, until it is reloaded.
boost::asio::awaitable<void> Controller::put_in_force(StoredCertificate certificate) {
  const std::string label = certificate.label;
  auto shelf = certificates_;
  if (auto put = shelf.put(certificate); !put) co_return;
  std::optional<Result<certificates::OcspAnswer>> answer;
  for (const auto& question : shelf.questions(configuration_)) {
    if (question.label == label) answer = co_await ocsp_.fetch(question);
  }
  (void)certificates_.put(std::move(certificate));
  if (answer) hear(label, *answer);
  apply_now();
  co_await layer7_settled();
  co_await parts_.web.follow();
  look_at_certificates();
}

boost::asio::awaitable<Result<>> Controller::remove_certificate(std::string label, std::string author) {
  co_await Turn::wait(*this);
  const Turn turn(*this);
  if (parts_.writer == nullptr) co_return fail(read_only());
  if (certificates_.find(label) == nullptr) {
    co_return fail(ErrorCode::kNotFound, fmt::format("there is no certificate {}", label));
  }
  if (confirmation_) co_return fail(error_while_waiting());  // the revision before may need it
  if (const auto users = certificates_.users_in_words(configuration_, label); !users.empty()) {
    const bool is_webs = label == parts_.web.stored_certificate();
    co_return fail(ErrorCode::kConflict,
                   fmt::format("{} use{} the certificate {}: take it out there first{}", fmt::join(users, ", "),
                               users.size() == 1 ? "s" : "", label,
                               is_webs ? "; `evenkeel web certificate` gives the web interface another one" : ""));
  }
  const auto removed = co_await run_blocking(parts_.worker, [&] { return parts_.writer->remove_certificate(label); });
  if (!removed) co_return fail(removed.error());
  certificates_.remove(label);
  apply_now();
  look_at_certificates();
  parts_.events.append(observed::EventKind::kCertificateChanged, object_of(label), "removed by " + author);
  co_return Result<>{};
}

// What HAProxy takes to have these certificates instead.
std::string Controller::way_of_certificates(const CertificateShelf& shelf) const {
  return way_between(compute(configuration_).layer7, compute(configuration_, shelf.certificates()).layer7);
}

// After every change of certificates or of who uses them, and as time goes by.
void Controller::look_at_certificates() {
  const auto now = parts_.clock.wall_now();
  for (const auto& change :
       expiry_alarm_.update(certificates_.deadlines(configuration_, now), configuration_.certificate_warnings)) {
    const auto object = object_of(change.label);
    spdlog::warn("{}: {}", object, change.sentence);
    parts_.events.append(
        change.expires ? observed::EventKind::kCertificateExpires : observed::EventKind::kCertificateValid, object,
        change.sentence);
  }
  ocsp_.configure(certificates_.questions(configuration_));
  const auto orders = certificates_.orders(configuration_);
  if (parts_.writer != nullptr) acme_.configure(orders);
  std::erase_if(acme_failing_, [&](const std::string& label) {
    if (std::ranges::find(orders, label, &AcmeWatch::Order::label) != orders.end()) return false;
    parts_.events.append(observed::EventKind::kAcmeRecovered, object_of(label), "it is not issued by ACME any more");
    return true;
  });
}

void Controller::arm_certificates() {
  constexpr std::chrono::hours kLook{1};
  certificates_timer_.expires_after(kLook);
  certificates_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    look_at_certificates();
    arm_certificates();
  });
}

void Controller::on_ocsp(const CertificateShelf::Question& question, const Result<certificates::OcspAnswer>& answer) {
  hear(question.label, answer);
  if (answer) apply_now();
}

// Without a new answer the old one stays until its end, and HAProxy leaves it out from then on. That a certificate was
// revoked is passed on to clients like any other word of its authority.
void Controller::hear(const std::string& label, const Result<certificates::OcspAnswer>& answer) {
  if (answer) {
    note_stapling(label, *answer);
  } else {
    certificates_.note_stapling_error(label, to_string(answer.error()));
  }
  const auto object = object_of(label);
  const auto objection = answer ? answer->objection : to_string(answer.error());
  if (objection.empty()) {
    if (ocsp_failing_.erase(label) == 0) return;
    parts_.events.append(observed::EventKind::kOcspRecovered, object, "its authority says that it is good");
    return;
  }
  const bool is_revoked = answer.has_value();
  const auto [told, is_new] = ocsp_failing_.emplace(label, is_revoked);
  if (!is_new && std::exchange(told->second, is_revoked) == is_revoked) return;
  spdlog::warn("{}: {}", object, objection);
  parts_.events.append(observed::EventKind::kOcspFailed, object, objection);
}

void Controller::note_stapling(const std::string& label, const certificates::OcspAnswer& answer) {
  certificates_.note_stapling(label, answer);
  const auto* const stored = certificates_.find(label);
  if (stored == nullptr || parts_.writer == nullptr) return;
  boost::asio::post(parts_.worker, [writer = parts_.writer, certificate = *stored] {
    if (auto saved = writer->save_ocsp(certificate); !saved) spdlog::warn("{}", to_string(saved.error()));
  });
}

std::vector<observed::Notice> Controller::certificate_notices() const {
  std::vector<observed::Notice> notices;
  for (const auto& [label, sentence] : expiry_alarm_.expiring()) notices.push_back({object_of(label), sentence});
  for (auto& one : certificates_.observe(configuration_, parts_.clock.wall_now())) {
    acme_.describe(one);
    if (one.acme && !one.acme->error.empty()) notices.push_back({object_of(one.label), one.acme->error});
    if (one.stapling && !one.stapling->error.empty()) notices.push_back({object_of(one.label), one.stapling->error});
  }
  return notices;
}

}  // namespace evenkeel::daemon
