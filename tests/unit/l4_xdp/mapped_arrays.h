#pragma once
// SharedArrays on memory in a file in place of the map: the kernel maps both in the same way.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "engines/l4_xdp/shared_arrays.h"

namespace evenkeel::engines::l4_xdp {

inline constexpr size_t kMappedSize = (sizeof(ek_arrays) + 4095) / 4096 * 4096;

class MappedArrays : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(file_.is_open());
    ASSERT_EQ(ftruncate(file_.get(), kMappedSize), 0);
    whole_ = map_all();
    auto arrays = SharedArrays::in_place_of(map_all(), file_.get());
    ASSERT_TRUE(arrays.has_value());
    arrays_ = std::make_unique<SharedArrays>(std::move(*arrays));
  }
  void TearDown() override {
    for (ek_arrays* mapped : mapped_) munmap(mapped, kMappedSize);
  }

  ek_arrays* map_all() {
    void* const mapped = mmap(nullptr, kMappedSize, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    EXPECT_NE(mapped, MAP_FAILED);
    mapped_.push_back(static_cast<ek_arrays*>(mapped));
    return mapped_.back();
  }

  Fd file_{memfd_create("arrays", MFD_CLOEXEC)};
  std::vector<ek_arrays*> mapped_;
  ek_arrays* whole_ = nullptr;
  std::unique_ptr<SharedArrays> arrays_;
};

}  // namespace evenkeel::engines::l4_xdp
