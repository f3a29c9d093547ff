// Changes that come back unless somebody confirms them.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "base/blocking.h"
#include "daemon/turn.h"

namespace evenkeel::daemon {
namespace {

constexpr std::chrono::hours kLongestWait{1};  // whatever a clock that was set back says
constexpr std::chrono::seconds kRetry{10};

Error nothing_waits() {
  return {ErrorCode::kNotFound, "no change waits to be confirmed", "configuration", 0};
}

std::string sentence_of(const config::Confirmation& waiting) {
  return fmt::format(
      "revision {} by {} waits to be confirmed until {}, else revision {} comes back: `evenkeel confirm` "
      "keeps it, `evenkeel revert` takes it back",
      waiting.revision, waiting.author, to_iso8601(waiting.until), waiting.back_to);
}

}  // namespace

// What was found in the store at the start.
void Controller::resume_confirmation() {
  if (const auto expired = std::exchange(expired_, std::nullopt)) {
    parts_.events.append(observed::EventKind::kChangeReverted, "configuration",
                         fmt::format("nobody confirmed revision {} by {} in time: revision {} is back as {}",
                                     expired->revision, expired->author, expired->back_to, revision_));
  }
  if (confirmation_) arm_confirmation(confirmation_->until - parts_.clock.wall_now());
}

void Controller::await_confirmation(config::Confirmation confirmation) {
  confirmation_ = std::move(confirmation);
  arm_confirmation(confirmation_->until - parts_.clock.wall_now());
  parts_.events.append(observed::EventKind::kConfirmationAwaited, "configuration", sentence_of(*confirmation_));
}

void Controller::arm_confirmation(std::chrono::nanoseconds remaining) {
  confirmation_timer_.expires_after(
      std::clamp<std::chrono::nanoseconds>(remaining, std::chrono::nanoseconds(0), kLongestWait));
  confirmation_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_ || !confirmation_) return;
    boost::asio::co_spawn(parts_.io, confirmation_expired(), boost::asio::detached);
  });
}

boost::asio::awaitable<void> Controller::confirmation_expired() {
  const auto expected = confirmation_;
  co_await Turn::wait(*this);
  const Turn turn(*this);
  if (stopped_ || !confirmation_ || confirmation_ != expected) co_return;
  const auto result = co_await bring_back("evenkeeld", "nobody confirmed it in time");
  if (result) co_return;
  spdlog::error("revision {} cannot be taken back yet: {}", confirmation_->revision, to_string(result.error().error));
  arm_confirmation(kRetry);
}

// For the one whose turn it is. It was in force before: nothing is asked but whether it can be written.
boost::asio::awaitable<api::Changed<api::ChangeResult>> Controller::bring_back(std::string author, std::string why) {
  const config::Confirmation waiting = *confirmation_;
  model::Configuration before;
  if (waiting.back_to != 0) {
    auto read = configuration_of(waiting.back_to);
    if (!read) co_return std::unexpected(api::ChangeRefused{read.error(), {}});
    before = std::move(*read);
  }
  api::ChangeRequest request;
  request.configuration = std::move(before);
  request.author = std::move(author);
  request.comment = fmt::format("revision {} taken back: {}", waiting.revision, why);
  if (waiting.back_to != 0) request.restores = waiting.back_to;
  auto result = co_await carry_out(std::move(request));
  if (!result) co_return result;
  confirmation_.reset();
  confirmation_timer_.cancel();
  const auto sentence = fmt::format("revision {} by {} taken back ({}): revision {} is back as {}", waiting.revision,
                                    waiting.author, why, waiting.back_to, revision_);
  spdlog::warn("{}", sentence);
  parts_.events.append(observed::EventKind::kChangeReverted, "configuration", sentence);
  co_return result;
}

boost::asio::awaitable<Result<config::Confirmation>> Controller::confirm(std::string author) {
  co_await Turn::wait(*this);
  const Turn turn(*this);
  if (!confirmation_ || parts_.writer == nullptr) co_return fail(nothing_waits());
  const auto confirmed = co_await run_blocking(parts_.worker, [&] { return parts_.writer->confirm(); });
  if (!confirmed) co_return fail(confirmed.error());
  confirmation_timer_.cancel();
  const config::Confirmation waited = *std::exchange(confirmation_, std::nullopt);
  parts_.events.append(observed::EventKind::kChangeConfirmed, "configuration",
                       fmt::format("{} confirmed revision {} by {}", author, waited.revision, waited.author));
  co_return waited;
}

boost::asio::awaitable<api::Changed<api::ChangeResult>> Controller::revert(std::string author) {
  co_await Turn::wait(*this);
  const Turn turn(*this);
  if (!confirmation_ || parts_.writer == nullptr) co_return std::unexpected(api::ChangeRefused{nothing_waits(), {}});
  const auto why = "by " + author;
  co_return co_await bring_back(std::move(author), why);
}

Error Controller::error_while_waiting() const {
  return {ErrorCode::kConflict, sentence_of(*confirmation_), "configuration", 0};
}

std::vector<observed::Notice> Controller::confirmation_notices() const {
  if (!confirmation_) return {};
  return {{"configuration", sentence_of(*confirmation_)}};
}

}  // namespace evenkeel::daemon
