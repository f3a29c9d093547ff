#include "engines/l4_xdp/slots.h"

#include <gtest/gtest.h>

namespace evenkeel::engines::l4_xdp {
namespace {

TEST(SlotPool, FreshSlotsComeFirstInOrder) {
  SlotPool pool(4);
  EXPECT_EQ(pool.take()->id, 1U);
  const auto second = pool.take();
  EXPECT_EQ(second->id, 2U);
  EXPECT_EQ(second->generation, 1U);
  pool.release(1);
  EXPECT_EQ(pool.take()->id, 3U) << "a slot that was never used is better than one with old connections";
}

TEST(SlotPool, ReusesTheLongestFreeWithANewGeneration) {
  SlotPool pool(3);
  pool.take();
  pool.take();
  pool.release(2);
  pool.release(1);
  const auto slot = pool.take();
  EXPECT_EQ(slot->id, 2U);
  EXPECT_EQ(slot->generation, 2U);
  EXPECT_EQ(pool.take()->id, 1U);
}

TEST(SlotPool, SaysWhenNothingIsLeft) {
  SlotPool pool(2);
  EXPECT_EQ(pool.available(), 1U);
  EXPECT_TRUE(pool.take());
  EXPECT_FALSE(pool.take());
  EXPECT_EQ(pool.available(), 0U);
}

TEST(SlotPool, RecoversUseAndGenerations) {
  SlotPool pool(4);
  pool.recover(1, 7, true);
  pool.recover(2, 9, false);
  EXPECT_EQ(pool.take()->id, 3U);
  const auto reused = pool.take();
  EXPECT_EQ(reused->id, 2U);
  EXPECT_EQ(reused->generation, 10U);
  EXPECT_FALSE(pool.take()) << "slot 1 is in use";
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
