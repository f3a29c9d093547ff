#include "engines/l4_xdp/shared_arrays.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "mapped_arrays.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using SharedArraysTest = MappedArrays;

TEST_F(SharedArraysTest, WritesAreSeenByWhoeverElseHasItMapped) {
  arrays_->at<&ek_arrays::services>(1).ring_length = 7;
  arrays_->at<&ek_arrays::real_servers>(EK_MAX_REAL_SERVERS).weight = 100;
  arrays_->all<&ek_arrays::partial_checksums>() = 1;
  EXPECT_EQ(whole_->services[1].ring_length, 7U);
  EXPECT_EQ(whole_->real_servers[EK_MAX_REAL_SERVERS].weight, 100U);
  EXPECT_EQ(whole_->partial_checksums, 1U);
}

TEST_F(SharedArraysTest, ReadsWhatOthersWrite) {
  whole_->real_server_live[3].active = 5;
  const auto& live = arrays_->at<&ek_arrays::real_server_live>(3);
  EXPECT_EQ(live.active, 5U);
  whole_->real_server_live[3].active = 6;
  EXPECT_EQ(live.active, 6U);
}

// Slots whose size is no power of two lie across the ends of what is mapped at a time.
TEST_F(SharedArraysTest, EverySlotIsWholeWhereverItLies) {
  for (uint32_t id = 0; id < EK_MAX_SERVICES; ++id) {
    ek_sources& sources = arrays_->at<&ek_arrays::sources>(id);
    sources.count = id;
    sources.address[EK_MAX_SOURCES - 1].bytes[15] = static_cast<uint8_t>(id);
  }
  for (uint32_t id = 0; id < EK_MAX_SERVICES; ++id) {
    ASSERT_EQ(whole_->sources[id].count, id);
    ASSERT_EQ(whole_->sources[id].address[EK_MAX_SOURCES - 1].bytes[15], static_cast<uint8_t>(id));
  }
}

// What the kernel has mapped of the map, other than by map_all.
size_t mapped_bytes(const ek_arrays* start) {
  const auto first = reinterpret_cast<uintptr_t>(start), end = first + kMappedSize;
  std::ifstream maps("/proc/self/maps");
  size_t bytes = 0;
  for (std::string line; std::getline(maps, line);) {
    size_t dash = 0, space = 0;
    const uintptr_t from = std::stoull(line, &dash, 16), to = std::stoull(line.substr(dash + 1), &space, 16);
    if (from >= first && to <= end && line[dash + 1 + space + 1] == 'r') bytes += to - from;
  }
  return bytes;
}

TEST_F(SharedArraysTest, OnlyWhatIsAskedForIsMapped) {
  EXPECT_EQ(mapped_bytes(mapped_.back()), 0U);
  arrays_->at<&ek_arrays::services>(1).ring_length = 1;
  arrays_->at<&ek_arrays::real_servers>(1).weight = 1;
  const size_t mapped = mapped_bytes(mapped_.back());
  EXPECT_GT(mapped, 0U);
  EXPECT_LE(mapped, 64U * 1024);
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
