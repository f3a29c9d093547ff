#pragma once
// Hands out the slots (ids) of a map, each with a generation that tells one use of a slot from the next. Pure.

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace evenkeel::engines::l4_xdp {

class SlotPool {
 public:
  struct Slot {
    uint32_t id = 0;
    uint32_t generation = 0;  // of the new use: one above the last
  };

  // Ids are 1..size-1.
  explicit SlotPool(uint32_t size);

  // What the maps say of a slot that was used before; each id at most once, before the first take().
  void recover(uint32_t id, uint32_t generation, bool in_use);
  // A slot that was never used, else the one that is free the longest: old connections get the most time to end.
  std::optional<Slot> take();
  void release(uint32_t id);
  size_t available() const;

 private:
  struct State {
    uint32_t generation = 0;
    bool touched = false;  // in use, or free after a use
  };

  std::vector<State> states_;
  std::deque<uint32_t> freed_;
  uint32_t next_fresh_ = 1;
  size_t fresh_;
};

}  // namespace evenkeel::engines::l4_xdp
