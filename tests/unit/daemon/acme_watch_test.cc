#include "daemon/acme_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using certificates::Bundle;
using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;

constexpr hours kLife{24 * 90};

class Acme : public testing::Test {
 protected:
  AcmeWatch::Order order(const char* label, bool is_issued = false) const {
    return {.label = label,
            .record = {.directory = "https://ca.example/dir", .names = {label}, .email = {}, .hook = {}},
            .is_issued = is_issued,
            .not_before = begin_,
            .not_after = begin_ + kLife,
            .can_be_shown = true};
  }
  // The orders are looked at, and what is due runs to its end.
  void look(const std::vector<AcmeWatch::Order>& orders) {
    orders_ = orders;
    watch_.configure(orders_);
    io_.poll();
    io_.restart();
  }
  observed::Certificate shown(const char* label) const {
    observed::Certificate certificate;
    certificate.label = label;
    certificate.acme.emplace();
    watch_.describe(certificate);
    return certificate;
  }

  boost::asio::awaitable<Result<Bundle>> issue(certificates::AcmeRecord record) {
    asked_.push_back(record.names.front());
    if (fails_) co_return fail(ErrorCode::kUnavailable, "the ACME server says: no");
    co_return Bundle{};
  }
  boost::asio::awaitable<void> on_issued(AcmeWatch::Order done, Result<Bundle> bundle) {
    if (!bundle) co_return;
    for (auto& one : orders_) {
      if (one.label == done.label) one.is_issued = true;
    }
    watch_.configure(orders_);
  }

  FakeClock clock_;
  const WallTime begin_ = clock_.wall_now();
  boost::asio::io_context io_;
  std::vector<AcmeWatch::Order> orders_;
  std::vector<std::string> asked_;
  bool fails_ = false;
  AcmeWatch watch_{
      io_, clock_, [this](certificates::AcmeRecord record) { return issue(std::move(record)); },
      [this](AcmeWatch::Order done, Result<Bundle> bundle) { return on_issued(std::move(done), std::move(bundle)); }};
};

TEST_F(Acme, WhatStandsInIsIssuedOneAfterTheOtherAndOnce) {
  look({order("a"), order("b"), order("c", true)});
  EXPECT_THAT(asked_, ElementsAre("a", "b"));
  look(orders_);
  EXPECT_THAT(asked_, ElementsAre("a", "b"));
  EXPECT_TRUE(shown("a").acme->is_issued);
  EXPECT_FALSE(shown("a").acme->is_running);
}

TEST_F(Acme, IsRenewedWhenAThirdOfItsLifeIsLeft) {
  for (const char* label : {"a", "b", "c", "d"}) {
    EXPECT_THAT(renewal_due(order(label)), AllOf(Le(begin_ + kLife * 2 / 3), Ge(begin_ + kLife * 3 / 5)));
  }
  EXPECT_NE(renewal_due(order("a")), renewal_due(order("b")));
  look({order("a", true)});
  clock_.advance(kLife * 3 / 5);
  look(orders_);
  EXPECT_THAT(asked_, IsEmpty());
  clock_.advance(kLife / 12);
  look(orders_);
  EXPECT_THAT(asked_, ElementsAre("a"));
}

TEST_F(Acme, AFailureIsShownAndTriedAgainEverLater) {
  fails_ = true;
  look({order("a")});
  EXPECT_EQ(shown("a").acme->error, "the ACME server says: no");
  EXPECT_EQ(shown("a").acme->next_attempt, clock_.wall_now() + minutes(10));
  look(orders_);
  EXPECT_EQ(asked_.size(), 1U);
  clock_.advance(minutes(10));
  look(orders_);
  EXPECT_EQ(asked_.size(), 2U);
  EXPECT_EQ(shown("a").acme->next_attempt, clock_.wall_now() + minutes(20));
  for (int i = 0; i < 20; ++i) {
    clock_.advance(hours(12));
    look(orders_);
  }
  EXPECT_EQ(asked_.size(), 22U);
  EXPECT_EQ(shown("a").acme->next_attempt, clock_.wall_now() + hours(12));
  fails_ = false;
  clock_.advance(hours(12));
  look(orders_);
  EXPECT_EQ(shown("a").acme->error, "");
}

TEST_F(Acme, WaitsUntilSomebodyCanAnswer) {
  auto waiting = order("a");
  waiting.can_be_shown = false;
  look({waiting});
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_FALSE(shown("a").acme->next_attempt);
  EXPECT_EQ(watch_.issue_now("a").error().code, ErrorCode::kConflict);
  waiting.can_be_shown = true;
  look({waiting});
  EXPECT_THAT(asked_, ElementsAre("a"));
}

TEST_F(Acme, AnOperatorNeedNotWait) {
  look({order("a", true)});
  EXPECT_EQ(watch_.issue_now("b").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(watch_.issue_now("a"));
  io_.poll();
  EXPECT_THAT(asked_, ElementsAre("a"));
}

}  // namespace
}  // namespace evenkeel::daemon
