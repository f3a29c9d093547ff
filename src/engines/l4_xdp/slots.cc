#include "engines/l4_xdp/slots.h"

namespace evenkeel::engines::l4_xdp {

SlotPool::SlotPool(uint32_t size) : states_(size), fresh_(size - 1) {}

void SlotPool::recover(uint32_t id, uint32_t generation, bool in_use) {
  states_[id] = {.generation = generation, .touched = true};
  --fresh_;
  if (!in_use) freed_.push_back(id);
}

std::optional<SlotPool::Slot> SlotPool::take() {
  uint32_t id = 0;
  if (fresh_ > 0) {
    while (states_[next_fresh_].touched) ++next_fresh_;
    id = next_fresh_;
    states_[id].touched = true;
    --fresh_;
  } else if (!freed_.empty()) {
    id = freed_.front();
    freed_.pop_front();
  } else {
    return std::nullopt;
  }
  return Slot{.id = id, .generation = ++states_[id].generation};
}

void SlotPool::release(uint32_t id) {
  freed_.push_back(id);
}

size_t SlotPool::available() const {
  return fresh_ + freed_.size();
}

}  // namespace evenkeel::engines::l4_xdp
