#include "daemon/acme_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace evenkeel::daemon {
namespace {

using certificates::Bundle;
using std::chrono::seconds;

// Servers count failures: Let's Encrypt allows five an hour.
constexpr seconds kFirstRetry{600};
constexpr seconds kLongestRetry{43200};
constexpr int kMostDoublings = 7;
constexpr seconds kLongestSleep{3600};  // wall clocks are set now and then

WallTime due_again(int failures, WallTime now) {
  return now + std::min(kLongestRetry, kFirstRetry * (1 << std::min(failures - 1, kMostDoublings)));
}

}  // namespace

WallTime renewal_due(const CertificateShelf::Order& order) {
  constexpr int kSteps = 1000;
  constexpr int kShare = 20;
  const auto life = order.not_after - order.not_before;
  const auto step = std::hash<std::string>()(order.label) % kSteps;
  return order.not_after - life / 3 - life / kShare / kSteps * static_cast<int>(step);
}

AcmeWatch::AcmeWatch(boost::asio::io_context& io, const Clock& clock, Issue issue, Issued issued)
    : io_(io), clock_(clock), issue_(std::move(issue)), issued_(std::move(issued)), timer_(io) {}

AcmeWatch::~AcmeWatch() {
  stop();
}

void AcmeWatch::stop() {
  stopped_ = true;
  timer_.cancel();
}

void AcmeWatch::configure(const std::vector<Order>& orders) {
  std::map<std::string, Round> rounds;
  const auto now = clock_.wall_now();
  for (const auto& order : orders) {
    const auto before = rounds_.find(order.label);
    if (before != rounds_.end() && before->second.order == order) {
      rounds.emplace(order.label, std::move(before->second));
    } else {
      rounds.emplace(order.label, Round{.order = order, .due = order.is_issued ? renewal_due(order) : now});
    }
  }
  rounds_ = std::move(rounds);
  start_what_is_due();
}

Result<> AcmeWatch::issue_now(const std::string& label) {
  const auto found = rounds_.find(label);
  if (found == rounds_.end()) return fail(ErrorCode::kNotFound, fmt::format("{} is not issued by ACME", label));
  if (!found->second.order.can_be_shown) {
    return fail(ErrorCode::kConflict,
                fmt::format("nobody would answer the ACME server: no virtual service uses {}, and neither one of http "
                            "nor the web interface has port 80",
                            label));
  }
  found->second.due = clock_.wall_now();
  start_what_is_due();
  return {};
}

void AcmeWatch::describe(observed::Certificate& certificate) const {
  const auto found = rounds_.find(certificate.label);
  if (!certificate.acme || found == rounds_.end()) return;
  const Round& round = found->second;
  certificate.acme->is_issued = round.order.is_issued;
  certificate.acme->is_running = running_ == certificate.label;
  certificate.acme->error = round.error;
  if (round.order.can_be_shown) certificate.acme->next_attempt = round.due;
}

void AcmeWatch::start_what_is_due() {
  if (stopped_ || !running_.empty()) return;
  const auto now = clock_.wall_now();
  auto next = now + kLongestSleep;
  for (const auto& [label, round] : rounds_) {
    if (!round.order.can_be_shown) continue;
    if (round.due <= now) {
      running_ = label;
      boost::asio::co_spawn(io_, issue(round.order), boost::asio::detached);
      return;
    }
    next = std::min(next, round.due);
  }
  timer_.expires_after(std::max<WallTime::duration>(next - now, seconds(1)));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) start_what_is_due();
  });
}

boost::asio::awaitable<void> AcmeWatch::issue(Order order) {
  auto bundle = co_await issue_(order.record);
  if (stopped_) co_return;
  note(order, bundle);
  co_await issued_(order, std::move(bundle));
  if (stopped_) co_return;
  running_.clear();
  start_what_is_due();
}

// Whatever comes of it, it is not due again before that has had its effect.
void AcmeWatch::note(const Order& order, const Result<Bundle>& bundle) {
  const auto found = rounds_.find(order.label);
  if (found == rounds_.end() || found->second.order.record != order.record) return;  // it was changed meanwhile
  Round& round = found->second;
  round.failures = bundle ? 0 : round.failures + 1;
  round.error = bundle ? "" : bundle.error().message;
  round.due = due_again(std::max(round.failures, 1), clock_.wall_now());
}

}  // namespace evenkeel::daemon
