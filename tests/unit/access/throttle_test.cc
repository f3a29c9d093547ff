#include "access/throttle.h"

#include <gtest/gtest.h>

namespace evenkeel::access {
namespace {

using std::chrono::seconds;

TEST(Throttle, SomeAttemptsAreFreeThenWaitsDouble) {
  FakeClock clock;
  Throttle throttle(clock, {.free = 3, .first = seconds(1), .longest = seconds(10)});
  for (int attempt = 0; attempt < 3; ++attempt) {
    EXPECT_EQ(throttle.wait("ann").count(), 0);
    throttle.count("ann");
  }
  for (const int64_t wait : {1, 2, 4, 8, 10, 10}) {
    EXPECT_EQ(throttle.wait("ann").count(), wait);
    clock.advance(seconds(wait) - std::chrono::milliseconds(1));
    EXPECT_EQ(throttle.wait("ann").count(), 1);
    clock.advance(std::chrono::milliseconds(1));
    EXPECT_EQ(throttle.wait("ann").count(), 0);
    throttle.count("ann");
  }
  EXPECT_EQ(throttle.wait("bob").count(), 0);
}

TEST(Throttle, ManyAtOnceCountAsMany) {
  FakeClock clock;
  Throttle throttle(clock, {.free = 3});
  int admitted = 0;
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (throttle.wait("ann").count() > 0) continue;
    throttle.count("ann");
    ++admitted;
  }
  EXPECT_EQ(admitted, 3);
}

TEST(Throttle, ItIsForgottenAfterAWhile) {
  FakeClock clock;
  Throttle throttle(clock, {.free = 1, .longest = seconds(7200), .forgotten_after = seconds(3600)});
  for (int attempt = 0; attempt < 20; ++attempt) throttle.count("ann");
  EXPECT_GT(throttle.wait("ann").count(), 3600);
  clock.advance(seconds(3600));
  EXPECT_EQ(throttle.wait("ann").count(), 0);
  throttle.count("ann");
  EXPECT_EQ(throttle.wait("ann").count(), 1);
}

TEST(Throttle, WhatIsKeptIsBounded) {
  FakeClock clock;
  Throttle throttle(clock, {.free = 1, .most_kept = 2});
  throttle.count("ann");
  throttle.count("bob");
  throttle.count("ann");
  throttle.count("eve");  // bob tried least recently
  EXPECT_GT(throttle.wait("ann").count(), 0);
  EXPECT_EQ(throttle.wait("bob").count(), 0);
  EXPECT_GT(throttle.wait("eve").count(), 0);
}

TEST(SignInThrottle, AnAddressIsSlowedWhateverTheUser) {
  FakeClock clock;
  SignInThrottle throttle(clock);
  int admitted = 0;
  for (int attempt = 0; attempt < 1000; ++attempt) {
    if (!throttle.admit("user" + std::to_string(attempt), "192.0.2.1")) ++admitted;
  }
  EXPECT_EQ(admitted, 10);
  EXPECT_FALSE(throttle.admit("ann", "192.0.2.2"));
}

TEST(SignInThrottle, AUserIsSlowedWhateverTheAddress) {
  FakeClock clock;
  SignInThrottle throttle(clock);
  int admitted = 0;
  for (int attempt = 0; attempt < 200; ++attempt) {
    if (!throttle.admit("ann", "192.0.2." + std::to_string(attempt))) ++admitted;
  }
  EXPECT_EQ(admitted, 5);
}

TEST(SignInThrottle, WhoWasThereBeforeIsNotLockedOutByOthers) {
  FakeClock clock;
  SignInThrottle throttle(clock);
  ASSERT_FALSE(throttle.admit("ann", "198.51.100.7"));
  throttle.succeeded("ann", "198.51.100.7");
  for (int attempt = 0; attempt < 200; ++attempt) {
    throttle.admit("ann", "192.0.2." + std::to_string(attempt));
  }
  EXPECT_TRUE(throttle.admit("ann", "203.0.113.1"));
  EXPECT_FALSE(throttle.admit("ann", "198.51.100.7"));
}

// Who has an account could otherwise guess at others' between two sign-ins of their own.
TEST(SignInThrottle, OwnSuccessDoesNotUndoGuessesAtOthers) {
  FakeClock clock;
  SignInThrottle throttle(clock);
  int guesses = 0;
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (!throttle.admit("user" + std::to_string(attempt), "192.0.2.1")) ++guesses;
    if (!throttle.admit("eve", "192.0.2.1")) throttle.succeeded("eve", "192.0.2.1");
  }
  EXPECT_EQ(guesses, 10);
}

}  // namespace
}  // namespace evenkeel::access
