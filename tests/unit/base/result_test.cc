#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "base/clock.h"

namespace evenkeel {
namespace {

TEST(Error, ReadsAsASentence) {
  EXPECT_EQ(to_string(Error{ErrorCode::kNotFound, "there is none", "interface eth0"}), "interface eth0: there is none");
  EXPECT_EQ(to_string(Error{ErrorCode::kNotFound, "there is none", ""}), "there is none");
}

TEST(Error, KeepsErrno) {
  errno = EPERM;
  const Error error = system_error("cannot add 10.0.0.1", "interface eth0");
  EXPECT_EQ(error.code, ErrorCode::kSystem);
  EXPECT_EQ(error.system_errno, EPERM);
  EXPECT_EQ(to_string(error), "interface eth0: cannot add 10.0.0.1: Operation not permitted");
  EXPECT_EQ(system_error(ENOENT, "x").message, "x: No such file or directory");
}

TEST(ErrorCode, HasANameOfItsOwn) {
  std::set<std::string> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    names.insert(to_string(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(ErrorCode::kInternal) + 1);
  EXPECT_STREQ(to_string(ErrorCode::kResourceExhausted), "resource_exhausted");
}

TEST(Result, IsAValueOrAnError) {
  const auto half = [](int number) -> Result<int> {
    if (number % 2 != 0) return fail(ErrorCode::kInvalidArgument, "odd", "number");
    return number / 2;
  };
  EXPECT_EQ(*half(4), 2);
  EXPECT_EQ(half(3).error().object, "number");
}

TEST(Clock, WritesTimesForPeople) {
  EXPECT_EQ(to_iso8601(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(WallTime(std::chrono::milliseconds(1795421730250))), "2026-11-23T08:15:30.250Z");
  EXPECT_EQ(to_iso8601(WallTime(std::chrono::milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(FakeClock, MovesOnlyWhenTold) {
  FakeClock clock;
  const auto steady = clock.steady_now();
  const auto wall = clock.wall_now();
  clock.advance(std::chrono::milliseconds(1500));
  EXPECT_EQ(clock.steady_now() - steady, std::chrono::milliseconds(1500));
  EXPECT_EQ(clock.wall_now() - wall, std::chrono::milliseconds(1500));
}

}  // namespace
}  // namespace evenkeel
