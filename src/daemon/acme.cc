// ACME as the controller sees it: what was issued is put in force, what was not is told.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/blocking.h"
#include "daemon/turn.h"

namespace evenkeel::daemon {
namespace {

std::string object_of(const std::string& label) {
  return "certificate/" + label;
}

}  // namespace

Result<> Controller::renew_certificate(const std::string& label, const std::string& author) {
  const auto* const stored = certificates_.find(label);
  if (stored == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no certificate {}", label));
  if (!stored->acme) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is not issued by ACME: replace it by another certificate", label));
  }
  if (parts_.writer == nullptr) return fail(ErrorCode::kUnavailable, "the store is damaged and changes are refused");
  spdlog::info("{}: {} wants it to be issued now", object_of(label), author);
  return acme_.issue_now(label);
}

// HAProxy has to be told before the server asks it.
boost::asio::awaitable<Result<certificates::Bundle>> Controller::have_issued(certificates::AcmeRecord record) {
  constexpr std::chrono::seconds kLongest{20};
  co_await parts_.layer7.settled(kLongest);
  co_return co_await uacme_.issue(std::move(record));
}

boost::asio::awaitable<void> Controller::on_issued(AcmeWatch::Order order, Result<certificates::Bundle> bundle) {
  if (!bundle) {
    tell_of_acme_failure(order.label, to_string(bundle.error()));
    co_return;
  }
  co_await Turn::wait(*this);
  if (stopped_) co_return;
  const Turn turn(*this);
  const auto* const before = certificates_.find(order.label);
  if (before == nullptr || before->acme != order.record) co_return;  // it was changed meanwhile
  auto next = *before;
  next.chain = std::move(bundle->chain);
  next.key = std::move(bundle->key);
  next.ocsp.clear();
  next.at = parts_.clock.wall_now();
  const auto saved = co_await run_blocking(parts_.worker, [&] { return parts_.writer->save(next); });
  if (!saved) {
    tell_of_acme_failure(order.label, to_string(saved.error()));
    co_return;
  }
  co_await put_in_force(std::move(next));
  tell_of_issue(order);
}

void Controller::tell_of_acme_failure(const std::string& label, const std::string& message) {
  spdlog::warn("{}: {}", object_of(label), message);
  if (acme_failing_.insert(label).second) {
    parts_.events.append(observed::EventKind::kAcmeFailed, object_of(label), message);
  }
}

void Controller::tell_of_issue(const AcmeWatch::Order& order) {
  const auto object = object_of(order.label);
  const auto sentence = fmt::format("{} by {}", order.is_issued ? "renewed" : "issued", order.record.directory);
  spdlog::info("{}: {}", object, sentence);
  parts_.events.append(observed::EventKind::kCertificateChanged, object, sentence);
  if (acme_failing_.erase(order.label) == 0) return;
  parts_.events.append(observed::EventKind::kAcmeRecovered, object, sentence);
}

}  // namespace evenkeel::daemon
