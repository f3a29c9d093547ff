#include "daemon/ocsp_watch.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/blocking.h"

namespace evenkeel::daemon {
namespace {

using certificates::OcspAnswer;
using std::chrono::seconds;

constexpr seconds kShortestPause{10};
constexpr seconds kLongestPause{86400};
constexpr seconds kFirstRetry{30};
constexpr seconds kLongestRetry{3600};
constexpr int kMostDoublings = 7;
constexpr seconds kHaproxySlack{300};  // before its end HAProxy staples an answer no more

WallTime due_after(WallTime this_update, WallTime next_update, WallTime now) {
  const auto half = this_update + (next_update - kHaproxySlack - this_update) / 2;
  return std::clamp<WallTime>(half, now + kShortestPause, now + kLongestPause);
}

WallTime due_again(int failures, WallTime now) {
  return now + std::min(kLongestRetry, kFirstRetry * (1 << std::min(failures - 1, kMostDoublings)));
}

}  // namespace

OcspWatch::OcspWatch(boost::asio::io_context& io, const Clock& clock, Answered answered)
    : io_(io), clock_(clock), answered_(std::move(answered)), timer_(io) {}

OcspWatch::~OcspWatch() {
  stop();
}

void OcspWatch::stop() {
  if (std::exchange(*stopped_, true)) return;
  timer_.cancel();
  thread_.stop();
  thread_.join();
}

void OcspWatch::configure(std::vector<CertificateShelf::Question> questions) {
  std::map<std::string, Round> rounds;
  const auto now = clock_.wall_now();
  for (auto& question : questions) {
    const auto label = question.label;
    const auto before = rounds_.find(label);
    if (before != rounds_.end() && before->second.question.fingerprint == question.fingerprint) {
      rounds.emplace(label, std::move(before->second));
      continue;
    }
    const bool is_known = question.this_update && question.next_update;
    const auto due = is_known ? due_after(*question.this_update, *question.next_update, now) : now;
    rounds.emplace(label, Round{.question = std::move(question), .due = due});
  }
  rounds_ = std::move(rounds);
  ask_what_is_due();
}

void OcspWatch::ask_what_is_due() {
  if (*stopped_) return;
  const auto now = clock_.wall_now();
  auto next = now + kLongestPause;
  for (auto& [label, round] : rounds_) {
    if (!round.is_asked && round.due <= now) ask(round);
    if (!round.is_asked) next = std::min(next, round.due);
  }
  timer_.expires_after(std::max<WallTime::duration>(next - now, seconds(1)));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) ask_what_is_due();
  });
}

void OcspWatch::ask(Round& round) {
  round.is_asked = true;
  boost::asio::post(thread_, [this, question = round.question, now = clock_.wall_now(), stopped = stopped_] {
    auto answer = certificates::fetch_ocsp(question.chain, question.responder, now);
    boost::asio::post(io_, [this, question, answer = std::move(answer), stopped]() mutable {
      if (!*stopped) note(question, std::move(answer));
    });
  });
}

boost::asio::awaitable<Result<OcspAnswer>> OcspWatch::fetch(CertificateShelf::Question question) {
  const auto now = clock_.wall_now();
  co_return co_await run_blocking(thread_,
                                  [&] { return certificates::fetch_ocsp(question.chain, question.responder, now); });
}

void OcspWatch::note(const CertificateShelf::Question& question, Result<OcspAnswer> answer) {
  const auto found = rounds_.find(question.label);
  // It was replaced meanwhile: this is about the one before.
  if (found == rounds_.end() || found->second.question.fingerprint != question.fingerprint) return;
  Round& round = found->second;
  const auto now = clock_.wall_now();
  round.is_asked = false;
  round.failures = answer ? 0 : round.failures + 1;
  round.due = answer ? due_after(answer->this_update, answer->next_update, now) : due_again(round.failures, now);
  answered_(question, std::move(answer));
  ask_what_is_due();
}

}  // namespace evenkeel::daemon
