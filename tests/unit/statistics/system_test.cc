#include "statistics/system.h"

#include <gtest/gtest.h>

namespace evenkeel::statistics {
namespace {

constexpr std::string_view kMemory =
    "MemTotal:       16314572 kB\nMemFree:          213 kB\nMemAvailable:    8000000 kB\n";

TEST(System, IsWhatTheKernelWrites) {
  const auto system = parse_system("0.52 1.04 2.00 2/345 6789\n", kMemory, "35.50 70.11\n");
  ASSERT_TRUE(system);
  EXPECT_DOUBLE_EQ(system->load[0], 0.52);
  EXPECT_DOUBLE_EQ(system->load[2], 2.0);
  EXPECT_EQ(system->memory_total, uint64_t{16314572} * 1024);
  EXPECT_EQ(system->memory_available, uint64_t{8000000} * 1024);
  EXPECT_EQ(system->uptime_seconds, 35U);
}

TEST(System, IsNotMadeOfSomethingElse) {
  EXPECT_FALSE(parse_system("", kMemory, "1 1"));
  EXPECT_FALSE(parse_system("1 2", kMemory, "1 1"));
  EXPECT_FALSE(parse_system("1 2 3", "MemTotal: 5 kB", "1 1"));
  EXPECT_FALSE(parse_system("1 2 3", kMemory, "-5"));
}

TEST(System, OfThisMachineCanBeRead) {
  const auto system = read_system();
  ASSERT_TRUE(system) << to_string(system.error());
  EXPECT_GT(system->memory_total, system->memory_available);
  EXPECT_GT(system->uptime_seconds, 0U);
}

}  // namespace
}  // namespace evenkeel::statistics
